"""The rows of a registry, in whichever form it is, a limited number at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as parquet

from crcasp.registry.advisor import RESULTS
from crcasp.registry.columns import Names, check_header
from crcasp.registry.delimited import read_csv
from crcasp.registry.json_lines import read_ndjson
from crcasp.registry.source import ROWS, Batch, Source


def batches_of(source: Source, separator: str | None, names: Names) -> Iterator[Batch]:
    """Yield the rows of a registry in order, a limited number at a time.

    Raises:
        UsageError: it cannot be read at all.
    """
    with source.errors():
        if source.form == "ndjson":
            yield from read_ndjson(source, names.column, RESULTS)
        elif source.form == "csv":
            yield from read_csv(source, separator)
        else:
            file = parquet.ParquetFile(source.stream)
            check_header(file.schema_arrow.names, source.called)
            source.rows = file.metadata.num_rows
            if not source.rows:
                yield Batch(file.schema_arrow.empty_table(), {})
            for batch in file.iter_batches(ROWS):
                yield Batch(pa.Table.from_batches([batch]), {})
