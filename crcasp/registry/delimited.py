"""CSV in batches, every cell as it is written; a row that is not whole keeps its place.

The csv module reads row by row. A text of which each line is a row, as most are, is read by
Arrow at once: it gives as many rows as there are lines, or the text is read row by row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

import pyarrow as pa
import pyarrow.csv as arrow

from crcasp.errors import UsageError
from crcasp.facts.wording import quoted
from crcasp.registry.columns import check_header
from crcasp.registry.source import SAVE, Batch, Said, Source

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
LONGEST = 16 << 20  # bytes of one row
UTF8 = ("utf-8", "surrogateescape")  # what is not UTF-8 is kept as lone surrogates
NO_TEXT = re.compile("[\ud800-\udfff]")
csv.field_size_limit(2 * LONGEST)


class _UnclosedError(Exception):
    """A quotation mark is not closed in a text; the argument is the offset of its row."""


def read_csv(source: Source, separator: str | None) -> Iterator[Batch]:
    """Yield the rows of a CSV file in order; if there is none, an empty batch.

    Raises:
        UsageError: there is no header, its names are not clear, or a quotation mark is not closed.
    """
    blocks = source.blocks()
    text = b""
    while not text.strip() and (block := next(blocks, b"")):
        text += block
    separator = separator or _separator(text.decode(*UTF8), source)
    header, text = _header(text, separator, source)
    check_header(header, source.called)
    reader = _Reader(header, separator)
    last = False
    while not last:
        end = text.rfind(b"\n") + 1
        block = next(blocks, b"")
        if last := not block:
            end = len(text)
        elif not end and len(text) > LONGEST:
            place = f"{source.called}:{source.lines + 1}"
            raise UsageError(f"{place}: this row is longer than {LONGEST >> 20} MiB.")
        part = text[:end]
        try:
            batch = reader.at_once(part) or reader.by_rows(part)
        except _UnclosedError as error:
            end = len(part.decode(*UTF8)[: error.args[0]].encode(*UTF8))
            if last or len(part) - end > LONGEST:
                raise _unclosed(source, part, end, separator) from None
            part = text[:end]
            batch = reader.by_rows(part)
        source.lines += part.count(b"\n")
        source.rows += len(batch.rows)
        if len(batch.rows) or (last and not source.rows):
            yield batch
        text = text[end:] + block


class _Reader:
    """Reads the rows behind a header from parts of a text."""

    def __init__(self, header: Sequence[str], separator: str) -> None:
        self.header = [*header]
        self.separator = separator
        self.options = (
            arrow.ReadOptions(column_names=self.header, use_threads=False, block_size=4 * LONGEST),
            arrow.ParseOptions(delimiter=separator, newlines_in_values=True),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
        # An unclosed quotation mark in the last line would take this one to its row.
        self.guard = f"x{separator * (len(header) - 1)}\n".encode()

    def at_once(self, text: bytes) -> Batch | None:
        """Return the rows of a text, None if not each of its lines is one."""
        whole = text if text.endswith(b"\n") else text + b"\n"
        lines = whole.count(b"\n")
        try:
            table = arrow.read_csv(pa.py_buffer(whole + self.guard), *self.options)
        except pa.ArrowInvalid:
            return None
        return Batch(table.slice(0, lines), {}) if len(table) == lines + 1 else None

    def by_rows(self, text: bytes) -> Batch:
        """Return the rows of a text, and what is wrong with their form.

        Raises:
            _UnclosedError: a quotation mark is not closed.
        """
        width = len(self.header)
        rows: list[list[str]] = []
        faults: dict[int, Said] = {}
        decoded = text.decode(*UTF8)
        damaged = NO_TEXT.search(decoded)
        for row, _ in _rows(decoded, self.separator):
            if len(row) != width:
                cause = f"a row has not {width} fields, as the header has"
                said = f"this row has {len(row)} fields and not {width}."
                faults[len(rows)] = cause, said
                extra = [self.separator.join(row[width - 1 :])] if len(row) > width else []
                row = [*row[: width - len(extra)], *extra, *[""] * (width - len(row))]
            if damaged and NO_TEXT.search("".join(row)):
                row, fault = self._repaired(row)
                faults.setdefault(len(rows), fault)
            rows.append(row)
        columns = zip(*rows, strict=True) if rows else [()] * width
        cells = [pa.array(column, pa.string()) for column in columns]
        return Batch(pa.table(cells, names=self.header), faults)

    def _repaired(self, row: list[str]) -> tuple[list[str], Said]:
        """Return a row with marks for what is no text, and what is wrong with it."""
        name = next(n for n, cell in zip(self.header, row, strict=True) if NO_TEXT.search(cell))
        row = [NO_TEXT.sub("\ufffd", cell) for cell in row]
        cell = quoted(row[self.header.index(name)][:40])
        why = f"this is not text in UTF-8: {SAVE}"
        return row, (f"{name}: {why}", f"{name} {cell}: {why}.")


def _rows(text: str, separator: str) -> Iterator[tuple[list[str], int]]:
    """Yield each row that is not blank, and the offset behind it.

    Raises:
        _UnclosedError: a quotation mark is not closed.
    """
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        start = lines.tell()
        try:
            row = next(reader, None)
        except csv.Error as error:
            written = text[start : lines.tell()]
            if "\n" in written.strip("\r\n") or "unexpected end" in str(error):
                raise _UnclosedError(start) from None
            row = next(csv.reader([written], delimiter=separator))  # text behind a closing mark
        if row is None:
            return
        if row:
            yield row, lines.tell()


def _unclosed(source: Source, text: bytes, start: int, separator: str) -> UsageError:
    """Return the error that a quotation mark is never closed, in the row at an offset."""
    sign = re.escape(separator.encode())
    field = rb'(?:"(?:[^"]++|"")*+"|(?!")[^%b\r\n]*+)(?:%b|\r?\n|\r)' % (sign, sign)
    closed = re.compile(rb"(?:%b)*+" % field).match(text, start)
    line = source.lines + text.count(b"\n", 0, closed.end() if closed else start) + 1
    return UsageError(
        f"{source.called}:{line}: the quotation mark that opens here is never closed: "
        "close it, or take it away."
    )


# ---- the header ---------------------------------------------------------------------------


def _separator(text: str, source: Source) -> str:
    """Return what separates the cells: what makes most columns, alike in the first rows."""
    found: list[tuple[bool, int, str]] = []
    for separator in SEPARATORS.values():
        widths: list[int] = []
        with suppress(_UnclosedError):
            widths += (len(row) for row, _ in islice(_rows(text, separator), 3))
        alike = len(set(widths)) == 1 and widths[0] > 1
        found.append((alike, widths[0] if widths else 0, separator))
    found.sort(reverse=True)
    (*best, separator), (*second, _) = found[:2]
    if best == second and best[1] > 1:
        raise UsageError(
            f"{source.called}:1: it is not clear what separates the columns: say it by --separator."
        )
    return separator if best[1] > 1 else ","


def _header(text: bytes, separator: str, source: Source) -> tuple[list[str], bytes]:
    """Return the names of the columns, and the text behind them."""
    try:
        row, end = next(_rows(text.decode(*UTF8), separator), ([], 0))
    except _UnclosedError as error:
        raise _unclosed(source, text, error.args[0], separator) from None
    if not any(row):
        raise UsageError(
            f"{source.called}: it is empty: its first line must name the columns of a table."
        )
    written = text.decode(*UTF8)[:end].encode(*UTF8)
    place = f"{source.called}:{source.lines + 1}"
    if b"\0" in written:
        raise UsageError(f"{place}: this is no text (a NUL character): {SAVE}.")
    try:
        written.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}:{error.start + 1}: this is not text in UTF-8: {SAVE}.") from None
    source.lines += written.count(b"\n")
    return row, text[len(written) :]
