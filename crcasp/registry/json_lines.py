"""NDJSON in batches: one JSON patient a line, kept as it is written beside its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator

import pyarrow as pa

from crcasp.facts.wording import show
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.source import ROWS, SAVE, Batch, Said, Source

Row = dict[str, str | None]


class _RefusedError(Exception):
    """A line is refused: the cause, a sentence, and whether it is whole as an object."""


def read_ndjson(
    source: Source, column: Callable[[str], str | None], taken: Collection[str]
) -> Iterator[Batch]:
    """Yield the rows of an NDJSON file in order, of each the columns that are asked for.

    Args:
        source: the file.
        column: the name of the column that a key means; None for what is not asked for.
        taken: names that a key must not have, since the output will.
    """
    rows: list[Row] = []
    lines: list[str] = []
    faults: dict[int, Said] = {}

    def batch() -> Batch:
        source.rows += len(rows)
        names = dict.fromkeys(name for row in rows for name in row)
        cells = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
        return Batch(pa.table(cells), faults, lines)

    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        text = line.decode("utf-8", "replace").strip()
        try:
            row = _patient(line, column, taken)
        except _RefusedError as refusal:
            cause, said, *whole = refusal.args
            faults[len(rows)] = cause, f"line {number}: {said}"
            text = text if whole else json.dumps({"source": text}, ensure_ascii=False)
            row = {}
        rows.append(row)
        lines.append(text)
        if len(rows) == ROWS:
            yield batch()
            rows, lines, faults = [], [], {}
    yield batch()


def _lines(source: Source) -> Iterator[bytes]:
    rest = b""
    for block in source.blocks():
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    yield rest


def _patient(line: bytes, column: Callable[[str], str | None], taken: Collection[str]) -> Row:
    """Return the columns of a JSON patient."""
    row: Row = {}
    for key, value in _object(line).items():
        if key in taken:
            why = f"the key {key} is one that the output has"
            raise _RefusedError(why, f"{why}: rename it.")
        if key == "history" and value is not None:
            lines = enumerate(value if isinstance(value, list) else [value], 1)
            found = [pair for line in lines for pair in _line_of_therapy(*line)]
        else:
            name = column(key)
            found = [(name, _text(value))] if name else []
        for name, text in found:
            if name in row:
                said = f"{show(key)} is there twice, in one way or another of writing: keep one."
                raise _RefusedError(f"{name} is there twice", said)
            row[name] = text
    return row


def _object(line: bytes) -> dict[str, object]:
    try:
        content = json.loads(line.decode(), object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        said = f"this line is not text in UTF-8 from its byte {error.start + 1}: {SAVE}."
        raise _RefusedError("a line is not text in UTF-8", said) from None
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
    return content


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        said = f"the key {show(double)} is given twice in one object: keep one of them."
        raise _RefusedError("a key is given twice in one object", said)
    return found


def _line_of_therapy(number: int, entry: object) -> Iterator[tuple[str, str | None]]:
    """Yield the columns of one line of therapy."""
    known = entry if isinstance(entry, dict) else {"received": entry}
    if odd := known.keys() - set(OF_LINE):
        said = f"history[{number - 1}] has {show(min(odd))}: it may have {', '.join(OF_LINE)}."
        raise _RefusedError("a line of the history has a key that it may not have", said, True)
    if known.get("received") in (None, [], ""):
        said = f"history[{number - 1}].received must name at least one therapy."
        raise _RefusedError("a line of the history received nothing", said, True)
    for name, end in zip(OF_LINE, ("", "_stopped", "_toxic"), strict=True):
        yield f"line{number}{end}", _text(known.get(name))


def _text(value: object) -> str | None:
    """Return a value as the text of a cell; a list stays JSON."""
    if value is None or value == []:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def spliced(line: str, answer: str) -> str:
    """Return a JSON object as it is written, with the members of another one behind its own."""
    inner = line[1:-1].strip()
    return f"{{{inner}{', ' if inner else ''}{answer[1:]}"
