"""CSV in batches, every cell as it is written; a row that is not whole keeps its place."""

from __future__ import annotations

import csv as rows_of_text
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv as csv

from crcasp.errors import UsageError
from crcasp.facts.wording import printable, quoted
from crcasp.registry.ends import MOST, unclosed, whole_rows
from crcasp.registry.forms import Source

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
BATCH = 65_536  # rows
BAD_TEXT = "\ufffd"
rows_of_text.field_size_limit(2 * MOST)
SAVE = "save it as UTF-8, or as UTF-16 with a mark"


class Batch(NamedTuple):
    """Some rows of a registry.

    Attributes:
        rows: the cells as they are.
        faults: what is wrong with the form of a row, by its place, each as (cause, sentence).
        lines: the rows as they are written, where each is a JSON text.
    """

    rows: pa.Table
    faults: dict[int, tuple[str, str]]
    lines: Sequence[str] | None = None


def read_csv(source: Source, separator: str | None) -> Iterator[Batch]:
    """Yield the rows of a CSV file in order.

    Raises:
        UsageError: there is no header, its names are not clear, or a quotation mark is not closed.
    """
    blocks = source.blocks()
    text = next(blocks, b"")
    while not text.strip() or (text.count(b'"') % 2 and len(text) < MOST):
        more = next(blocks, b"")
        if not more:
            break
        text += more
    separator = separator or _separator(text, source)
    header, text = _header(text, separator, source)
    reading = csv.ReadOptions(column_names=header, use_threads=False, block_size=2 * MOST)
    invalid: list[csv.InvalidRow] = []

    def keep(row: csv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    parsing = csv.ParseOptions(
        delimiter=separator, newlines_in_values=True, invalid_row_handler=keep
    )
    converting = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    empty = pa.table({name: pa.array([], pa.string()) for name in header})
    seen = 0
    for block in whole_rows(source, text, blocks, separator):
        content, damaged = _valid(block)
        if not content.strip(b"\r\n"):
            continue
        invalid.clear()
        table = csv.read_csv(pa.py_buffer(content), reading, parsing, converting)
        batch = _with_invalid(table, invalid, separator)
        if damaged:
            batch = _marked(batch)
        seen += len(batch.rows)
        for start in range(0, len(batch.rows), BATCH):
            inside = range(start, start + BATCH)
            faults = {row - start: said for row, said in batch.faults.items() if row in inside}
            yield Batch(batch.rows.slice(start, BATCH), faults)
    if not seen:
        yield Batch(empty, {})


# ---- the header ---------------------------------------------------------------------------


def _first_rows(text: bytes, separator: str, count: int) -> tuple[list[list[str]], int]:
    """Return the first rows that are not blank, and how many lines they take."""
    lines = io.StringIO(text.decode("utf-8", "replace"), newline="")
    reader = rows_of_text.reader(lines, delimiter=separator)
    rows: list[list[str]] = []
    try:
        while len(rows) < count:
            row = next(reader)
            rows += [row] if row else []
    except (StopIteration, rows_of_text.Error):
        pass
    return rows, reader.line_num


def _separator(text: bytes, source: Source) -> str:
    """Return what separates the cells: what makes most columns, alike in the first rows."""
    found: list[tuple[bool, int, str]] = []
    for separator in SEPARATORS.values():
        rows, _ = _first_rows(text, separator, 3)
        widths = [len(row) for row in rows]
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
    rows, lines = _first_rows(text, separator, 1)
    if not rows or not any(rows[0]):
        raise UsageError(
            f"{source.called}: it is empty: its first line must name the columns of a table."
        )
    line = b"".join(text.splitlines(keepends=True)[:lines])
    if b"\0" in line:
        raise UsageError(f"{source.place()}: this is no text (a NUL character): {SAVE}.")
    try:
        line.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{source.place()}:{error.start + 1}: this is not text in UTF-8: {SAVE}."
        ) from None
    if lines > 1 and line.count(b'"') % 2:
        raise unclosed(source, line, line.find(b'"'))
    source.lines += line.count(b"\n")
    return rows[0], text[len(line) :]


def check_header(header: Sequence[str], name: str) -> None:
    """Refuse names of columns that are empty or there twice, with their positions."""
    places: dict[str, int] = {}
    for number, column in enumerate(header, 1):
        if not column.strip():
            raise UsageError(f"{name}: column {number} has no name: give it one.")
        if column in places:
            called = printable(column)
            raise UsageError(
                f"{name}: the columns {places[column]} and {number} are both called {called}: "
                "it is there twice; rename one."
            )
        places[column] = number


# ---- rows that are not whole --------------------------------------------------------------


def _valid(block: bytes) -> tuple[bytes, bool]:
    """Return a text in UTF-8, and whether something in it was not."""
    try:
        block.decode()
    except UnicodeDecodeError:
        return block.decode("utf-8", "replace").encode(), True
    return block, False


def _with_invalid(table: pa.Table, invalid: Sequence[csv.InvalidRow], separator: str) -> Batch:
    """Return the rows with those that were skipped back in their places."""
    faults: dict[int, tuple[str, str]] = {}
    parts: list[pa.Table] = []
    start = 0
    for skipped, row in enumerate(sorted(invalid, key=lambda row: row.number)):
        end = row.number - 1 - skipped
        parts += [table.slice(start, end - start), _broken(row, table.column_names, separator)]
        start = end
        cause = f"a row has not {row.expected_columns} fields, as the header has"
        said = f"this row has {row.actual_columns} fields and not {row.expected_columns}."
        faults[row.number - 1] = (cause, said)
    return Batch(pa.concat_tables([*parts, table.slice(start)]) if invalid else table, faults)


def _broken(row: csv.InvalidRow, header: list[str], separator: str) -> pa.Table:
    """Return what a row holds that has too few cells, or too many, which the last column takes."""
    fields = next(rows_of_text.reader(io.StringIO(row.text, newline=""), delimiter=separator), [])
    last = len(header) - 1
    cells = [*fields[:last], separator.join(fields[last:])] if fields[last:] else fields
    cells += [""] * (len(header) - len(cells))
    return pa.table([pa.array([cell], pa.string()) for cell in cells], names=header)


def _marked(batch: Batch) -> Batch:
    """Return the rows, with a fault for each that was not UTF-8."""
    faults = dict(batch.faults)
    for name in batch.rows.column_names:
        for row, cell in enumerate(batch.rows[name].to_pylist()):
            if BAD_TEXT in cell:
                said = f"{name} {quoted(cell[:40])}: this is not text in UTF-8: {SAVE}."
                faults.setdefault(row, (f"{name}: this is not text in UTF-8: {SAVE}", said))
    return Batch(batch.rows, faults)
