"""Registries as files: batches of rows in, batches of rows out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet

from crcasp.errors import UsageError
from crcasp.registry.documents import Column, read_ndjson, spliced
from crcasp.registry.forms import Source, interruptible
from crcasp.registry.tables import BATCH, Batch, check_header, read_csv
from crcasp.saving import Output

SOURCE = "source"  # the column of a table that has JSON lines as they are written


def batches(
    source: Source,
    separator: str | None,
    column: Column,
    results: tuple[str, ...],
    output: str,
) -> Iterator[Batch]:
    """Yield the rows of a registry in order, a limited number at a time.

    Args:
        source: the registry.
        separator: of a CSV file; found out if it is not given.
        column: for a key of NDJSON, the column it means.
        results: the names of the columns that the output adds.
        output: the form of the output.

    Raises:
        UsageError: it cannot be read at all, or the output cannot hold its columns.
    """
    if separator is not None and source.form != "csv":
        raise UsageError(f"--separator: {source.called} is {source.form}, not CSV; leave it out.")
    if source.form == "ndjson":
        found = read_ndjson(source, column, frozenset(results))
    elif source.form == "csv":
        found = read_csv(source, separator)
    else:
        found = _parquet(source)
    first = True
    while True:
        with source.errors():
            try:
                batch = next(found, None)
            except (pa.ArrowException, pl.exceptions.PolarsError) as error:
                raise ValueError(str(error)) from None
        if batch is None:
            return
        if first and source.form != "ndjson":
            check_header(batch.rows.column_names, source.called)
            refuse_columns(batch.rows.schema, results, output, source.called)
        first = False
        interruptible()
        yield batch


def _parquet(source: Source) -> Iterator[Batch]:
    file = parquet.ParquetFile(source.stream)
    source.rows = file.metadata.num_rows
    if source.rows == 0:
        yield Batch(file.schema_arrow.empty_table(), {})
    for batch in file.iter_batches(BATCH):
        yield Batch(pa.Table.from_batches([batch]), {})


def refuse_columns(schema: pa.Schema, results: tuple[str, ...], output: str, name: str) -> None:
    """Refuse columns that the output has anyway, or that its form cannot hold."""
    for field in schema:
        if field.name in results:
            raise UsageError(
                f"{name}: it has a column {field.name}, as the output will: rename it."
            )
        if output == "parquet" or not output:
            continue
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        if binary or (output == "csv" and pa.types.is_nested(kind)):
            raise UsageError(
                f"{name}: its column {field.name} holds {kind}, which {output.upper()} cannot: "
                "take it out, or write the output as Parquet."
            )


class Writer:
    """Writes batches of rows, with the results beside them, in one form."""

    def __init__(self, output: Output, form: str, separator: str) -> None:
        self.output = output
        self.form = form
        self.separator = separator
        self.parquet: Any = None
        self.first = True
        self.rows = 0

    def write(self, batch: Batch, ids: pa.Array | None, results: pl.DataFrame) -> None:
        """Write a batch of input rows with the results beside them.

        Args:
            batch: the rows.
            ids: the column that says which patient a row is, for JSON rows as a table.
            results: the columns of the answer.
        """
        self.rows += len(results)
        if self.form == "ndjson" and batch.lines is not None:
            self.output.write(_lines(batch, results))
            return
        rows = batch.rows
        if batch.lines is not None:
            cells = pa.nulls(len(results), pa.string()) if ids is None else ids
            rows = pa.table({"id": cells, SOURCE: pa.array(batch.lines, pa.string())})
        if self.form == "parquet":
            table = with_results(rows, results)
            if self.parquet is None:
                self.parquet = parquet.ParquetWriter(
                    self.output, table.schema, compression="zstd", write_statistics=False
                )
            self.parquet.write_table(table)
            return
        frame = cast(pl.DataFrame, pl.from_arrow(rows)).hstack(results.get_columns())
        buffer = io.BytesIO()
        if self.form == "csv":
            blank = frame.with_columns(
                pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep()
            )
            blank.write_csv(buffer, include_header=self.first, separator=self.separator)
        else:
            frame.write_ndjson(buffer)
        self.first = False
        self.output.write(buffer.getbuffer())

    def close(self) -> None:
        """Write what comes behind the rows."""
        if self.parquet is not None:
            self.parquet.close()

    def abandon(self) -> None:
        """Let the writer of Parquet forget the file, which it would end by itself."""
        if self.parquet is not None:
            self.output.abandon()
            with suppress(Exception):
                self.parquet.close()


def _lines(batch: Batch, results: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    results.write_ndjson(buffer)
    answers = buffer.getvalue().decode().split("\n")
    whole = (f"{spliced(*both)}\n" for both in zip(batch.lines or (), answers, strict=False))
    return "".join(whole).encode()


def with_results(rows: pa.Table, results: pl.DataFrame) -> pa.Table:
    """Return rows with the results as further columns, of types that every reader knows."""
    found = results.to_arrow()
    for field in found.schema:
        kind = pa.bool_() if pa.types.is_boolean(field.type) else pa.string()
        rows = rows.append_column(field.name, found[field.name].cast(kind))
    return rows
