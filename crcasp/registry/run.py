"""A registry from file to file, from Arrow table to table, from record batch to record batch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.registry.advisor import RESULTS, Advisor
from crcasp.registry.batch import Batch
from crcasp.registry.cells import as_text
from crcasp.registry.column_map import ColumnMap, column_map
from crcasp.registry.columns import Used, distinct_names, free_names, general
from crcasp.registry.form import Format, compression, form_of, suffix_form
from crcasp.registry.source import Source
from crcasp.registry.summary import Summary, Tally
from crcasp.registry.treatments import Treatments
from crcasp.registry.writer import Writer, refuse_columns, with_results
from crcasp.saving import opened, refuse_shared

Made = Callable[[Summary], str]  # a further output, from the summary


def cohort(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    mapping: ColumnMap | str | os.PathLike[str] | None = None,
    treatments: str | os.PathLike[str] | None = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
    old: Sequence[str | os.PathLike[str]] | None = None,
    form: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    skip: int = 0,
    comment: str | None = None,
) -> Summary:
    """Answer a whole registry, one row a patient, and return what it comes to.

    Args:
        source: a file in CSV, NDJSON, Parquet or Excel, by its suffix; text may be compressed.
        output: the file to write, in CSV, NDJSON or Parquet.
        mapping: what the columns and cells of the source are called, or a TOML file that says it.
        treatments: a file with a row for each patient, line of therapy and drug.
        overlays: as for `recommend`.
        constants: as for `recommend`.
        old: where it is to be said whom the update of a table touches, the overlays of the
            old table; () is the table alone. The rows have the answers of the new one.
        form: "csv", "ndjson", "parquet" or "xlsx", where a suffix does not say it.
        separator: of the columns of a CSV file; found out if it is not given.
        encoding: of a text that is not UTF-8.
        skip: how many lines stand above the names of the columns.
        comment: what a line above the names of the columns begins with that is not read.

    Raises:
        UsageError: the source cannot be read at all, no row could be answered, or the output
            cannot be written.
    """
    files = [source, output, *([] if treatments is None else [treatments])]
    if not all(isinstance(it, (str, os.PathLike)) for it in files):
        raise UsageError("A registry and its answers are each the name of a file, in quotes.")
    program = Program.build(overlays, constants)
    before = None if old is None else Program.build(old, called="old")
    inputs = [os.fspath(mapping)] if isinstance(mapping, (str, os.PathLike)) else []
    return answer_files(
        program,
        os.fspath(source),
        os.fspath(output),
        column_map(mapping),
        old=before,
        treatments=None if treatments is None else os.fspath(treatments),
        how=Format(form, separator, encoding, skip, comment),
        inputs=inputs,
    )


def answer_files(
    program: Program,
    source: str,
    output: str,
    mapping: ColumnMap,
    *,
    old: Program | None = None,
    treatments: str | None = None,
    how: Format,
    inputs: Sequence[str] = (),
    further: Sequence[tuple[str, Made]] = (),
) -> Summary:
    """Answer a registry with a program that was read; see `cohort`."""
    start = time.perf_counter()
    outputs = [output, *(name for name, _ in further)]
    trusted = [*program.overlays, *(old.overlays if old else ())]
    given = [source, *([treatments] if treatments else []), *inputs]
    refuse_shared(outputs, [*given, *(name for name, _ in trusted)])
    how = how.checked()
    if how.form and suffix_form(source) and suffix_form(output):
        raise UsageError(f"--format {how.form}: the suffixes say the forms already; leave it out.")
    if compression(output):
        raise UsageError(f"{output}: answers are not compressed: name a file such as answers.csv.")
    lines = treatments_of(treatments, mapping, program, how) if treatments else None
    advisor = Advisor(program, mapping, old, lines)
    tally = Tally()
    with closing(Source(source, how)) as rows:
        usual = "ndjson" if rows.form == "ndjson" else "csv"
        form = form_of(output, how.form, usual, ("csv", "ndjson", "parquet"))
        with opened(*outputs) as (answers, *others):
            if form == "parquet" and answers.special:
                raise UsageError(f"{output}: Parquet cannot be written to a stream: name a file.")
            writer = Writer(answers, form)
            used, aside, names = _answer(rows, advisor, writer, tally)
            writer.close()
            if not rows.rows - tally.empty == tally.rows == writer.rows:
                raise UsageError(
                    f"{rows.called}: {rows.rows:,} rows were read and {writer.rows:,} written: "
                    "a row was lost, and nothing was kept."
                )
            summary = tally.summary(
                time.perf_counter() - start,
                columns=used,
                aside=aside,
                notes=(
                    *rows.notes,
                    *_renamed(rows.header, names),
                    *([] if lines or "lineN" in map(general, used) else [NO_HISTORY]),
                    *(lines.strange() if lines else ()),
                    *filter(None, [advisor.evaluator.solved]),
                ),
                unmet=advisor.cells.unmet(),
                treatments=lines.counted() if lines else None,
                touched=advisor.impact.touched() if advisor.impact else None,
                fingerprint=rows.fingerprint(),
            )
            if rows.rows and summary.rows == summary.errors:
                raise UsageError(f"{rows.called}: {summary.unanswered()}")
            for stream, (_, text) in zip(others, further, strict=True):
                stream.write(text(summary).encode("utf-8", "backslashreplace"))
    return summary


NO_HISTORY = (
    "No column says which lines of therapy a patient has had (line1, line2, ...): "
    "every patient was answered as in first line."
)


def _renamed(header: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    """Yield which columns of the output have other names than usual, as notes."""
    pairs = enumerate(zip(header, distinct_names(header), strict=True), 1)
    said = [f"column {place} is {new}" for place, (own, new) in pairs if own != new]
    if said:
        yield f"Columns without a name of their own are renamed in the output: {', '.join(said)}."
    said = [f"{own} is {new}" for own, new in names.items() if own != new]
    if said:
        yield f"Results whose names the table has are renamed in the output: {', '.join(said)}."


def treatments_of(name: str, mapping: ColumnMap, program: Program, how: Format) -> Treatments:
    """Return the treatments in a file, which says by its suffix how it is written."""
    form = suffix_form(name) or how.form
    text = form in ("csv", "ndjson")
    with closing(Source(name, Format(form, encoding=how.encoding if text else None))) as rows:
        batches = ((rows.header or it.rows.column_names, it) for it in rows.batches())
        return Treatments(batches, rows.called, mapping, program)


def _answer(
    source: Source, advisor: Advisor, writer: Writer, tally: Tally
) -> tuple[Used, Mapping[str, str], Mapping[str, str]]:
    """Answer all batches of a registry; return what its columns are for, and those of results.

    One batch is written while the next one is answered.
    """
    from tqdm import tqdm

    keys = advisor.names.keys
    header: dict[str, None] = {}
    used: Used = {}
    aside: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    written: Future[None] | None = None
    bar = tqdm(
        total=source.size,
        unit="B",
        unit_scale=True,
        desc="crcasp cohort",
        disable=sys.stderr is None or not sys.stderr.isatty(),
        file=sys.stderr,
    )
    with bar, ThreadPoolExecutor(1) as other:
        for batch in source.batches(advisor.names.column):
            strange = [key for key, meant in keys.items() if meant is None]
            there = header | dict.fromkeys([*batch.rows.column_names, *strange])
            if not there:
                _, said = next(iter(batch.faults.values()), ("", "it has no patients."))
                raise UsageError(f"{source.called}: {said}")
            if len(there) > len(header):
                if not header and batch.lines is None:
                    refuse_columns(batch.rows.schema, writer.form, source.called)
                header = there
                used, aside = advisor.columns(source.header or [*header], source.called)
                names = names or free_names(RESULTS, source.header or [*keys])
            if late := {*names.values()} & {*keys}:
                raise UsageError(
                    f"{source.called}: the key {min(late)} is one that the output has: rename it."
                )
            answers = advisor.answers(batch, used, source.rows - batch.size)
            kept = np.flatnonzero(~answers.empty)
            if len(kept) < batch.size:
                lines = batch.lines and [batch.lines[place] for place in kept.tolist()]
                batch = batch._replace(rows=batch.rows.take(kept), lines=lines)
                answers = answers._replace(results=answers.results[kept])
            if written:
                written.result()
            written = other.submit(writer.write, batch, answers.results, names)
            tally.add(answers)
            bar.set_postfix_str(f"{tally.rows:,} rows", refresh=False)
            bar.update(source.raw.count - bar.n)
        if written:
            written.result()
    return used, aside, names


# ---- in memory, and past one machine ----------------------------------------------------------


def answer(
    table: Any,
    mapping: ColumnMap | str | os.PathLike[str] | None = None,
    *,
    treatments: Any = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
) -> pa.Table:
    """Answer a table of patients, and return it as an Arrow table with the answers beside it.

    Args:
        table: a frame of pandas or polars, a relation of DuckDB, an Arrow table, or what else has
            `__arrow_c_stream__`; one row a patient.
        mapping: what the columns and cells are called.
        treatments: a table of treatments, likewise.
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        UsageError: it is not a table, or it is not clear what its columns are.
    """
    program = Program.build(overlays, constants)
    known = column_map(mapping)
    lines = None
    if treatments is not None:
        of_lines = _arrow(treatments, "treatments")
        header = of_lines.column_names
        batch = Batch(of_lines.rename_columns(distinct_names(header)), {})
        lines = Treatments([(header, batch)], "treatments", known, program)
    rows = _arrow(table, "table")
    parts = rows.to_batches() or [pa.RecordBatch.from_pylist([], rows.schema)]
    return pa.Table.from_batches(_answered(Advisor(program, known, None, lines), parts))


def _arrow(table: Any, name: str) -> pa.Table:
    if not hasattr(table, "__arrow_c_stream__"):
        kind = type(table).__name__
        raise UsageError(f"{name} must be a data frame or an Arrow table, not of type {kind}.")
    return pa.table(table)


def answer_batches(
    source: Iterator[pa.RecordBatch],
    mapping: ColumnMap | str | os.PathLike[str] | None = None,
    program: Program | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield each record batch of patients with the columns of the answer beside it.

    A function of its input alone, for Spark's `mapInArrow`, Dask and Ray Data: what it
    learns is kept in the process that runs it, and nothing else is.

    Args:
        source: record batches whose columns are those of a patient.
        mapping: what the columns and cells are called.
        program: the logic program; the table alone if it is not given.

    Raises:
        UsageError: it is not clear what the columns are.
    """
    advisor = _advisor(program or Program(), column_map(mapping))
    yield from _answered(advisor, source)


def _answered(advisor: Advisor, source: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in source if isinstance(source, Iterable) else [source]:
        if not isinstance(batch, pa.RecordBatch):
            kind = type(batch).__name__
            raise UsageError(f"patients must be in an Arrow record batch, not of type {kind}.")
        header = batch.schema.names
        rows = pa.Table.from_batches([batch]).rename_columns(distinct_names(header))
        for place, field in enumerate(rows.schema):
            if pa.types.is_string_view(field.type):  # of which Arrow cannot take some rows
                rows = rows.set_column(place, field.name, as_text(rows[field.name]))
        used, _ = advisor.columns(header, "the table")
        answers = advisor.answers(Batch(rows, {}), used)
        results = answers.results.select(RESULTS)
        yield with_results(batch, results.rename(free_names(RESULTS, header)))


def answer_batch(
    batch: pa.RecordBatch,
    mapping: ColumnMap | str | os.PathLike[str] | None = None,
    program: Program | None = None,
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
