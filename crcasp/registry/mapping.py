"""Where the columns of a patient are in a table of another shape, and what its cells mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from crcasp.errors import UsageError
from crcasp.program.vocabulary import LIMITS

if TYPE_CHECKING:
    from crcasp.program.vocabulary import Vocabulary


ROW = "_row"


@dataclass(frozen=True, slots=True)
class Rule:
    """How several columns make one finding: any with one value, or all with another.

    Attributes:
        columns: the columns, such as one for each exon of a gene.
        any: the value that the finding has if any column has it.
        all: the value that the finding has if all columns have it; otherwise unknown.
    """

    columns: tuple[str, ...]
    any: str
    all: str


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What the columns of a table are called, and what its cells mean.

    Attributes:
        columns: for a column of a patient, its name in the table.
        values: for a column of a patient, its values by the texts that mean them.
        rules: for a finding, how several columns of the table make it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def check(self, vocabulary: Vocabulary) -> None:
        """Raise UsageError for a finding that there is not."""
        known = [*vocabulary.findings, "id", "given", *LIMITS, "lineN"]
        for name in (*self.columns, *self.values, *self.rules):
            if name not in known and not name.startswith("line"):
                raise UsageError(f"{name} is no column of a patient; these are {', '.join(known)}.")

    def wanted(self, header: list[str], vocabulary: Vocabulary) -> dict[str, str]:
        """Return, for each column of a patient that a table has, its name in the table.

        Raises:
            UsageError: the table lacks a column that is mapped.
        """
        from crcasp.registry.concepts import LINE

        mine = [*vocabulary.findings, *LIMITS, "given"]
        found = {name: name for name in header if name in mine or LINE.fullmatch(name)}
        found.update(self.columns)
        needed = [
            *self.columns.values(),
            *(c for rule in self.rules.values() for c in rule.columns),
        ]
        lacking = [name for name in needed if name not in header]
        if lacking:
            raise UsageError(
                f"The input has no column {lacking[0]}; its columns are {', '.join(header)}."
            )
        return found

    def applied(self, frame: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
        """Return the columns of a patient as text, trimmed, null where empty; and a number."""
        found = self.wanted(frame.columns, vocabulary)
        cells = [self._cells(name, pl.col(column)).alias(name) for name, column in found.items()]
        made = [self._made(name, rule).alias(name) for name, rule in self.rules.items()]
        kept = [cell for name, cell in zip(found, cells, strict=True) if name not in self.rules]
        return frame.with_row_index(ROW).select([ROW, *kept, *made])

    def _cells(self, name: str, column: pl.Expr) -> pl.Expr:
        text = column.cast(pl.String).str.strip_chars()
        text = pl.when(text == "").then(None).otherwise(text)
        values = self.values.get(name)
        return text.replace(dict(values)) if values else text

    def _made(self, name: str, rule: Rule) -> pl.Expr:
        cells = [self._cells(name, pl.col(column)) for column in rule.columns]
        some = pl.any_horizontal((cell == rule.any).fill_null(False) for cell in cells)
        every = pl.all_horizontal((cell == rule.all).fill_null(False) for cell in cells)
        return pl.when(some).then(pl.lit(rule.any)).when(every).then(pl.lit(rule.all))


def from_toml(path: str) -> ColumnMap:
    """Read a map from a TOML file with the tables columns, values and rules.

    Raises:
        UsageError: it cannot be read, or says something else.
    """
    import tomllib

    try:
        with open(path, "rb") as stream:
            content = tomllib.load(stream)
        return ColumnMap(
            {str(name): str(column) for name, column in content.pop("columns", {}).items()},
            {
                name: {str(text): str(value) for text, value in texts.items()}
                for name, texts in content.pop("values", {}).items()
            },
            {
                name: Rule(tuple(rule["columns"]), str(rule["any"]), str(rule["all"]))
                for name, rule in content.pop("rules", {}).items()
            },
        )
    except OSError as error:
        raise UsageError(f"{path}: the map cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the map is not TOML: {error}.") from None
    except (AttributeError, KeyError, TypeError):
        raise UsageError(
            f"{path}: the map must have tables columns, values and rules, each rule with "
            "columns, any and all."
        ) from None


def merged(base: ColumnMap, more: ColumnMap) -> ColumnMap:
    """Return one map of two; the second wins."""
    names = {*base.values, *more.values}
    return ColumnMap(
        {**base.columns, **more.columns},
        {name: {**base.values.get(name, {}), **more.values.get(name, {})} for name in names},
        {**base.rules, **more.rules},
    )
