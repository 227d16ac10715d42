"""Some rows of a table, and what is wrong with their form; rows of JSON as such."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from crcasp.facts.wording import show
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.columns import HISTORY
from crcasp.registry.reader import NO_LINE

Said = tuple[str, str]  # what is wrong with a row: the cause, and a sentence about this one

SAVE = "save it as UTF-8, or say by --encoding what it is, such as cp1252"
NO_TEXT = re.compile("[\ud800-\udfff]")  # bytes that are not text are read as these
UNRECORDED = "unknown"  # of a line without a therapy, which is an error of its row


class Batch(NamedTuple):
    """Some rows of a table.

    Attributes:
        rows: the cells as they are.
        faults: what is wrong with the form of a row, by its place.
        lines: the rows as they are written, where each is a JSON text.
    """

    rows: pa.Table
    faults: Mapping[int, Said]
    lines: Sequence[str] | None = None

    @property
    def size(self) -> int:
        """How many rows these are, also where no column is asked for."""
        return len(self.rows) if self.lines is None else len(self.lines)


class _RefusedRowError(Exception):
    """A row is refused: the cause, a sentence, and whether it is an object that can be kept."""


def json_batch(numbered: Iterable[tuple[int, str]], column: Callable[[str], str | None]) -> Batch:
    """Return rows as a batch.

    Args:
        numbered: the rows, each with the number of its line.
        column: returns the column that a key means, None if it means none.
    """
    rows: list[dict[str, str | None]] = []
    lines: list[str] = []
    faults: dict[int, Said] = {}
    for number, text in numbered:
        try:
            rows.append(_row(text, column))
            lines.append(text)
        except _RefusedRowError as refusal:
            cause, said, *whole = refusal.args
            faults[len(rows)] = cause, f"line {number}: {said}"
            source = {"source": NO_TEXT.sub("\ufffd", text)}
            rows.append({})
            lines.append(text if whole else json.dumps(source, ensure_ascii=False))
    names = dict.fromkeys(name for row in rows for name in row)
    schema = pa.schema([(name, pa.string()) for name in names])
    return Batch(pa.Table.from_pylist(rows, schema), faults, lines)


def _row(text: str, column: Callable[[str], str | None]) -> dict[str, str | None]:
    """Return the columns of a row."""
    row: dict[str, str | None] = {}
    for key, value in _object(text).items():
        if key == HISTORY:
            lines = enumerate(value if isinstance(value, list) else [value], 1)
            told = [pair for line in lines for pair in _line_of_therapy(*line)]
            found = [] if value is None else told or [("line1", NO_LINE)]
        else:
            name = column(key)
            found = [(name, _cell(value))] if name else []
        for name, cell in found:
            if name in row:
                said = f"{show(key)} is there twice, in one way or another of writing: keep one."
                raise _RefusedRowError(f"{name} is there twice", said)
            row[name] = cell
    return row


def _line_of_therapy(number: int, entry: object) -> Iterator[tuple[str, str | None]]:
    """Yield the columns of one line of therapy."""
    known = entry if isinstance(entry, dict) else {"received": entry}
    if odd := known.keys() - set(OF_LINE):
        said = f"history[{number - 1}] has {show(min(odd))}: it may have {', '.join(OF_LINE)}."
        raise _RefusedRowError("a line of the history has a key that it may not have", said, True)
    for name, end in zip(OF_LINE, ("", "_stopped", "_toxic"), strict=True):
        cell = _cell(known.get(name))
        yield f"line{number}{end}", UNRECORDED if name == OF_LINE[0] and not cell else cell


def _cell(value: object) -> str | None:
    """Return a value as the text of a cell; a list stays JSON."""
    if value is None or value == []:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _object(text: str) -> dict[str, object]:
    if odd := NO_TEXT.search(text):
        said = f"this line is not text from its character {odd.start() + 1} on: {SAVE}."
        raise _RefusedRowError("a line is not text", said)
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        said = f"this line is not JSON that can be read: {' '.join(str(error).split())}."
        raise _RefusedRowError("a line is not JSON", said) from None
    if not isinstance(content, dict):
        said = "this line is not a JSON object: write one patient as an object."
        raise _RefusedRowError("a line is not a JSON object", said)
    return content


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        said = f"the key {show(double)} is given twice in one object: keep one of them."
        raise _RefusedRowError("a key is given twice in one object", said)
    return found
