"""NDJSON in batches: one JSON patient a line, kept as it is written beside its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pyarrow as pa

from crcasp.facts.wording import show
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.forms import Source
from crcasp.registry.tables import BATCH, SAVE, Batch

Row = dict[str, str | None]
Column = Callable[[str], str | None]  # the column that a key means, None if it means none


class _RefusedError(Exception):
    """A line is refused: the cause, a sentence, and whether it is whole as an object."""


def read_ndjson(source: Source, column: Column, taken: frozenset[str]) -> Iterator[Batch]:
    """Yield the rows of an NDJSON file in order, of each the columns that are asked for.

    Args:
        source: the file.
        column: the name of the column that a key means; None for what is not asked for.
        taken: names that a key must not have, since the output will.
    """
    rows: list[Row] = []
    lines: list[str] = []
    faults: dict[int, tuple[str, str]] = {}
    for number, line in _lines(source):
        if not line.strip():
            continue
        try:
            try:
                text = line.decode().strip()
                rows.append(_patient(text, column, taken))
            except UnicodeDecodeError as error:
                text = line.decode("utf-8", "replace").strip()
                said = f"this line is not text in UTF-8 from its byte {error.start + 1}: {SAVE}."
                raise _RefusedError("a line is not text in UTF-8", said) from None
        except _RefusedError as refusal:
            cause, said, *whole = refusal.args
            faults[len(rows)] = (cause, f"line {number}: {said}")
            rows.append({})
            text = text if whole else json.dumps({"source": text}, ensure_ascii=False)
        lines.append(text)
        if len(rows) == BATCH:
            yield _batch(source, rows, faults, lines)
            rows, lines, faults = [], [], {}
    yield _batch(source, rows, faults, lines)


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    rest = b""
    for block in source.blocks():
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            source.lines += 1
            yield source.lines, line
    yield source.lines + 1, rest


def _batch(
    source: Source, rows: list[Row], faults: dict[int, tuple[str, str]], lines: list[str]
) -> Batch:
    source.rows += len(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    return Batch(pa.table(cells), faults, lines)


def _patient(text: str, column: Column, taken: frozenset[str]) -> Row:
    """Return the columns of a JSON patient."""
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        said = f"this line is not JSON: {error.msg} at its character {error.pos + 1}."
        raise _RefusedError("a line is not JSON", said) from None
    except ValueError:
        said = "this line is not JSON that can be read: a number is too long."
        raise _RefusedError("a line is not JSON", said) from None
    except RecursionError:
        said = "this line is nested too deeply for a patient: remove the inner levels."
        raise _RefusedError("a line is nested too deeply", said) from None
    if not isinstance(content, dict):
        said = "this line is no JSON object: write one patient as an object."
        raise _RefusedError("a line is no JSON object", said)
    row: Row = {}
    for key, value in content.items():
        if key in taken:
            raise _RefusedError(
                f"the key {key} is one that the output has",
                f"the key {key} is one that the output has: rename it.",
            )
        if key == "history" and value is not None:
            for number, entry in enumerate(value if isinstance(value, list) else [value], 1):
                _line(row, number, entry)
            continue
        name = column(key)
        if name is None:
            continue
        if name in row:
            said = f"{show(key)} is there twice, in one way or another of writing: keep one."
            raise _RefusedError(f"{name} is there twice", said)
        row[name] = _text(value)
    return row


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        said = f"the key {show(double)} is given twice in one object: keep one of them."
        raise _RefusedError("a key is given twice in one object", said)
    return found


def _line(row: Row, number: int, entry: object) -> None:
    """Add the columns of one line of therapy."""
    known = entry if isinstance(entry, dict) else {"received": entry}
    if odd := known.keys() - set(OF_LINE):
        said = f"history[{number - 1}] has {show(min(odd))}: it may have {', '.join(OF_LINE)}."
        raise _RefusedError("a line of the history has a key that it may not have", said, True)
    row[f"line{number}"] = _listed(known.get("received"))
    row[f"line{number}_stopped"] = _text(known.get("stopped"))
    row[f"line{number}_toxic"] = _listed(known.get("toxic"))


def _listed(value: object) -> str | None:
    """Return a list of names as they are joined in a cell."""
    names = isinstance(value, list) and all(type(item) is str for item in value)
    return _text("&".join(value) if names else value)  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    """Return a value as the text of a cell; a list stays JSON."""
    if value is None or value == []:
        return None
    text = (
        value if isinstance(value, str) else str(value) if type(value) is int else json.dumps(value)
    )
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def spliced(line: str, answer: str) -> str:
    """Return a JSON object as it is written, with the members of another one behind its own."""
    inner = line[1:-1].strip()
    return f"{{{inner}{', ' if inner else ''}{answer[1:]}"
