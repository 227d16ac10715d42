"""Registries as files: batches of rows in, batches of rows out, whole or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet

from crcasp.errors import UsageError
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.tables import BATCH, FAULT, interruptible, read_csv
from crcasp.saving import unfinished

if TYPE_CHECKING:
    from crcasp.registry.progress import Progress

FORMS = (".csv", ".ndjson", ".parquet")
SOURCE = "_source"  # the line of a JSON patient


def form(name: str, default: str = ".csv") -> str:
    """Return how a file is written, by its suffix; a stream has the default.

    Raises:
        UsageError: the suffix is none of the known.
    """
    if name == "-":
        return default
    suffix = PurePath(name).suffix.lower()
    if suffix == ".jsonl":
        return ".ndjson"
    if suffix not in FORMS:
        raise UsageError(f"{name}: the suffix must be one of {', '.join(FORMS)}.")
    return suffix


# ---- in -----------------------------------------------------------------------------------


def batches(name: str, how: str, progress: Progress) -> Iterator[pl.DataFrame]:
    """Yield the rows of a registry in order, a limited number at a time.

    Raises:
        UsageError: it cannot be read at all.
    """
    if name == "-" and how == ".parquet":
        raise UsageError("Parquet cannot be read from standard input: name a file.")
    reader = {".csv": read_csv, ".ndjson": _ndjson, ".parquet": _parquet}[how]
    try:
        with _opened(name) as stream:
            yield from reader(progress.watched(stream))
    except OSError as error:
        raise UsageError(f"{name}: it cannot be read: {error.strerror or error}.") from None
    except (pa.ArrowInvalid, pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise UsageError(f"{name}: it cannot be read: {said}.") from None


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with open(name, "rb") as stream:
            yield stream


def _parquet(stream: IO[bytes]) -> Iterator[pl.DataFrame]:
    source = parquet.ParquetFile(stream)
    if source.metadata.num_rows == 0:
        yield cast(pl.DataFrame, pl.from_arrow(source.schema_arrow.empty_table()))
    for batch in source.iter_batches(BATCH):
        yield cast(pl.DataFrame, pl.from_arrow(batch))


def _ndjson(stream: IO[bytes]) -> Iterator[pl.DataFrame]:
    """One JSON patient a line; the line itself is kept beside its columns."""
    rows: list[dict[str, str | None]] = []
    interruptible()
    while line := stream.readline():
        if line.strip():
            rows.append(_patient(line))
        if len(rows) == BATCH:
            yield _frame(rows)
            rows = []
            interruptible()
    if rows:
        yield _frame(rows)


def _frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    columns = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _patient(line: bytes) -> dict[str, str | None]:
    """Return the columns of a JSON patient; what is not in order stays as it is written."""
    row: dict[str, str | None] = {SOURCE: line.decode("utf-8", "replace").strip()}
    try:
        content = json.loads(line)
    except ValueError as error:
        return {**row, FAULT: f"this line is not JSON: {error}."}
    if not isinstance(content, dict):
        return {**row, FAULT: "this line is no JSON object."}
    for key, value in content.items():
        if key == "history" and isinstance(value, list):
            for number, entry in enumerate(value, 1):
                known = entry if isinstance(entry, dict) else {"received": entry}
                row[f"line{number}"] = _text(known.get("received"), "+")
                row[f"line{number}_stopped"] = _text(known.get("stopped"), "+")
                row[f"line{number}_toxic"] = _text(known.get("toxic"), ";")
                for other in known.keys() - set(OF_LINE):
                    row[f"line{number}"] = f"{other}: {known[other]}"
        elif key == "history" and value is not None:
            row["line1"] = _text(value, "+")
        else:
            row[key] = _text(value, ";")
    return row


def _text(value: object, joint: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return joint.join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


# ---- out ----------------------------------------------------------------------------------


class Output:
    """A file that has its name only once it is whole; or standard output."""

    def __init__(self, name: str, how: str) -> None:
        self.name = name
        self.how = how
        if name == "-" and how == ".parquet":
            raise UsageError("Parquet cannot be written to standard output: name a file.")
        self.path = f"{name}.{os.getpid()}.part"
        self.stream: IO[bytes]
        self.writer: Any = None
        self.columns: list[str] = []

    def __enter__(self) -> Output:
        try:
            self.stream = sys.stdout.buffer if self.name == "-" else open(self.path, "wb")
        except OSError as error:
            raise UsageError(f"{self.name}: it cannot be written: {error.strerror}.") from None
        if self.name != "-":
            unfinished.add(self.path)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.name == "-":
            if error is None:
                self._close()
                self.stream.flush()
            return
        try:
            if error is None:
                self._close()
        finally:
            self.stream.close()
            if error is None:
                os.replace(self.path, self.name)
            else:
                with suppress(OSError):
                    os.remove(self.path)
            unfinished.discard(self.path)

    def _close(self) -> None:
        if self.writer is not None:
            self.writer.close()

    def write(self, rows: pl.DataFrame, results: pl.DataFrame) -> None:
        """Write a batch of input rows with the results beside them."""
        if self.how == ".ndjson":
            self.stream.write(_lines(rows, results))
            return
        together = _plain(rows).hstack(results.get_columns())
        first = not self.columns
        self.columns = self.columns or together.columns
        lacking = [pl.lit(None, pl.String).alias(n) for n in self.columns if n not in together]
        together = together.with_columns(lacking).select(self.columns)
        if self.how == ".csv":
            texts = pl.col(pl.String)
            blank = together.with_columns(pl.when(texts != "").then(texts).name.keep())
            blank.write_csv(self.stream, include_header=first)
            return
        table = plain_text(together.to_arrow())
        if self.writer is None:
            self.writer = parquet.ParquetWriter(self.stream, table.schema, compression="zstd")
        self.writer.write_table(table.cast(self.writer.schema))


def plain_text(table: pa.Table) -> pa.Table:
    """Return a table whose texts are of the type that every reader of Arrow knows."""
    fields = [
        field.with_type(pa.string())
        if pa.types.is_large_string(field.type) or pa.types.is_string_view(field.type)
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as they came; a JSON line that others do not hold is named `source`."""
    rows = rows.drop(FAULT, strict=False)
    return rows.rename({SOURCE: "source"}) if SOURCE in rows.columns else rows


def _lines(rows: pl.DataFrame, results: pl.DataFrame) -> bytes:
    if SOURCE not in rows.columns:
        together = _plain(rows).hstack(results.get_columns())
        return "".join(f"{_json(row)}\n" for row in together.iter_rows(named=True)).encode()
    lines = []
    for source, answer in zip(rows[SOURCE], results.iter_rows(named=True), strict=True):
        try:
            known = json.loads(source)
        except ValueError:
            known = {SOURCE: source}
        row: Mapping[str, object] = known if isinstance(known, dict) else {SOURCE: source}
        lines.append(f"{_json({**row, **answer})}\n")
    return "".join(lines).encode()


def _json(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
