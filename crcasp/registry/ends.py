"""Where the rows of a CSV file end, and where a quotation mark opens that is never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from crcasp.errors import UsageError
from crcasp.registry.forms import BYTES, Source

MOST = 4 * BYTES  # that one row may be
QUOTED = re.compile(rb'"(?:[^"]++|"")*+"')

Places: TypeAlias = NDArray[np.intp]


def whole_rows(
    source: Source, text: bytes, blocks: Iterator[bytes], separator: str
) -> Iterator[bytes]:
    """Yield the text in parts that end where a row ends, and count lines and rows."""
    last = False
    while not last:
        more = next(blocks, None)
        last = more is None
        text += more or b""
        if len(text) < BYTES and not last:
            continue
        end, rows = _end_of_rows(source, text, separator, last)
        source.rows += rows
        yield text[:end]
        source.lines += text.count(b"\n", 0, end)
        text = text[end:]


def _end_of_rows(source: Source, text: bytes, separator: str, last: bool) -> tuple[int, int]:
    """Return the offset behind the last row that is whole, and how many rows end before it."""
    letters = np.frombuffer(text, np.uint8)
    breaks = np.flatnonzero((letters == 10) | (letters == 13))
    marks = np.flatnonzero(letters == 34)
    starts, ends = _quoted(source, text, letters, marks, separator)
    if len(starts):
        if len(starts) > len(ends):  # one that is not closed, yet
            if last or len(text) - starts[-1] > MOST:
                raise unclosed(source, text, int(starts[-1]))
            ends = np.append(ends, len(text))
        before = np.searchsorted(starts, breaks) - 1
        breaks = breaks[(before < 0) | (breaks >= ends[before])]
    end = len(text)
    if not last:
        lines = breaks[letters[breaks] == 10]
        end = int(lines[-1]) + 1 if len(lines) else 0
        if not end and len(text) > MOST:
            raise UsageError(f"{source.place()}: this row is longer than {MOST >> 20} MiB.")
    edges = np.concatenate(([-1], breaks[breaks < end], [end] if last else []))
    return end, int(np.count_nonzero(np.diff(edges) > 1))


def _quoted(
    source: Source,
    text: bytes,
    letters: NDArray[np.uint8],
    marks: Places,
    separator: str,
) -> tuple[Places, Places]:
    """Return where fields in quotation marks start and end; the last may have no end.

    Where every mark stands at an edge of a field, or is doubled, each second one closes.
    """
    edge = np.zeros(256, bool)
    edge[[ord(separator), 10, 13, 34]] = True
    starts, ends = marks[0::2], marks[1::2]
    opening = edge[letters[starts - 1]] | (starts == 0)
    closing = edge[letters[np.minimum(ends + 1, len(letters) - 1)]] | (ends + 1 == len(letters))
    if opening.all() and closing.all():
        if len(starts) > len(ends):
            first = len(starts) - 1
            while first and marks[2 * first - 1] == marks[2 * first] - 1:  # a doubled mark
                first -= 1
            return starts[: first + 1], ends[:first]
        return starts, ends
    edges = {ord(separator), 10, 13}
    found: list[tuple[int, int]] = []
    at = 0
    while (start := text.find(b'"', at)) >= 0:
        at = start + 1
        if start and text[start - 1] not in edges:
            continue  # a mark within a field is a mark
        field = QUOTED.match(text, start)
        if field is None:
            return _columns([*found, (start, -1)])[0], _columns(found)[1]
        at = field.end()
        if at < len(text) and text[at] not in edges and b"\n" in field[0]:
            raise unclosed(source, text, start)
        found.append((start, at))
    return _columns(found)


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[Places, Places]:
    both = np.array(pairs, np.intp).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def unclosed(source: Source, text: bytes, start: int) -> UsageError:
    """Return the error that a quotation mark at an offset is never closed."""
    return UsageError(
        f"{source.place(text[:start])}: the quotation mark that opens here is never closed: "
        "close it, or take it away."
    )
