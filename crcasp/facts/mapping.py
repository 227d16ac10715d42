"""Patients as mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from crcasp.facts.collector import MAX_FACTS, Collector, SourceError, Value
from crcasp.facts.wording import MAX_SHOWN, Odd, choices, kind, label_of, quoted, show, unknown
from crcasp.program.vocabulary import LIMITS, OF_LINE

Path: TypeAlias = tuple[str | int, ...]


class Repetitive(dict[str, object]):
    """An object of JSON in which keys are given more than once; the last value counts."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def fill_mapping(data: object, collector: Collector) -> None:
    """Read a patient: findings, history, limits."""
    if not isinstance(data, Mapping):
        message = f"a patient must be one object of keys and values, not {kind(data)}."
        raise SourceError(message, collector.locate(()))
    known = (*collector.vocabulary.findings, "history", *LIMITS)
    _check_repeated(data, (), collector)
    for key, value in data.items():
        if not isinstance(key, str):
            collector.refuse(f"a key must be text, not {kind(key)}.", ())
        elif key in OF_LINE:
            example = f'write it as in "history": [{{"{key}": ...}}].'
            collector.refuse(f"{key} belongs to a line of history; {example}", (key, None))
        elif key not in known:
            collector.refuse(unknown(key, known), (key, None))
        elif value is None:
            continue
        elif key == "history":
            _read_history(value, collector)
        elif key in LIMITS:
            _add(key, [], _items((key,), value, collector), collector)
        else:
            _add(key, [], [_value(value, (key,))], collector)


def _check_repeated(data: object, path: Path, collector: Collector) -> None:
    if isinstance(data, Repetitive):
        times: dict[str, int] = {}
        for key, _ in data.pairs:
            times[key] = times.get(key, 0) + 1
        for key, number in times.items():
            if number > 1:
                message = f"the key {show(key)} is given twice in one object; keep one of them."
                collector.refuse(message, (*path, key, None))


def _read_history(history: object, collector: Collector) -> None:
    """Read the lines of treatment, which are numbered in order from 1."""
    path, most = ("history",), collector.vocabulary.lines
    if not isinstance(history, (list, tuple)):
        message = f"history must be a list of lines of treatment, not {kind(history)}."
        collector.refuse(message, path)
    elif len(history) > most:
        collector.refuse(f"history must have at most {most} lines, not {len(history)}.", path)
    else:
        for index, entry in enumerate(history):
            _read_line(entry, index, (*path, index), collector)


def _read_line(entry: object, index: int, path: Path, collector: Collector) -> None:
    """Read one line of treatment."""
    label = label_of(path)
    if entry is None or entry == []:
        entry = {}
    if not isinstance(entry, Mapping):
        keys = choices(OF_LINE)
        collector.refuse(
            f"{label} must be an object with the keys {keys}, not {kind(entry)}.", path
        )
        return
    _check_repeated(entry, path, collector)
    for key in entry:
        if not isinstance(key, str) or key not in OF_LINE:
            name, at = (key, (*path, key, None)) if isinstance(key, str) else (kind(key), path)
            collector.refuse(f"{label}.{unknown(name, OF_LINE)}", at)
    line = [[Value(index + 1, path)]]
    received, stopped, toxic = map(entry.get, OF_LINE)
    if received is None or received in ([], ()):
        at = (*path, "received") if "received" in entry else path
        unnamed = choices(collector.vocabulary.unnamed)
        remedy = f"write {unnamed} for what is not known by name, or remove the line."
        collector.refuse(f"{label}.received must name at least one therapy; {remedy}", at)
    else:
        _add("received", line, _items((*path, "received"), received, collector), collector)
    if stopped is not None:
        _add("stopped", line, [_value(stopped, (*path, "stopped"))], collector)
    if toxic is not None:
        _add("toxic", line, _items((*path, "toxic"), toxic, collector), collector)


def _add(name: str, line: list[list[Value]], values: list[Value], collector: Collector) -> None:
    """Add a fact for each value, in the place of the value."""
    for value in values:
        collector.add(name, [*line, [value]], value.at)


def _items(path: Path, value: object, collector: Collector) -> list[Value]:
    """The elements of a list, none of them given twice."""
    if not isinstance(value, (list, tuple)):
        short = isinstance(value, str) and len(value) <= MAX_SHOWN
        hint = f"; write [{quoted(value)}]." if short else "."
        collector.refuse(f"{label_of(path)} must be a list, not {kind(value)}{hint}", path)
        return []
    values = [_value(item, (*path, index)) for index, item in enumerate(value[: MAX_FACTS + 1])]
    seen: set[str | int] = set()
    for content, at in values:
        if not isinstance(content, Odd):
            if content in seen:
                collector.refuse(f"{label_of(at)} is {show(content)} again; give it once.", at)
            seen.add(content)
    return values


def _value(value: object, path: Path) -> Value:
    """A value of a mapping.

    A number without a fraction is whole, as in JSON Schema. A truth value is no number, though
    Python takes it for one.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return Value(value, path)
    return Value(Odd(kind(value)), path)
