"""A registry from file to file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock

import polars as pl
import pyarrow as pa

from crcasp.program.files import Program
from crcasp.registry.batches import GIVEN, Advisor
from crcasp.registry.files import Output, batches, form, plain_text
from crcasp.registry.mapping import ColumnMap
from crcasp.registry.pool import Pool
from crcasp.registry.progress import Progress
from crcasp.registry.summary import Summary, Tally


def cohort(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    mapping: ColumnMap | None = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
    workers: int | None = None,
) -> Summary:
    """Answer a whole registry, one row a patient, and return what it comes to.

    Args:
        source: a file in CSV, NDJSON or Parquet, by its suffix.
        output: the file to write, likewise.
        mapping: what the columns and cells of the source are called.
        overlays: as for `recommend`.
        constants: as for `recommend`.
        workers: how many processes solve; the number of cores if it is not given.

    Raises:
        UsageError: the source cannot be read at all, or the output cannot be written.
    """
    program = Program.build(overlays, constants)
    return answer_files(program, os.fspath(source), os.fspath(output), mapping, workers)


def answer_files(
    program: Program,
    source: str,
    output: str,
    mapping: ColumnMap | None = None,
    workers: int | None = None,
) -> Summary:
    """Answer a registry with a program that was read; see `cohort`."""
    start = time.perf_counter()
    mapping = mapping or ColumnMap()
    how = form(source, ".ndjson" if output != "-" and form(output) == ".ndjson" else ".csv")
    pool, progress, tally = Pool(program, workers), Progress(source), Tally()
    advisor = Advisor(program, mapping, pool.solve)
    mapping.check(advisor.known)
    try:
        with Output(output, form(output, how if how != ".parquet" else ".csv")) as written:
            for rows in batches(source, how, progress):
                answers = advisor.answers(rows)
                written.write(rows, answers)
                given = mapping.columns.get(GIVEN, GIVEN)
                tally.add(rows[given] if given in rows.columns else None, answers)
                progress.count(len(rows))
    finally:
        pool.close()
        progress.close()
    return tally.summary(len(advisor.profiles.keys), time.perf_counter() - start)


def answer_batches(
    source: Iterator[pa.RecordBatch],
    mapping: ColumnMap | None = None,
    program: Program | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield each record batch of patients with the columns of the answer beside it.

    A function of its input alone, for Spark's `mapInArrow`, Dask and Ray Data: what it
    learns is kept in the process that runs it, and nothing else is.

    Args:
        source: record batches whose columns are those of a patient.
        mapping: what the columns and cells are called.
        program: the logic program; the table alone if it is not given.
    """
    advisor = _advisor(program or Program(), mapping or ColumnMap())
    for batch in source:
        rows = pl.DataFrame(pl.from_arrow(batch))
        answers = advisor.answers(rows)
        table = plain_text(rows.hstack(answers.get_columns()).to_arrow())
        yield table.combine_chunks().to_batches()[0]


def answer_batch(
    batch: pa.RecordBatch, mapping: ColumnMap | None = None, program: Program | None = None
) -> pa.RecordBatch:
    """Return one record batch of patients with the columns of the answer beside it."""
    return next(answer_batches(iter((batch,)), mapping, program))


_advisors: dict[tuple[Program, str], Advisor] = {}
_advisors_lock = Lock()


def _advisor(program: Program, mapping: ColumnMap) -> Advisor:
    """Return the advisor of this process for a program and a map."""
    key = (program, repr(mapping))
    with _advisors_lock:
        if key not in _advisors:
            _advisors[key] = Advisor(program, mapping)
        return _advisors[key]
