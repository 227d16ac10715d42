"""What the columns of a table are called, and what its cells mean; from TOML, and as TOML."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crcasp.errors import UsageError
from crcasp.facts.wording import suggestion


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
        unknown: further texts that say that something is unknown.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def to_toml(self) -> str:
        """Return the map as the text of a map file."""
        tables: dict[str, Mapping[str, object]] = {"columns": self.columns} if self.columns else {}
        tables |= {f"values.{name}": texts for name, texts in self.values.items()}
        tables |= {f"rules.{name}": asdict(rule) for name, rule in self.rules.items()}
        parts = [f"unknown = {_toml(self.unknown)}\n"] if self.unknown else []
        for name, pairs in tables.items():
            lines = (f"{_toml(key)} = {_toml(value)}\n" for key, value in pairs.items())
            parts.append(f"[{name}]\n{''.join(lines)}")
        return "\n".join(parts)

    def __or__(self, more: ColumnMap) -> ColumnMap:
        """Return one map of two; the second wins."""
        names = dict.fromkeys([*self.values, *more.values])
        values = {
            name: {**self.values.get(name, {}), **more.values.get(name, {})} for name in names
        }
        return ColumnMap(
            {**self.columns, **more.columns},
            values,
            {**self.rules, **more.rules},
            (*self.unknown, *more.unknown),
        )


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def column_map(mapping: ColumnMap | str | os.PathLike[str] | None) -> ColumnMap:
    """Return a map that is given as such, or as the path of a TOML file.

    Raises:
        UsageError: it is neither.
    """
    if mapping is None:
        return ColumnMap()
    if isinstance(mapping, ColumnMap):
        return mapping
    if isinstance(mapping, (str, os.PathLike)):
        return from_toml(os.fspath(mapping))
    kind = type(mapping).__name__
    raise UsageError(f"mapping must be a ColumnMap or the path of a TOML file, not a {kind}.")


def from_toml(path: str) -> ColumnMap:
    """Read a map from a TOML file with the tables columns, values and rules, and a list unknown.

    Raises:
        UsageError: it cannot be read, or says something else.
    """
    import tomllib

    try:
        with open(path, "rb") as stream:
            content = tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{path}: the map cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the map is not TOML: {error}.") from None
    _refuse_unknown(path, "the map", content, ColumnMap.__slots__)
    tables, values = _part(path, content, "rules"), _part(path, content, "values")
    return ColumnMap(
        _texts(path, content, "columns"),
        {name: _texts(path, values, name) for name in values},
        {name: _rule(path, tables, name) for name in tables},
        tuple(map(str, _part(path, content, "unknown", list))),
    )


def _rule(path: str, tables: Mapping[str, object], name: str) -> Rule:
    where = f"[rules.{name}]"
    rule = _part(path, tables, name, called=where)
    _refuse_unknown(path, where, rule, Rule.__slots__)
    columns = _part(path, rule, "columns", list)
    if not (columns and "any" in rule and "all" in rule):
        raise UsageError(f"{path}: {where} of the map must have {', '.join(Rule.__slots__)}.")
    return Rule(tuple(map(str, columns)), str(rule["any"]), str(rule["all"]))


def _texts(path: str, content: Mapping[str, object], name: str) -> dict[str, str]:
    return {text: str(value) for text, value in _part(path, content, name).items()}


def _part(
    path: str, content: Mapping[str, object], name: str, kind: type = dict, called: str = ""
) -> Any:
    """Return a part of a map that must be a table or a list."""
    part = content.get(name, kind())
    if not isinstance(part, kind):
        what = "a table" if kind is dict else "a list"
        raise UsageError(f"{path}: {called or name} of the map must be {what}.")
    return part


def _refuse_unknown(
    path: str, where: str, content: Mapping[str, object], known: Iterable[str]
) -> None:
    for name in content:
        if name not in known:
            end = suggestion(name, known) or f"; it may have {', '.join(known)}."
            raise UsageError(f"{path}: {name} is no key of {where}{end}")
