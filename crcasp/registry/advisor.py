"""The work on one batch of rows: from columns to columns, and what is wrong with rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.batch import Batch, Said, json_batch
from crcasp.registry.cells import Cells, Column, Stated, as_text, findings_of_its_own
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.columns import GIVEN, ID, LINE, Names, Used
from crcasp.registry.evaluation import Evaluator, Issues
from crcasp.registry.outcome import AND, COLUMNS, JUDGED, Bits
from crcasp.registry.reader import as_cell
from crcasp.registry.treatments import Treatments
from crcasp.registry.update_impact import UpdateImpact

ERROR = "error"
RESULTS = (*COLUMNS, *JUDGED, ERROR)
LONGEST = 40  # characters of what a patient is called
EMPTY = ("a row is empty", "this row is empty: take it out.")
ALONE = (
    "nothing but an id, or a title, stands in a row",
    "nothing but {} stands in this row: take the row out if it is not a patient, or write NA where "
    "a finding is unknown.",
)


class Answers(NamedTuple):
    """The answers for some rows.

    Attributes:
        results: the columns that the output adds; and, where a column says it, which patient
            each row is and what was given, as the program writes it.
        flaws: what is wrong with rows: the causes, each with the row and what is there.
        empty: the rows in which nothing stands.
    """

    results: pl.DataFrame
    flaws: list[Said]
    empty: Bits


class Advisor:
    """Answers batches of patients for one program; keeps what it has learned.

    Args:
        program: the logic program.
        mapping: where the columns of a patient are.
        old: a table that it is compared with.
        treatments: the histories of patients, where a table of its own has them.

    Attributes:
        impact: counts those to whom the tables do not say the same, where there are two.
    """

    def __init__(
        self,
        program: Program,
        mapping: ColumnMap,
        old: Program | None = None,
        treatments: Treatments | None = None,
    ) -> None:
        self.treatments = treatments
        known = engine(program).vocabulary
        findings = {**known.findings, **findings_of_its_own(old, program)}
        self.names = Names(mapping, known._replace(findings=findings))
        if treatments:
            mapping, whose = treatments.map_of_lines(mapping)
            self.names.values |= whose
        self.cells = Cells(self.names, mapping, program, old)
        if treatments:
            self.cells.met |= treatments.met
        self.impact = None if old is None else UpdateImpact(old, program)
        self.evaluator = Evaluator(program)

    def columns(self, header: Sequence[str], name: str) -> tuple[Used, Mapping[str, str]]:
        """Return what the columns of a table are for; see `Names.of`."""
        used, aside = self.names.of(header, name)
        if self.treatments:
            lines = [mine for mine in used if LINE.fullmatch(mine)]
            if lines:
                raise UsageError(
                    f"{name}: it has lines of therapy ({', '.join(lines)}), and so have the "
                    "treatments: keep one."
                )
            if ID not in used:
                raise UsageError(
                    f"{name}: no column says the id that joins patients and treatments: "
                    "say by --column id=... which does."
                )
        self.cells.prepare(used)
        return used, aside

    def answers(self, batch: Batch, used: Used, before: int | None = None) -> Answers:
        """Return the answers for the rows of a batch, in order."""
        rows, table = batch.size, batch.rows
        ids = pa.nulls(rows, pa.string())
        for column in used.get(ID, ()):
            ids = table[column] if column in table.column_names else ids
        lines, faults = self.treatments.of(ids) if self.treatments else ({}, {})
        self.cells.prepare(lines)
        for name, cells in lines.items():
            table = table.append_column(name, cells)
        found = self.cells.read(table, {**{name: (name,) for name in lines}, **used}, rows)
        empty, more = self._empty(batch, found, used)
        if batch.lines is not None:  # which has nothing of a row that is refused
            empty[[*batch.faults]] = False
        if before is None:  # where it cannot be excluded
            more |= dict.fromkeys(np.flatnonzero(empty).tolist(), EMPTY)
        faults |= {row: said for row, said in more.items() if row not in batch.faults}
        faults |= batch.faults
        if before is not None:  # and what is excluded has no faults
            faults = {row: said for row, said in faults.items() if not empty[row]}
        bad = np.logical_or.reduce([empty, *(c.wrong() for c in found.wrong)])
        bad[list(faults)] = True
        unclear = np.logical_or.reduce([np.zeros(rows, bool), *(c.wrong() for c in found.unclear)])
        seen = partial(self.impact.add, unclear) if self.impact else None
        results, issues = self.evaluator.answers(rows, found.facts, bad, found.given, seen)
        said = contradictions(table, found, issues, ~bad) | faults

        flaws = []
        errors: list[str | None] = [None] * rows
        for place, cause, shown, sentence in _wrong(said, found.wrong):
            own = ids[place].as_py()
            end = "" if own in (None, "") else f", id {str(own)[:LONGEST]}"
            label = f"row {(before or 0) + place + 1}{end}: "
            flaws.append((cause, label + shown))
            lead = "" if before is None else label
            errors[place] = f"{errors[place]} {sentence}" if errors[place] else lead + sentence
        given = [it and AND.join(it) for it in found.given.values]
        results = results.with_columns(
            pl.Series(ERROR, errors, pl.String),
            pl.Series(GIVEN, given, pl.String)[found.given.codes],
            pl.Series(ID, as_text(ids), pl.String),
        )
        return Answers(results, flaws, empty)

    def _empty(self, batch: Batch, found: Stated, used: Used) -> tuple[Bits, dict[int, Said]]:
        """Return the rows in which nothing stands, and those in which one text stands alone."""
        empty = ~found.known
        places = np.flatnonzero(empty)
        if not len(places):
            return empty, {}
        if batch.lines is None:
            read = {name for mine, its in used.items() if mine != ID for name in its}
            unread = [name for name in batch.rows.column_names if name not in read]
            rows = batch.rows.select(unread).take(places)
        else:
            rows = json_batch(((0, batch.lines[place]) for place in places.tolist()), str).rows
        (cause, said), alone = ALONE, {}
        cells = (as_text(rows[name]).to_pylist() for name in rows.column_names)
        for place, row in zip(places.tolist(), zip(*cells, strict=True), strict=False):
            texts = [text for text in row if (text or "").strip()]
            empty[place] = not texts
            if len(texts) == 1:
                alone[place] = cause, said.format(as_cell(texts[0]))
        return empty, alone


def _wrong(
    said: Mapping[int, Said], columns: Sequence[Column]
) -> Iterator[tuple[int, str, str, str]]:
    """Yield what is wrong: the place of the row, the cause, what is there, and a sentence."""
    for place, (cause, text) in said.items():
        yield place, cause, text, text
    for column in columns:
        told = {}
        for code, cell in enumerate(column.cells.values):
            if cell.message:
                shown = as_cell(column.texts.values[code])
                sentence = f"{column.name} {shown}: {cell.message}"
                told[code] = (f"{column.name}: {cell.cause}", shown, sentence)
        for place in np.flatnonzero(column.wrong()).tolist():
            yield (place, *told[column.cells.codes[place]])


def contradictions(table: pa.Table, found: Stated, issues: Issues, asked: Bits) -> dict[int, Said]:
    """Return what is wrong with rows as the input check of the program says it, by their places."""
    said: dict[int, list[Said]] = {}
    for atom in sorted(issues):
        *pair, why = atom.arguments
        parts = [(fact, found.origins.get(fact, ())) for fact in dict.fromkeys(pair)]
        named = " and ".join(", ".join(names) or str(fact) for fact, names in parts)
        places = np.flatnonzero(issues[atom] & asked)
        single = {names[0] for _, names in parts if len(names) == 1}
        cells = {name: as_text(table[name].take(places)).to_pylist() for name in single}
        for number, place in enumerate(places.tolist()):
            called = []
            for fact, names in parts:
                cell = f" {as_cell(cells[names[0]][number])}" if len(names) == 1 else ""
                called.append(f"{', '.join(names)}{cell} ({fact})" if names else str(fact))
            sentence = f"{' contradicts '.join(called)}: {why.string}."
            said.setdefault(place, []).append((f"{named}: {why.string}", sentence))
    return {
        place: ("; ".join(dict.fromkeys(cause for cause, _ in own)), " ".join(it for _, it in own))
        for place, own in sorted(said.items())
    }
