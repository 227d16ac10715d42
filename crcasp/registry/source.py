"""A table that is open for reading: its form, its rows in batches, its errors as sentences.

Text is read by Arrow wherever each line is one row, and by the csv module elsewhere; Parquet
is read by Arrow, an Excel file by polars.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from typing import IO, Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow
import pyarrow.parquet as parquet

from crcasp.errors import UsageError, not_installed
from crcasp.facts.wording import quoted, show
from crcasp.registry.batch import NO_TEXT, SAVE, Batch, Said, json_batch
from crcasp.registry.columns import distinct_names
from crcasp.registry.form import OPTIONS, SEPARATORS, Format, compression, form_of, suffix_form
from crcasp.results.provenance import SHOWN
from crcasp.saving import STANDARD, is_special

BLOCK = 4 << 20  # characters of a text that are read at once
ROWS = 65_536  # of a batch
LONGEST = 32 << 20  # characters of one line or cell
SPREAD = re.compile(r"\[.*|\{", re.DOTALL)  # the first line of JSON that is not one row a line
WHOLE = ("parquet", "xlsx")  # forms that are no text
MARKS = {
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    **dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
}
csv.field_size_limit(LONGEST)


class _Raw(io.RawIOBase):
    """The bytes of a file, of which the fingerprint and the number are kept."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = cast(io.BufferedReader, self.stream).readinto1(buffer)
        self.digest.update(memoryview(buffer)[:size])
        self.count += size
        return size


class Source:
    """A table that is open for reading.

    Args:
        name: the file; `-` is standard input.
        how: how it is written, as far as the user says it.

    Attributes:
        called: what a message calls it.
        form: how it is written.
        size: how many bytes it has, None if that is not known.
        header: the names of the columns as they are, one of which may be there twice.
        notes: what is to be said of it.
        rows: how many rows were seen in it.
    """

    def __init__(self, name: str, how: Format) -> None:
        self.called = "standard input" if name == STANDARD else name
        self.how = how
        self.header: list[str] = []
        self.notes: list[str] = []
        self.rows = self.lines = 0
        with self.errors():
            if name == STANDARD and sys.stdin is None:
                raise OSError(0, "it is closed")
            special = name == STANDARD or is_special(name)
            self.file = sys.stdin.buffer if name == STANDARD else open(name, "rb")  # noqa: SIM115
            self.size = None if special else os.fstat(self.file.fileno()).st_size or None
            self.raw = _Raw(self.file)
            self.stream: io.BufferedReader = io.BufferedReader(self.raw, 1 << 20)
            if packed := compression(name):
                self.stream = io.BufferedReader(pa.CompressedInputStream(self.stream, packed))
            guess = "csv"
            if special and not (how.form or suffix_form(name)):
                head = self.stream.peek().lstrip(b"\xef\xbb\xbf \t\r\n")
                guess = "ndjson" if head[:1] == b"{" else "csv"
        self.form = form_of(name, how.form, guess)
        if self.form in WHOLE and (special or packed):
            raise UsageError(
                f"{self.called}: {self.form} cannot be read from a stream or compressed: "
                "name a file that is not."
            )
        for option, text in how._asdict().items():
            if text and option not in ("form", *OPTIONS[self.form]):
                raise UsageError(f"--{option}: {self.called} is {self.form}; leave it out.")

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Make a sentence of what goes wrong in reading."""
        try:
            yield
        except (OSError, ValueError, pa.ArrowException, pl.exceptions.PolarsError) as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split()).rstrip(".")
            raise UsageError(f"{self.called}: it cannot be read: {reason}.") from None

    def fingerprint(self) -> str:
        """Return the fingerprint of all that was read."""
        return self.raw.digest.hexdigest()[:SHOWN]

    def close(self) -> None:
        """Close the file; standard input is left open."""
        if self.file is not getattr(sys.stdin, "buffer", None):
            self.file.close()

    def batches(self, column: Callable[[str], str | None] = str) -> Iterator[Batch]:
        """Yield the rows in order, a limited number at a time; without a row, an empty batch."""
        with self.errors():
            how = {"csv": self._csv, "xlsx": self._xlsx, "parquet": self._parquet}
            found = self._ndjson(column) if self.form == "ndjson" else how[self.form]()
            if self.form in WHOLE:
                self.raw.digest = hashlib.file_digest(cast(io.BufferedReader, self.file), "sha256")
            for batch in found:
                if batch.size or not self.rows:
                    self.rows += batch.size
                    yield batch

    # ---- files that are no text -------------------------------------------------------------

    def _parquet(self) -> Iterator[Batch]:
        file = parquet.ParquetFile(self.file)
        self.header = file.schema_arrow.names
        names = distinct_names(self.header)
        empty = [file.schema_arrow.empty_table()] if not file.metadata.num_rows else []
        tables = (pa.Table.from_batches([batch]) for batch in file.iter_batches(ROWS))
        for table in chain(empty, tables):
            yield Batch(table.rename_columns(names), {})

    def _xlsx(self) -> Iterator[Batch]:
        try:
            import fastexcel
        except ImportError as error:
            raise not_installed("An Excel file", error) from None
        try:
            self.file.seek(0)
            book = fastexcel.read_excel(self.file.read())
            sheet = book.load_sheet(0, header_row=None, skip_rows=self.how.skip, dtypes="string")
        except fastexcel.FastExcelError as error:
            raise ValueError(error) from None
        frame = sheet.to_polars()
        if len(book.sheet_names) > 1:
            first, *others = map(show, book.sheet_names)
            self.notes.append(f"Only the first sheet, {first}, was read, not {', '.join(others)}.")
        if not len(frame):
            raise self._empty()
        self.header = [name or "" for name in frame.row(0)]
        table = frame[1:].to_arrow().rename_columns(distinct_names(self.header))
        for start in range(0, max(len(table), 1), ROWS):
            yield Batch(table.slice(start, ROWS), {})

    def _empty(self) -> UsageError:
        return UsageError(
            f"{self.called}: it is empty: its first line must name the columns of a table."
        )

    # ---- text ---------------------------------------------------------------------------------

    def _text(self, newline: str) -> io.TextIOWrapper:
        head = self.stream.peek(4)[:4]
        marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), "utf-8-sig")
        encoding = self.how.encoding or marked
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
        errors = "surrogatepass" if wide else "surrogateescape"
        return io.TextIOWrapper(self.stream, encoding, errors, newline=newline)

    def _line(self, stream: io.TextIOWrapper) -> str:
        """Return the rest of a line, "" at the end."""
        line = stream.readline(LONGEST)
        if len(line) < LONGEST:
            return line
        raise UsageError(
            f"{self.called}: a line is longer than {LONGEST:,} characters: is it a table?"
        )

    def _csv(self) -> Iterator[Batch]:
        stream = self._text("")
        lines = iter(partial(self._line, stream), "")
        text, separator = self._header(stream.read(BLOCK) + self._line(stream))
        names = distinct_names(self.header)
        while True:
            whole = self._at_once(text, names, separator) if len(text) < 2 * BLOCK else None
            yield whole or self._by_rows(text, lines, names, separator)
            if not (text := stream.read(BLOCK) + self._line(stream)):
                return

    def _at_once(self, text: str, names: list[str], separator: str) -> Batch | None:
        """Return the rows of a text, None if not each of its lines is one."""
        end = "" if text.endswith("\n") else "\n"
        # An unclosed quotation mark in the last line would take this one to its row.
        guard = f"x{separator * (len(names) - 1)}\n"
        kinds = dict.fromkeys(names, pa.string())
        try:
            table = arrow.read_csv(
                pa.py_buffer(f"{text}{end}{guard}".encode()),
                arrow.ReadOptions(column_names=names, use_threads=False, block_size=8 * BLOCK),
                arrow.ParseOptions(delimiter=separator, newlines_in_values=True),
                arrow.ConvertOptions(column_types=kinds, strings_can_be_null=False),
            )
        except (pa.ArrowInvalid, UnicodeEncodeError):
            return None
        lines = len(table) - 1
        if lines != text.count("\n") + len(end):
            return None
        self.lines += lines
        return Batch(table.slice(0, lines), {})

    def _by_rows(
        self, text: str, more: Iterator[str], names: Sequence[str], separator: str
    ) -> Batch:
        """Return the rows that begin in a text, and what is wrong with their form."""
        width = len(names)
        rows: list[list[str]] = []
        faults: dict[int, Said] = {}
        for row in self._rows(io.StringIO(text, newline=""), more, separator):
            if len(row) != width:
                cause = f"a row does not have {width} fields, as the header has"
                fields = "field" if len(row) == 1 else "fields"
                said = f"this row has {len(row)} {fields} and not {width}."
                faults[len(rows)] = cause, said
                last = separator.join(row[width - 1 :])
                row = [*row[: width - 1], last, *[""] * (width - 1 - len(row))]
            odd = next((place for place, cell in enumerate(row) if NO_TEXT.search(cell)), None)
            if odd is not None:
                row = [NO_TEXT.sub("\ufffd", cell) for cell in row]
                why = f"this is not text in {self.how.encoding or 'UTF-8'}: {SAVE}"
                said = f"{names[odd]} {quoted(row[odd][:40])}: {why}."
                faults.setdefault(len(rows), (f"{names[odd]}: {why}", said))
            rows.append(row)
        columns = zip(*rows, strict=True) if rows else [()] * width
        cells = [pa.array(column, pa.string()) for column in columns]
        return Batch(pa.table(cells, names=names), faults)

    def _rows(self, lines: io.StringIO, more: Iterator[str], separator: str) -> Iterator[list[str]]:
        """Yield each row that begins in a text and is not blank; the last may go on behind it."""
        size = len(lines.getvalue())
        pulled: list[str] = []

        def pull() -> Iterator[str]:
            for line in chain(lines, more):
                pulled.append(line)
                yield line

        reader = csv.reader(pull(), delimiter=separator, strict=True)
        while lines.tell() < size:
            pulled.clear()
            try:
                row = next(reader, [])
            except csv.Error as error:
                if len(pulled) != 1 or "unexpected end" in str(error):
                    raise UsageError(
                        f"{self.called}:{self.lines + 1}: a quotation mark in the row that begins "
                        "here is never closed: close it, or take it away."
                    ) from None
                row = next(csv.reader(pulled, delimiter=separator))  # text behind a closing mark
            self.lines += len(pulled)
            if row:
                yield row

    def _header(self, text: str) -> tuple[str, str]:
        """Find the names of the columns, and return the text behind them and the separator."""
        lines = io.StringIO(text, newline="")
        separator, comment, start = self.how.separator, self.how.comment, 0
        while line := lines.readline():
            said = re.fullmatch(r'"?sep=(.)"?', line.strip("\r\n"))
            above = self.lines < self.how.skip or (comment and line.startswith(comment))
            if not above and line.strip() and not said:
                break
            separator = separator or (None if above or not said else said[1])
            self.lines += 1
            start = lines.tell()
        else:
            raise self._empty()
        place, encoding = f"{self.called}:{self.lines + 1}", self.how.encoding or "UTF-8"
        odd, fault = NO_TEXT.search(line), ""
        if not comment and line.startswith("#") and lines.readline().startswith("#"):
            fault = "lines with # stand above the names of the columns: give --comment '#' if they "
            fault += "are comments, or --skip N to pass over N lines."
        elif "\0" in line:
            fault = f"this is not text (a NUL character): {SAVE}; the name of an Excel file must "
            fault += "end in .xlsx, of a compressed file in .gz."
        elif odd:
            place, fault = f"{place}:{odd.start() + 1}", f"this is not text in {encoding}: {SAVE}."
        signs = SEPARATORS.values()
        bare = re.sub('"[^"]*"', "", line)
        *_, (second, _), (most, best) = sorted((bare.count(sign), sign) for sign in signs)
        if not (fault or separator) and most == second > 0:
            fault = "it is not clear what separates the columns: say it by --separator."
        if fault:
            raise UsageError(f"{place}: {fault}")
        separator = separator or (best if most else ",")
        lines.seek(start)
        self.header = next(self._rows(lines, iter(()), separator))
        if not any(self.header):
            raise self._empty()
        return lines.read(), separator

    # ---- JSON ---------------------------------------------------------------------------------

    def _ndjson(self, column: Callable[[str], str | None]) -> Iterator[Batch]:
        """Yield JSON rows, one a line, of each the columns that are asked for."""
        stream = self._text("\n")
        found = enumerate(iter(partial(self._line, stream), ""), 1)
        numbered = ((number, line.strip()) for number, line in found if line.strip())
        while (part := [*islice(numbered, ROWS)]) or not self.rows:
            if not self.rows and part and SPREAD.fullmatch(part[0][1]):
                raise UsageError(
                    f"{self.called}:{part[0][0]}: this JSON is not one patient a line: write each "
                    "patient on a line of its own, as by `jq -c '.[]'` of an array."
                )
            yield json_batch(part, column)
            if not part:
                return
