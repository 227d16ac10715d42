"""CSV in batches, every cell as it is written; a row that is not whole keeps its place."""

from __future__ import annotations

import codecs
import csv as rows_of_text
import io
import signal
from collections.abc import Iterator, Sequence
from typing import IO, cast

import polars as pl
import pyarrow as pa
import pyarrow.csv as csv

from crcasp.errors import UsageError

FAULT = "_fault"
BATCH = 50_000  # rows
BYTES = 4 << 20  # of a text that are read at once
MOST = 4 * BYTES  # that one row may be
BAD_TEXT = "\ufffd"


def read_csv(stream: IO[bytes]) -> Iterator[pl.DataFrame]:
    """Yield the rows of a CSV file in order; faults of a row's form are in a column of their own.

    Raises:
        UsageError: there is no header, or it names a column twice.
    """
    text = _Utf8(stream)
    header = _header(text)
    invalid: list[csv.InvalidRow] = []

    def keep(row: csv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    reading = csv.ReadOptions(column_names=header, use_threads=False)
    parsing = csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep)
    converting = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    empty = pl.DataFrame(schema=dict.fromkeys(header, pl.String))
    rows = 0
    for block in _blocks(text):
        invalid.clear()
        if not block.strip():
            continue
        table = csv.read_csv(pa.py_buffer(block), reading, parsing, converting)
        frame = empty.vstack(cast(pl.DataFrame, pl.from_arrow(table)))
        whole = text.marked(_with_invalid(frame, invalid))
        rows += len(whole)
        yield from whole.iter_slices(BATCH)
    if not rows:
        yield empty


def _blocks(text: _Utf8) -> Iterator[bytes]:
    """Yield the text in parts that end where a row ends.

    It is read here and not by a thread of the library, so that a run can be interrupted.
    """
    rest = b""
    while content := text.read(BYTES):
        rest += content
        end = _end_of_rows(rest)
        if not end and len(rest) > MOST:  # a quotation mark that is never closed
            end = rest.rfind(b"\n") + 1
        yield rest[:end]
        rest = rest[end:]
    yield rest


def _end_of_rows(text: bytes) -> int:
    """Return the offset behind the last end of a line that is not within quotation marks."""
    end = text.rfind(b"\n")
    marks = text.count(b'"', 0, end + 1)
    while end >= 0 and marks % 2:
        before = text.rfind(b"\n", 0, text.rfind(b'"', 0, end))
        marks -= text.count(b'"', max(before, 0), end)
        end = before
    return end + 1


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


def _with_invalid(frame: pl.DataFrame, invalid: Sequence[csv.InvalidRow]) -> pl.DataFrame:
    """Return the rows with those that were skipped back in their places."""
    if not invalid:
        return frame
    parts: list[pl.DataFrame] = []
    start = 0
    for skipped, row in enumerate(sorted(invalid, key=lambda row: row.number)):
        end = row.number - 1 - skipped
        parts += [frame[start:end], _broken(row, frame.columns)]
        start = end
    return pl.concat([*parts, frame[start:]], how="diagonal")


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


def interruptible() -> None:
    """Let an interrupt end a read that waits; polars would have the read go on."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


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
        interruptible()
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
