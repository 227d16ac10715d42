"""What the columns of a table are called, and what its cells mean; from TOML, and as TOML."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeAlias

from crcasp.errors import UsageError
from crcasp.facts.wording import show, suggestion
from crcasp.program.trusted import content_of


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
class Cases:
    """How texts of several columns make one finding: the first case that applies.

    Attributes:
        cases: for each value of the finding the text that each of some columns must have.
    """

    cases: Mapping[str, Mapping[str, str]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(dict.fromkeys(name for case in self.cases.values() for name in case))


@dataclass(frozen=True, slots=True)
class Years:
    """How two columns of dates make an age: the whole years from one to the other.

    Attributes:
        born: the column with the date of birth.
        at: the column with the date at which the age is asked for.
    """

    born: str
    at: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return self.born, self.at


# A dotted key of many parts, for which tomllib takes the square of their number.
LONG_KEY = re.compile(r"""(?:("[^"\n]*"|'[^'\n]*'|(?<![\w-])[\w-]++)[ \t]*+\.[ \t]*+){50}""")
AnyRule: TypeAlias = Rule | Cases | Years


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What the columns of a table are called, and what its cells mean.

    Attributes:
        columns: for a column of a patient, its name in the table.
        values: for a column of a patient, its values by the texts that mean them; a text such
            as `80-100` is a range of numbers, and `*` is any other text.
        rules: for a finding, how several columns of the table make it.
        unknown: further texts that say that something is unknown.
        floor: findings whose numbers lose what stands behind the point.
        treatments: the map of a table of treatments, which has a table of its own.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, AnyRule] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    floor: tuple[str, ...] = ()
    treatments: ColumnMap | None = None

    def to_toml(self, within: str = "") -> str:
        """Return the map as the text of a map file."""
        lists = {"unknown": self.unknown, "floor": self.floor}
        tables: dict[str, Mapping[str, object]] = {
            within.rstrip("."): {name: texts for name, texts in lists.items() if texts},
            f"{within}columns": self.columns,
            **{f"{within}values.{_key(name)}": texts for name, texts in self.values.items()},
        }
        for name, rule in self.rules.items():
            content = rule.cases if isinstance(rule, Cases) else asdict(rule)
            tables[f"{within}rules.{_key(name)}"] = content
        parts = [
            (f"[{name}]\n" if name else "")
            + "".join(f"{_key(key)} = {_toml(value)}\n" for key, value in pairs.items())
            for name, pairs in tables.items()
            if pairs
        ]
        more = self.treatments.to_toml("treatments.") if self.treatments else ""
        return "\n".join(filter(None, [*parts, more]))

    def __or__(self, more: ColumnMap) -> ColumnMap:
        """Return one map of two; the second wins."""
        names = dict.fromkeys([*self.values, *more.values])
        values = {
            name: {**self.values.get(name, {}), **more.values.get(name, {})} for name in names
        }
        both = self.treatments and more.treatments and self.treatments | more.treatments
        return ColumnMap(
            {**self.columns, **more.columns},
            values,
            {**self.rules, **more.rules},
            (*self.unknown, *more.unknown),
            (*self.floor, *more.floor),
            both or self.treatments or more.treatments,
        )


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_toml(it)}' for key, it in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def column_map(mapping: ColumnMap | str | os.PathLike[str] | None) -> ColumnMap:
    """Return a map that is given as such, or as the path of a TOML file."""
    if mapping is None:
        return ColumnMap()
    if isinstance(mapping, ColumnMap):
        return mapping
    if isinstance(mapping, (str, os.PathLike)):
        return from_toml(os.fspath(mapping))
    kind = type(mapping).__name__
    raise UsageError(f"mapping must be a ColumnMap or the path of a TOML file, not a {kind}.")


def from_toml(path: str) -> ColumnMap:
    """Read a map from a TOML file, whose keys are the attributes of a `ColumnMap`."""
    import tomllib

    try:
        text = content_of(path).decode("utf-8")
        if LONG_KEY.search(text):
            raise RecursionError
        return _map(tomllib.loads(text))
    except OSError as error:
        raise UsageError(f"{path}: the map cannot be read: {error.strerror}.") from None
    except RecursionError:
        raise UsageError(f"{path}: the map is nested too deeply: remove inner levels.") from None
    except ValueError as error:
        raise UsageError(f"{path}: the map is not TOML: {error}.") from None
    except UsageError as fault:
        raise UsageError(f"{path}: {fault}") from None


OF_TREATMENTS = ("columns", "values", "unknown")  # what the map of treatments may have


def _map(content: Mapping[str, object], where: str = "the map") -> ColumnMap:
    known = [attribute.name for attribute in fields(ColumnMap)]
    _refuse_unknown(where, content, known if where == "the map" else OF_TREATMENTS)
    rules, values = _part(content, "rules"), _part(content, "values")
    nested = _part(content, "treatments")
    return ColumnMap(
        _texts(content, "columns"),
        {name: _texts(values, name) for name in values},
        {name: _rule(rules, name) for name in rules},
        tuple(map(str, _part(content, "unknown", list))),
        tuple(map(str, _part(content, "floor", list))),
        _map(nested, "[treatments] of the map") if nested else None,
    )


def _rule(rules: Mapping[str, object], name: str) -> AnyRule:
    where = f"[rules.{name}]"
    rule = _part(rules, name, called=where)
    if rule and all(isinstance(case, dict) for case in rule.values()):
        return Cases({str(value): _texts(rule, value) for value in rule})
    kind = Years if {"born", "at"} & rule.keys() else Rule
    names = [attribute.name for attribute in fields(kind)]
    _refuse_unknown(where, rule, names)
    columns = tuple(map(str, _part(rule, "columns", list)))
    if not all(key in rule for key in names) or (kind is Rule and not columns):
        raise UsageError(f"{where} of the map must have {', '.join(names)}.")
    if kind is Years:
        return Years(str(rule["born"]), str(rule["at"]))
    return Rule(columns, str(rule["any"]), str(rule["all"]))


def _texts(content: Mapping[str, object], name: str) -> dict[str, str]:
    return {text: str(value) for text, value in _part(content, name).items()}


def _part(content: Mapping[str, object], name: str, kind: type = dict, called: str = "") -> Any:
    """Return a part of a map that must be a table or a list."""
    part = content.get(name, kind())
    if not isinstance(part, kind):
        what = "a table" if kind is dict else "a list"
        raise UsageError(f"{called or name} of the map must be {what}.")
    return part


def _refuse_unknown(where: str, content: Mapping[str, object], known: Sequence[str]) -> None:
    for name in content:
        if name not in known:
            end = suggestion(name, known) or f"; it may have {', '.join(known)}."
            raise UsageError(f"{show(name)} is no key of {where}{end}")
