"""Batches of rows with the results beside them, as CSV, NDJSON or Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet
from pyarrow import types

from crcasp.errors import UsageError
from crcasp.registry.advisor import RESULTS
from crcasp.registry.batch import Batch
from crcasp.registry.cells import as_text
from crcasp.registry.columns import ID
from crcasp.saving import Output

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)
SOURCE = "source"  # the column of a table that has JSON lines as they are written
PLAIN = (
    *(types.is_null, types.is_boolean, types.is_integer, types.is_float32, types.is_float64),
    *(types.is_string, types.is_large_string, types.is_date, types.is_timestamp, types.is_time),
)  # what CSV and JSON have as it is; all else is written as text
BINARY = types.is_binary, types.is_large_binary, types.is_fixed_size_binary


def refuse_columns(schema: pa.Schema, output: str, name: str) -> None:
    """Refuse columns that the form of the output cannot hold."""
    for field in schema:
        binary = any(of(kind) for kind in _leaves(field.type) for of in BINARY)
        nested = types.is_nested(field.type) and output == "csv"
        if output != "parquet" and (binary or nested):
            raise UsageError(
                f"{name}: its column {field.name} holds {'bytes' if binary else 'lists'}, which "
                f"{output.upper()} cannot: take it out, or write the output as Parquet."
            )


def _leaves(kind: pa.DataType) -> Iterator[pa.DataType]:
    """Yield the types that a type is made of."""
    if types.is_dictionary(kind):
        yield from _leaves(kind.value_type)
    elif types.is_nested(kind):
        for number in range(kind.num_fields):
            yield from _leaves(kind.field(number).type)
    else:
        yield kind


def _plain(kind: pa.DataType) -> bool:
    views = types.is_list_view(kind) or types.is_large_list_view(kind)
    return not views and all(any(of(it) for of in PLAIN) for it in _leaves(kind))


class Writer:
    """Writes batches of rows, with the results beside them, in one form."""

    def __init__(self, output: Output, form: str) -> None:
        self.output = output
        self.form = form
        self.separator = "\t" if output.name.lower().endswith(".tsv") else ","
        self.parquet: parquet.ParquetWriter | None = None
        self.rows = 0

    def write(self, batch: Batch, results: pl.DataFrame, names: Mapping[str, str]) -> None:
        """Write a batch of input rows with the results beside them."""
        first = not self.rows
        self.rows += len(results)
        rows, buffer = batch.rows, io.BytesIO()
        ids, results = results[ID], results.select(RESULTS)
        if batch.lines is not None and self.form == "ndjson":
            answers = results.rename(names).write_ndjson().splitlines()
            for line, answer in zip(batch.lines, answers, strict=True):  # as it is, and more
                buffer.write(f"{{{line[1:-1].strip()}, {answer[1:]}\n".encode())
            self.output.write(buffer.getbuffer())
            return
        if batch.lines is not None:
            cells = ids.to_arrow().cast(pa.string())
            rows = pa.table({"id": cells, SOURCE: pa.array(batch.lines, pa.string())})
        else:
            results = results.rename(names)
        if self.form == "parquet":
            table = with_results(rows, results)
            if self.parquet is None:
                self.parquet = parquet.ParquetWriter(
                    self.output, table.schema, compression="zstd", write_statistics=False
                )
            self.parquet.write_table(table)
            return
        for place, field in enumerate(rows.schema):
            if not _plain(field.type):
                rows = rows.set_column(place, field.name, as_text(rows[field.name]))
        frame = cast(pl.DataFrame, pl.from_arrow(rows)).hstack(results.get_columns())
        if self.form == "csv":
            text = pl.col(pl.String)
            blank = frame.with_columns(pl.when(text != "").then(text).name.keep())
            blank.write_csv(buffer, include_header=first, separator=self.separator)
        else:
            frame.write_ndjson(buffer)
        self.output.write(buffer.getbuffer())

    def close(self) -> None:
        """Write what comes behind the rows."""
        if self.parquet is not None:
            self.parquet.close()


def with_results(rows: Rows, results: pl.DataFrame) -> Rows:
    """Return rows with the results as further columns, of types that every reader knows."""
    for column in results:
        kind = pa.bool_() if column.dtype == pl.Boolean else pa.string()
        rows = rows.append_column(column.name, column.to_arrow().cast(kind))
    return rows
