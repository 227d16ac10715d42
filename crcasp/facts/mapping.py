"""Patients as mappings, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

from crcasp.errors import Place
from crcasp.facts.collector import Collector, SourceError, Value
from crcasp.facts.text import Text
from crcasp.facts.wording import MAX_SHOWN, Odd, choices, kind, quoted, show, unknown
from crcasp.program.vocabulary import LIMITS, OF_LINE, Vocabulary


def fill_json(source: Text, start: int, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the JSON that begins at an offset; only comments are before it."""
    repeated: dict[str, None] = {}

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in pairs:
            if key in seen:
                repeated[key] = None
            seen[key] = value
        return seen

    try:
        data = json.loads(source.text[start:], object_pairs_hook=unique, parse_int=_whole)
    except json.JSONDecodeError as error:
        message = f"this is not valid JSON ({error.msg}); correct it here, or write ASP facts."
        raise SourceError(message, source.place(start + error.pos)) from error
    except RecursionError as error:
        message = "this JSON is nested too deeply for a patient; remove the inner levels."
        raise SourceError(message, source.place(start)) from error
    for key in repeated:
        collector.refuse(f"the key {show(key)} is given twice in one object; keep one of them.")
    fill_mapping(data, collector, vocabulary)


def _whole(digits: str) -> int:
    """A JSON integer; one of more digits than Python may read stays too large for any use."""
    return int(digits) if len(digits) <= MAX_SHOWN else 10**MAX_SHOWN


def fill_mapping(data: object, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read a patient: findings, history, limits."""
    place = Place(collector.source)
    if not isinstance(data, Mapping):
        raise SourceError(f"a patient must be one object of keys and values, not {kind(data)}.")
    known = (*vocabulary.findings, "history", *LIMITS)
    for key, value in data.items():
        if not isinstance(key, str) or key not in known:
            collector.refuse(_unknown_key(key, known))
        elif value is None:
            continue
        elif key == "history":
            _read_history(value, collector)
        elif key in LIMITS:
            collector.add(key, [_items(key, value, collector)], place)
        else:
            collector.add(key, [[_json_value(key, value, place)]], place)


def _unknown_key(key: object, known: tuple[str, ...]) -> str:
    if not isinstance(key, str):
        return f"a key must be text, not {kind(key)}."
    if key in OF_LINE:
        return f'{key} belongs to a line of history; write it as in "history": [{{"{key}": ...}}].'
    return unknown(key, known)


def _read_history(history: object, collector: Collector) -> None:
    """Read the lines of treatment, which are numbered in order from 1."""
    if not isinstance(history, (list, tuple)):
        collector.refuse(f"history must be a list of lines of treatment, not {kind(history)}.")
        return
    lines = len(collector.signatures["received"][0])
    if len(history) > lines:
        collector.refuse(f"history must have at most {lines} lines, not {len(history)}.")
        return
    for index, entry in enumerate(history):
        label = f"history[{index}]"
        if isinstance(entry, Mapping):
            _read_line(entry, index + 1, label, collector)
        else:
            collector.refuse(
                f"{label} must be an object with the keys {choices(OF_LINE)}, not {kind(entry)}."
            )


def _read_line(
    entry: Mapping[object, object], number: int, label: str, collector: Collector
) -> None:
    """Read one line of treatment."""
    place = Place(collector.source)
    line = [Value(label, number, place)]
    for key in entry:
        if key not in OF_LINE:
            name = key if isinstance(key, str) else kind(key)
            collector.refuse(f"{label}.{unknown(name, OF_LINE)}")
    received = entry.get("received")
    if received is None or received == [] or received == ():
        collector.refuse(
            f"{label}.received must name at least one therapy; name it, or remove the line."
        )
    else:
        values = _items(f"{label}.received", received, collector)
        collector.add("received", [line, values], place)
    reason = entry.get("stopped")
    if reason is not None:
        value = _json_value(f"{label}.stopped", reason, place)
        collector.add("stopped", [line, [value]], place)
    agents = entry.get("toxic")
    if agents is not None:
        collector.add("toxic", [line, _items(f"{label}.toxic", agents, collector)], place)


def _items(label: str, value: object, collector: Collector) -> list[Value]:
    """The elements of a list, each labeled with its path."""
    place = Place(collector.source)
    if isinstance(value, (list, tuple)):
        return [_json_value(f"{label}[{i}]", item, place) for i, item in enumerate(value)]
    hint = f"; write [{quoted(value)}]." if _is_short(value) else "."
    collector.refuse(f"{label} must be a list, not {kind(value)}{hint}")
    return []


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_SHOWN


def _json_value(label: str, value: object, place: Place) -> Value:
    """A value of a mapping; a truth value is not a number, though Python takes it for one."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return Value(label, value, place)
    return Value(label, Odd(kind(value)), place)
