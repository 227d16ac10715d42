"""A table that is open for reading: its form, its rows in batches, its errors as sentences.

Text is read by Arrow wherever each line is one row, and by the csv module elsewhere; Parquet
is read by Arrow, an Excel file by polars.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, islice
from pathlib import PurePath
from typing import IO, Any, NamedTuple, cast

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow
import pyarrow.parquet as parquet

from crcasp.errors import UsageError, not_installed
from crcasp.facts.wording import quoted, show
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.columns import distinct_names
from crcasp.results.provenance import SHOWN
from crcasp.saving import STANDARD, is_special

FORMS = ("csv", "ndjson", "parquet", "xlsx")
SUFFIXES = {f".{name}": name for name in FORMS} | {
    **dict.fromkeys((".jsonl", ".json"), "ndjson"),
    ".tsv": "csv",
}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
BLOCK = 4 << 20  # characters of a text that are read at once
ROWS = 65_536  # of a batch
SIGN = re.compile('[^"\r\n\x7f-\U0010ffff]')
OPTIONS = {
    "csv": ("separator", "encoding", "skip", "comment"),
    "ndjson": ("encoding",),
    "xlsx": ("skip",),
    "parquet": (),
}
LONGEST = 32 << 20  # characters of one line or cell
SAVE = "save it as UTF-8, or say by --encoding what it is, such as cp1252"
NO_TEXT = re.compile("[\ud800-\udfff]")  # bytes that are not text are read as these
MARKS = {
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    **dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
}
UNRECORDED = "unknown"  # of a line without a therapy, which is an error of its row
csv.field_size_limit(LONGEST)

Said = tuple[str, str]  # what is wrong with a row: the cause, and a sentence about this one


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


class Format(NamedTuple):
    """How a table is written, where the file itself does not say it.

    Attributes:
        form: "csv", "ndjson", "parquet" or "xlsx".
        separator: of the columns of CSV.
        encoding: of a text.
        skip: how many lines stand above the names of the columns.
        comment: what a line begins with that stands above the names and is not read.
    """

    form: str | None = None
    separator: str | None = None
    encoding: str | None = None
    skip: int = 0
    comment: str | None = None

    def checked(self) -> Format:
        """Return the options with the separator as a character; refuse an unknown one."""
        sign = SEPARATORS.get(str(self.separator), self.separator)
        try:
            io.TextIOWrapper(io.BytesIO(), self.encoding or "utf-8", "surrogateescape").read()
            fault = ""
        except (LookupError, TypeError, UnicodeError):
            fault = f"--encoding {self.encoding}: there is no such encoding of text."
        if self.form is not None and self.form not in FORMS:
            fault = f"{self.form} is not a form of a registry: give one of {', '.join(FORMS)}."
        elif sign is not None and not (isinstance(sign, str) and SIGN.fullmatch(sign)):
            fault = f"--separator {sign}: give one character, or {', '.join(SEPARATORS)}."
        elif not isinstance(self.skip, int) or self.skip < 0:
            fault = f"--skip {self.skip}: give the number of lines, such as 4."
        if fault:
            raise UsageError(fault)
        return self._replace(separator=sign)


def suffix_form(name: str) -> str | None:
    """Return the form that the suffix of a file says, if it says one; .gz and so on are no form."""
    path = PurePath(name.lower())
    return SUFFIXES.get(PurePath(path.stem).suffix if compression(name) else path.suffix)


def compression(name: str) -> str | None:
    """Return how a file is compressed, by its suffix."""
    with suppress(ValueError, TypeError):
        return str(pa.Codec.detect(name.lower()).name)
    return None


def form_of(
    name: str, option: str | None, stream: str | None = None, forms: Sequence[str] = FORMS
) -> str:
    """Return the form of a file, one of some, by its suffix, or else by the option."""
    special = name == STANDARD or is_special(name)
    form = suffix_form(name) or option or (stream if special else None)
    if form is None or form not in forms:
        known = ", ".join(suffix for suffix, it in SUFFIXES.items() if it in forms)
        raise UsageError(
            f"{name}: its suffix is none of {known}: give it one, or say by --format what it is."
        )
    return form


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
        whole = self.form in ("parquet", "xlsx")
        if whole and (special or packed):
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
            reason = getattr(error, "strerror", None) or " ".join(str(error).split())
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
            for batch in found:
                if batch.size or not self.rows:
                    self.rows += batch.size
                    yield batch

    # ---- files that are no text -------------------------------------------------------------

    def _parquet(self) -> Iterator[Batch]:
        self.raw.digest = hashlib.file_digest(cast(io.BufferedReader, self.file), "sha256")
        file = parquet.ParquetFile(self.file)
        self.header = file.schema_arrow.names
        names = distinct_names(self.header)
        empty = [file.schema_arrow.empty_table()] if not file.metadata.num_rows else []
        tables = (pa.Table.from_batches([batch]) for batch in file.iter_batches(ROWS))
        for table in chain(empty, tables):
            yield Batch(table.rename_columns(names), {})

    def _xlsx(self) -> Iterator[Batch]:
        self.raw.digest = hashlib.file_digest(cast(io.BufferedReader, self.file), "sha256")
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
            others = ", ".join(map(show, book.sheet_names[1:]))
            self.notes.append(
                f"Only the first sheet, {show(book.sheet_names[0])}, was read, not {others}."
            )
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
        text_columns = dict.fromkeys(names, pa.string())
        options = (
            arrow.ReadOptions(column_names=names, use_threads=False, block_size=8 * BLOCK),
            arrow.ParseOptions(delimiter=separator, newlines_in_values=True),
            arrow.ConvertOptions(column_types=text_columns, strings_can_be_null=False),
        )
        # An unclosed quotation mark in the last line would take this one to its row.
        guard = f"x{separator * (len(names) - 1)}\n".encode()

        def at_once() -> pa.Table | None:
            """Return the rows of a text, None if not each of its lines is one."""
            end = "" if text.endswith("\n") else "\n"
            lines = text.count("\n") + len(end)
            try:
                content = pa.py_buffer(b"".join((text.encode(), end.encode(), guard)))
                table = arrow.read_csv(content, *options)
            except (pa.ArrowInvalid, UnicodeEncodeError):
                return None
            if len(table) != lines + 1:
                return None
            self.lines += lines
            return table.slice(0, lines)

        while True:
            table = at_once() if len(text) < 2 * BLOCK else None
            if table is not None:
                yield Batch(table, {})
            else:
                yield self._by_rows(text, lines, names, separator)
            if not (text := stream.read(BLOCK) + self._line(stream)):
                return

    def _by_rows(
        self, text: str, more: Iterator[str], names: Sequence[str], separator: str
    ) -> Batch:
        """Return the rows that begin in a text, and what is wrong with their form."""
        width = len(names)
        rows: list[list[str]] = []
        faults: dict[int, Said] = {}
        for row in self._rows(text, more, separator):
            if len(row) != width:
                cause = f"a row does not have {width} fields, as the header has"
                fields = "field" if len(row) == 1 else "fields"
                said = f"this row has {len(row)} {fields} and not {width}."
                faults[len(rows)] = cause, said
                extra = [separator.join(row[width - 1 :])] if len(row) > width else []
                row = [*row[: width - len(extra)], *extra, *[""] * (width - len(row))]
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

    def _rows(self, text: str, more: Iterator[str], separator: str) -> Iterator[list[str]]:
        """Yield each row that begins in a text and is not blank; the last may go on behind it."""
        lines = io.StringIO(text, newline="")
        pulled: list[str] = []

        def pull() -> Iterator[str]:
            for line in chain(lines, more):
                pulled.append(line)
                yield line

        reader = csv.reader(pull(), delimiter=separator, strict=True)
        while lines.tell() < len(text):
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
        before = self.lines
        self.header = next(self._rows(text[start:], iter(()), separator))
        if not any(self.header):
            raise self._empty()
        behind = io.StringIO(text[start:], newline="")
        for _ in range(self.lines - before):
            behind.readline()
        return behind.read(), separator

    # ---- JSON ---------------------------------------------------------------------------------

    def _ndjson(self, column: Callable[[str], str | None]) -> Iterator[Batch]:
        """Yield JSON rows, one a line, of each the columns that are asked for."""
        stream = self._text("\n")
        found = enumerate(iter(partial(self._line, stream), ""), 1)
        numbered = ((n, line) for n, line in found if line.strip())
        more = True
        while more:
            rows: list[dict[str, str | None]] = []
            lines: list[str] = []
            faults: dict[int, Said] = {}
            for number, line in islice(numbered, ROWS):
                text = line.strip()
                if not self.rows and not rows and re.fullmatch(r"\[.*|\{", text, re.DOTALL):
                    raise UsageError(
                        f"{self.called}:{number}: this JSON is not one patient a line: write each "
                        "patient on a line of its own, as by `jq -c '.[]'` of an array."
                    )
                try:
                    row = _json_row(text, column)
                except _RefusedError as refusal:
                    cause, said, *whole = refusal.args
                    faults[len(rows)] = cause, f"line {number}: {said}"
                    if not whole:
                        text = NO_TEXT.sub("\ufffd", text)
                        text = json.dumps({"source": text}, ensure_ascii=False)
                    row = {}
                rows.append(row)
                lines.append(text)
            names = dict.fromkeys(name for row in rows for name in row)
            cells = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
            more = len(rows) == ROWS
            yield Batch(pa.table(cells), faults, lines)


class _RefusedError(Exception):
    """A JSON row is refused: the cause, a sentence, and whether it is whole as an object."""


def _json_row(text: str, column: Callable[[str], str | None]) -> dict[str, str | None]:
    """Return the columns of a JSON row."""
    row: dict[str, str | None] = {}
    for key, value in _object(text).items():
        if key == "history" and value is not None:
            lines = enumerate(value if isinstance(value, list) else [value], 1)
            found = [pair for line in lines for pair in _line_of_therapy(*line)]
        else:
            name = column(key)
            found = [(name, _cell(value))] if name else []
        for name, cell in found:
            if name in row:
                said = f"{show(key)} is there twice, in one way or another of writing: keep one."
                raise _RefusedError(f"{name} is there twice", said)
            row[name] = cell
    return row


def _line_of_therapy(number: int, entry: object) -> Iterator[tuple[str, str | None]]:
    """Yield the columns of one line of therapy."""
    known = entry if isinstance(entry, dict) else {"received": entry}
    if odd := known.keys() - set(OF_LINE):
        said = f"history[{number - 1}] has {show(min(odd))}: it may have {', '.join(OF_LINE)}."
        raise _RefusedError("a line of the history has a key that it may not have", said, True)
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
        raise _RefusedError("a line is not text", said)
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        said = f"this line is not JSON that can be read: {' '.join(str(error).split())}."
        raise _RefusedError("a line is not JSON", said) from None
    if not isinstance(content, dict):
        said = "this line is not a JSON object: write one patient as an object."
        raise _RefusedError("a line is not a JSON object", said)
    return content


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        said = f"the key {show(double)} is given twice in one object: keep one of them."
        raise _RefusedError("a key is given twice in one object", said)
    return found
