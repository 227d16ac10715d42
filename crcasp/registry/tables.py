"""CSV in batches, every cell as it is written; a row that is not whole keeps its place."""

from __future__ import annotations

import codecs
import csv as rows_of_text
import io
from collections import deque
from collections.abc import Iterator
from typing import IO, cast

import polars as pl
import pyarrow as pa
import pyarrow.csv as csv

from crcasp.errors import UsageError

FAULT = "_fault"
BATCH = 50_000  # rows
BYTES = 16 << 20  # of a text that are read at once
BAD_TEXT = "\ufffd"


def read_csv(stream: IO[bytes]) -> Iterator[pl.DataFrame]:
    """Yield the rows of a CSV file in order; faults of a row's form are in a column of their own.

    Raises:
        UsageError: there is no header, or it names a column twice.
    """
    text = _Utf8(stream)
    header = _header(text)
    invalid: deque[csv.InvalidRow] = deque()

    def keep(row: csv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    reading = csv.ReadOptions(column_names=header, block_size=BYTES, use_threads=False)
    parsing = csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep)
    converting = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    done = 0
    try:
        source: Iterator[pa.RecordBatch] = iter(csv.open_csv(text, reading, parsing, converting))
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        source = iter(())
    for batch in source:
        frame = cast(pl.DataFrame, pl.from_arrow(batch))
        whole = _with_invalid(frame, invalid, done)
        done += len(whole)
        yield from text.marked(whole).iter_slices(BATCH)
    rest = _with_invalid(pl.DataFrame(schema=dict.fromkeys(header, pl.String)), invalid, done)
    if len(rest) or not done:
        yield text.marked(rest)


def _header(text: _Utf8) -> list[str]:
    line = text.readline()
    while line.count(b'"') % 2 and (more := text.readline()):
        line += more
    line = line.removeprefix(codecs.BOM_UTF8)
    if not line.strip():
        raise UsageError("The input is empty: its first line must name the columns.")
    header = next(rows_of_text.reader(io.StringIO(line.decode("utf-8"))))
    double = {name for name in header if header.count(name) > 1}
    if double:
        raise UsageError(f"The input has the column {min(double)} twice: rename one.")
    return header


def _with_invalid(frame: pl.DataFrame, invalid: deque[csv.InvalidRow], done: int) -> pl.DataFrame:
    """Return the rows with those that were skipped back in their places."""
    parts: list[pl.DataFrame] = []
    start = 0
    header = frame.columns
    while invalid:
        place = invalid[0].number - 1 - done - len(parts) // 2
        if place > len(frame) and len(frame):
            break
        row = invalid.popleft()
        parts += [frame[start:place], _broken(row, header)]
        start = max(start, min(place, len(frame)))
    return pl.concat([*parts, frame[start:]], how="diagonal") if parts else frame


def _broken(row: csv.InvalidRow, header: list[str]) -> pl.DataFrame:
    fields = next(rows_of_text.reader([row.text]), [])
    last = len(header) - 1
    cells: list[str | None] = (
        [*fields[:last], ",".join(fields[last:])] if fields[last:] else [*fields]
    )
    cells += [None] * (len(header) - len(cells))
    fault = f"this row has {row.actual_columns} fields and not {row.expected_columns}."
    return pl.DataFrame(
        [[*cells, fault]], schema=dict.fromkeys([*header, FAULT], pl.String), orient="row"
    )


class _Utf8(io.RawIOBase):
    """A stream of bytes as UTF-8, whatever it is; what was not is marked."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.damaged = False

    def readable(self) -> bool:
        return True

    def _utf8(self, content: bytes, final: bool) -> bytes:
        text = self.decoder.decode(content, final)
        self.damaged = self.damaged or BAD_TEXT in text
        return text.encode("utf-8")

    def read(self, size: int | None = -1, /) -> bytes:
        content = self.stream.read(-1 if size is None else size)
        found = self._utf8(content, not content)
        return found if found or not content else self.read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        content = self.stream.readline(-1 if size is None else size)
        return self._utf8(content, not content)

    def marked(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows, with a fault for each that was not UTF-8."""
        if not self.damaged:
            return frame
        cells = pl.any_horizontal(
            pl.col(name).str.contains(BAD_TEXT, literal=True).fill_null(False)
            for name in frame.columns
        )
        fault: pl.Expr = pl.when(cells).then(pl.lit("this row is not text in UTF-8."))
        if FAULT in frame.columns:
            fault = pl.coalesce(FAULT, fault)
        return frame.with_columns(fault.alias(FAULT))
