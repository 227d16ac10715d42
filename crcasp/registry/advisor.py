"""The work on one batch of rows: from columns to columns, and what is wrong with rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.cells import Cells, Column, as_cell, findings_of_its_own
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.columns import ID, Columns, Names
from crcasp.registry.contradictions import contradictions
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.outcome import AND, COLUMNS, JUDGED
from crcasp.registry.source import Batch, Said
from crcasp.registry.update_impact import UpdateImpact

ERROR = "error"
RESULTS = (*COLUMNS, *JUDGED, ERROR)
LONGEST = 40  # characters of what a patient is called


class Flaw(NamedTuple):
    """One thing that is wrong with one row.

    Attributes:
        row: its number, and the patient's own.
        cause: the column, and what would be right.
        shown: what is there.
    """

    row: str
    cause: str
    shown: str


class Answers(NamedTuple):
    """The answers for some rows.

    Attributes:
        results: the columns that the output adds.
        given: for each row what was given, as the program writes it; None if no column says it.
        ids: which patient each row is, if a column says it.
        flaws: what is wrong with rows.
    """

    results: pl.DataFrame
    given: pl.Series | None
    ids: pa.ChunkedArray | None
    flaws: list[Flaw]


class Advisor:
    """Answers batches of patients for one program; keeps what it has learned.

    Args:
        program: the logic program.
        mapping: where the columns of a patient are.
        old: a table that it is compared with.

    Attributes:
        impact: counts those to whom the tables do not say the same, where there are two.

    Raises:
        UsageError: the map speaks of what there is not.
    """

    def __init__(self, program: Program, mapping: ColumnMap, old: Program | None = None) -> None:
        self.program = program
        known = engine(program).vocabulary
        findings = {**known.findings, **findings_of_its_own(old, program)}
        self.names = Names(mapping, known._replace(findings=findings))
        self.cells = Cells(self.names, mapping, program, old)
        self.impact = None if old is None else UpdateImpact(old, program)
        self.evaluator = Evaluator(program)

    def solved(self) -> str:
        """Return why rows were left to the solver one by one, in sentences; "" if none were."""
        said = [self.evaluator.solved, self.impact.old.solved if self.impact else ""]
        return " ".join(dict.fromkeys(filter(None, said)))

    def columns(self, header: Sequence[str], name: str) -> Columns:
        """Return what the columns of a table are for; see `Names.of`."""
        columns = self.names.of(header, name)
        self.cells.prepare(columns.used)
        return columns

    def answers(self, batch: Batch, columns: Columns, before: int | None = None) -> Answers:
        """Return the answers for the rows of a batch, in order.

        Args:
            batch: the rows.
            columns: what their columns are for.
            before: how many rows came before, where the error of a row is to name its number.
        """
        rows = len(batch.rows) if batch.lines is None else len(batch.lines)
        found = self.cells.read(batch.rows, columns.used)
        bad = np.logical_or.reduce([np.zeros(rows, bool), *(c.wrong() for c in found.wrong)])
        bad[list(batch.faults)] = True
        unclear = np.logical_or.reduce([np.zeros(rows, bool), *(c.wrong() for c in found.unclear)])

        impact = self.impact
        results, issues = self.evaluator.answers(
            *(rows, found.facts, bad, found.given),
            None
            if impact is None
            else lambda facts, part, *more: impact.add(facts, unclear[part], *more),
        )
        said = contradictions(batch.rows, found, issues, ~bad)
        said |= batch.faults
        ids = None
        for column in columns.used.get(ID, ()):
            ids = batch.rows[column] if column in batch.rows.column_names else None

        def called(place: int) -> str:
            own = None if ids is None else ids[place].as_py()
            end = "" if own in (None, "") else f", id {str(own)[:LONGEST]}"
            return f"row {(before or 0) + place + 1}{end}"

        labels = {place: called(place) for place in sorted({*np.flatnonzero(bad).tolist(), *said})}
        sentences: dict[int, list[str]] = {place: [] for place in labels}
        flaws = []
        for place, cause, shown, sentence in _wrong(said, found.wrong):
            flaws.append(Flaw(labels[place], cause, shown))
            sentences[place].append(sentence)
        errors: list[str | None] = [None] * rows
        for place, parts in sentences.items():
            errors[place] = (f"{labels[place]}: " if before is not None else "") + " ".join(parts)
        given = None
        if found.given is not None:
            texts = [AND.join(names) if names else None for names in found.given]
            given = pl.Series(texts, dtype=pl.String)
        return Answers(results.with_columns(pl.Series(ERROR, errors, pl.String)), given, ids, flaws)


def _wrong(
    said: Mapping[int, Said], columns: Sequence[Column]
) -> Iterator[tuple[int, str, str, str]]:
    """Yield what is wrong: the place of the row, the cause, what is there, and a sentence."""
    for place, (cause, text) in said.items():
        yield place, cause, text, text
    for column in columns:
        told = {}
        for code, cell in enumerate(column.cells):
            if cell.message:
                shown = as_cell(column.texts[code])
                sentence = f"{column.name} {shown}: {cell.message}"
                told[code] = (f"{column.name}: {cell.cause}", shown, sentence)
        for place in np.flatnonzero(column.wrong()).tolist():
            yield (place, *told[column.codes[place]])
