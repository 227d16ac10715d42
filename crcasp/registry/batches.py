"""The work on one batch of rows: from columns to columns."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.cells import Cells
from crcasp.registry.columns import ID, Columns, Names
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.faults import ERROR, Cause, Contradictions, faulty, worded
from crcasp.registry.given import Kinds
from crcasp.registry.mapping import ColumnMap
from crcasp.registry.outcome import AND, COLUMNS, JUDGED
from crcasp.registry.tables import Batch

LONGEST = 40  # characters of what a patient is called
RESULTS = (*COLUMNS, *JUDGED, ERROR)


class Answers(NamedTuple):
    """The answers for some rows.

    Attributes:
        results: the columns that the output adds.
        given: for each row what was given, as the program writes it; None if no column says it.
        ids: which patient each row is, if a column says it.
        causes: what is wrong with rows.
    """

    results: pl.DataFrame
    given: pl.Series | None
    ids: pa.ChunkedArray | None
    causes: list[Cause]

    def label(self, place: int, before: int) -> str:
        """Return how a message names a row: by its number, and by the patient's own."""
        known = self.ids[place].as_py() if self.ids is not None else None
        called = f", id {str(known)[:LONGEST]}" if known not in (None, "") else ""
        return f"row {before + place + 1}{called}"


class Advisor:
    """Answers batches of patients for one program, one at a time; keeps what it has learned.

    Args:
        program: the logic program.
        mapping: where the columns of a patient are.

    Raises:
        UsageError: the map speaks of what there is not.
    """

    def __init__(self, program: Program, mapping: ColumnMap) -> None:
        vocabulary = engine(program).vocabulary
        self.names = Names(mapping, vocabulary)
        self.cells = Cells(self.names, mapping, vocabulary, Kinds.of(program))
        self.evaluator = Evaluator(program)
        self.contradictions = Contradictions(program)
        self.lock = Lock()

    def columns(self, header: Sequence[str], name: str) -> Columns:
        """Return what the columns of a table are for.

        Raises:
            UsageError: it is not clear, or there is nothing of a patient.
        """
        columns = self.names.of(header, name)
        self.names.refuse_nothing(columns, header, name)
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
        with self.lock:
            found = self.cells.read(batch.rows, columns.used)
            bad = faulty(batch.faults, found.problems, rows)
            results, against = self.evaluator.answers(rows, found.facts, bad, found.given)
        said = dict(batch.faults)
        if against.any():
            places = np.flatnonzero(against)
            said |= self.contradictions.said(batch.rows, found, places)
        errors, causes = worded(rows, said, found.problems)
        ids = self._ids(batch, columns)
        if before is not None and causes:
            errors = _numbered(errors, ids, before)
        given = None
        if found.given is not None:
            texts = [AND.join(names) if names else None for names in found.given]
            given = pl.Series(texts, dtype=pl.String)
        return Answers(results.with_columns(errors), given, ids, causes)

    def _ids(self, batch: Batch, columns: Columns) -> pa.ChunkedArray | None:
        for column in columns.used.get(ID, ()):
            if column in batch.rows.column_names:
                return batch.rows[column]
        return None


def _numbered(errors: pl.Series, ids: pa.ChunkedArray | None, before: int) -> pl.Series:
    """Return the errors, each behind the number of its row and the patient's own."""
    frame = pl.DataFrame([errors]).with_row_index("row", before + 1)
    row = pl.format("row {}", "row")
    if ids is not None:
        texts = pl.Series(
            "id", [str(cell)[:LONGEST] if cell is not None else "" for cell in ids.to_pylist()]
        )
        frame = frame.with_columns(texts)
        row = (
            pl.when(pl.col("id") != "").then(pl.format("row {}, id {}", "row", "id")).otherwise(row)
        )
    return frame.select(pl.format("{}: {}", row, ERROR).alias(ERROR))[ERROR]
