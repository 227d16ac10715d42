"""A registry from file to file, or from record batch to record batch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Lock

import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.registry.advisor import RESULTS, Advisor
from crcasp.registry.batches import batches_of
from crcasp.registry.column_map import ColumnMap, column_map
from crcasp.registry.columns import Columns, check_header
from crcasp.registry.delimited import SEPARATORS
from crcasp.registry.source import FORMS, Batch, Source, form_of, suffix_form
from crcasp.registry.summary import Summary, Tally
from crcasp.registry.writer import Writer, refuse_columns, with_results
from crcasp.saving import opened, refuse_shared

Made = Callable[[Summary], str]  # a further output, from the summary


def cohort(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    mapping: ColumnMap | str | os.PathLike[str] | None = None,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
    old: Sequence[str | os.PathLike[str]] | None = None,
    form: str | None = None,
    separator: str | None = None,
) -> Summary:
    """Answer a whole registry, one row a patient, and return what it comes to.

    Args:
        source: a file in CSV, NDJSON or Parquet, by its suffix.
        output: the file to write, likewise.
        mapping: what the columns and cells of the source are called, or a TOML file that says it.
        overlays: as for `recommend`.
        constants: as for `recommend`.
        old: where it is to be said whom the update of a table touches, the overlays of the
            old table; () is the table alone. The rows have the answers of the new one.
        form: "csv", "ndjson" or "parquet", where a suffix does not say it.
        separator: of the columns of a CSV file; found out if it is not given.

    Raises:
        UsageError: the source cannot be read at all, or the output cannot be written.
    """
    if not all(isinstance(it, (str, os.PathLike)) for it in (source, output)):
        raise UsageError("A registry and its answers are each the name of a file, in quotes.")
    program = Program.build(overlays, constants)
    before = None if old is None else Program.build(old, called="old")
    names = os.fspath(source), os.fspath(output)
    inputs = [os.fspath(mapping)] if isinstance(mapping, (str, os.PathLike)) else []
    return answer_files(
        program,
        *names,
        column_map(mapping),
        old=before,
        form=form,
        separator=separator,
        inputs=inputs,
    )


def _separates(text: str) -> bool:
    return len(text) == 1 and text not in '"\r\n' and text <= "~"


def answer_files(
    program: Program,
    source: str,
    output: str,
    mapping: ColumnMap,
    *,
    old: Program | None = None,
    form: str | None = None,
    separator: str | None = None,
    inputs: Sequence[str] = (),
    further: Sequence[tuple[str, Made]] = (),
) -> Summary:
    """Answer a registry with a program that was read; see `cohort`.

    Args:
        program: the logic program.
        source: the registry.
        output: the answers.
        mapping: what the columns and cells of the registry are called.
        old: a table that it is compared with.
        form: of a file whose suffix does not say it.
        separator: of the columns of a CSV file.
        inputs: further files that were read.
        further: more files to write, with what makes their text.
    """
    start = time.perf_counter()
    outputs = [output, *(name for name, _ in further)]
    trusted = [*program.overlays, *(old.overlays if old else ())]
    refuse_shared(outputs, [source, *inputs, *(name for name, _ in trusted)])
    if form is not None and form not in FORMS:
        raise UsageError(f"{form} is no form of a registry: give one of {', '.join(FORMS)}.")
    if form and suffix_form(source) and suffix_form(output):
        raise UsageError(f"--format {form}: the suffixes say the forms already; leave it out.")
    separator = SEPARATORS.get(str(separator), separator)
    if separator is not None and not (str(separator) == separator and _separates(separator)):
        raise UsageError(
            f"--separator {separator}: give one character, or {', '.join(SEPARATORS)}."
        )
    advisor = Advisor(program, mapping, old)
    tally = Tally()
    with closing(Source(source, form)) as rows:
        if separator is not None and rows.form != "csv":
            raise UsageError(f"--separator: {rows.called} is {rows.form}, not CSV; leave it out.")
        how = form_of(output, form, rows.form if rows.form != "parquet" else "csv")
        with opened(*outputs) as (answers, *others):
            if how == "parquet" and answers.special:
                raise UsageError(f"{output}: Parquet cannot be written to a stream: name a file.")
            writer = Writer(answers, how)
            try:
                columns = _answer(rows, separator, advisor, writer, tally)
            except BaseException:
                writer.abandon()
                raise
            writer.close()
            if not rows.rows == tally.rows == writer.rows:
                raise UsageError(
                    f"{rows.called}: {rows.rows:,} rows were read and {writer.rows:,} written: "
                    "a row was lost, and nothing was kept."
                )
            summary = tally.summary(
                time.perf_counter() - start,
                columns=columns.used,
                aside=columns.aside,
                note=advisor.solved(),
                touched=advisor.impact.touched() if advisor.impact else None,
                fingerprint=rows.fingerprint(),
            )
            for stream, (_, text) in zip(others, further, strict=True):
                stream.write(text(summary).encode("utf-8", "backslashreplace"))
    return summary


def _answer(
    source: Source, separator: str | None, advisor: Advisor, writer: Writer, tally: Tally
) -> Columns:
    """Answer all batches of a registry, and return what its columns are for.

    One batch is written while the next one is answered.
    """
    from tqdm import tqdm

    names = advisor.names
    header: dict[str, None] = {}
    columns = Columns({}, {})
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
        for batch in batches_of(source, separator, names):
            if batch.lines is None and not header:
                refuse_columns(batch.rows.schema, RESULTS, writer.form, source.called)
            strange = [key for key, meant in names.keys.items() if meant is None]
            there = header | dict.fromkeys([*batch.rows.column_names, *strange])
            if len(there) > len(header):
                header = there
                columns = advisor.columns([*header], source.called)
            answers = advisor.answers(batch, columns, tally.rows)
            if written:
                written.result()
            written = other.submit(writer.write, batch, answers.ids, answers.results)
            tally.add(answers)
            bar.set_postfix_str(f"{tally.rows:,} rows", refresh=False)
            bar.update(source.position() - bar.n)
        if written:
            written.result()
    return columns


# ---- past one machine ---------------------------------------------------------------------


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
    for batch in source:
        check_header(batch.schema.names, "the batch")
        refuse_columns(batch.schema, RESULTS, "parquet", "the batch")
        rows = pa.Table.from_batches([batch])
        columns = advisor.columns(batch.schema.names, "the batch")
        answers = advisor.answers(Batch(rows, {}), columns)
        found = with_results(rows.select([]), answers.results)
        arrays = [*batch.columns, *(_array(column) for column in found.columns)]
        fields = [*batch.schema, *found.schema]
        yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, batch.schema.metadata))


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


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
