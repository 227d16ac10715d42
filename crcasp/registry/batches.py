"""The work on one batch of rows: a pure function from columns to columns."""

from __future__ import annotations

from threading import Lock

import polars as pl

from crcasp.errors import UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.concepts import BAD
from crcasp.registry.mapping import ROW, ColumnMap
from crcasp.registry.outcome import COLUMNS, JUDGED, Judge
from crcasp.registry.profiles import Profiles, Solve
from crcasp.registry.tables import FAULT

GIVEN, ERROR = "given", "error"
RESULTS = (*COLUMNS, *JUDGED, ERROR)


class Advisor:
    """Answers batches of patients for one program, one at a time; keeps what it has learned.

    Args:
        program: the logic program.
        mapping: where the columns of a patient are.
        solve: how new profiles are solved; here and now if it is not given.
    """

    def __init__(self, program: Program, mapping: ColumnMap, solve: Solve | None = None) -> None:
        self.lock = Lock()
        self.mapping = mapping
        self.profiles = Profiles(program, solve)
        self.known = engine(program).vocabulary
        partners = frozenset(engine(program).table.names("partner"))
        self.judge = Judge(partners, _Reasons(program))

    def answers(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the answers for the rows of a frame, in order.

        Raises:
            UsageError: a column of the frame has the name of a result.
        """
        taken = [name for name in frame.columns if name in RESULTS]
        if taken:
            raise UsageError(f"The input has a column {taken[0]}, as the output will: rename it.")
        with self.lock:
            return self._answers(frame)

    def _answers(self, frame: pl.DataFrame) -> pl.DataFrame:
        cells = self.mapping.applied(frame, self.known)
        faults = frame[FAULT] if FAULT in frame.columns else None
        numbers = self.profiles.of(cells)
        if faults is not None:
            numbers = numbers.set(faults.is_not_null(), BAD)
        good = numbers != BAD
        rows = numbers.set(~good, 0) if len(self.profiles.table) else None
        if rows is None:
            found = self.profiles.table.clear(len(frame))
        else:
            found = self.profiles.table[rows].with_columns(
                pl.when(good).then(pl.all()).otherwise(None)
            )
        judged = self._judged(cells, numbers)
        return found.hstack([*judged.get_columns(), self._errors(cells, good, faults)])

    def _judged(self, cells: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
        if GIVEN not in cells.columns:
            return pl.DataFrame(
                {name: pl.Series([None] * len(cells), dtype=pl.String) for name in JUDGED}
            )
        pairs = pl.DataFrame([numbers.alias("profile"), cells[GIVEN]])
        unique = pairs.unique()
        verdicts = [
            self.judge.judge(self.profiles.outcomes[number], given)
            if given and number != BAD
            else (None, None)
            for number, given in unique.rows()
        ]
        schema = dict.fromkeys(JUDGED, pl.String)
        labeled = unique.hstack(pl.DataFrame(verdicts, schema=schema, orient="row"))
        found = pairs.join(
            labeled, on=pairs.columns, how="left", nulls_equal=True, maintain_order="left"
        )
        return found.select(JUDGED)

    def _errors(self, cells: pl.DataFrame, good: pl.Series, faults: pl.Series | None) -> pl.Series:
        """Return what is wrong with each row: its form, or what its cells say."""
        found: list[str | None] = [None] * len(cells) if faults is None else faults.to_list()
        for place in (~good).arg_true():
            if found[place] is None:
                row = {name: text for name, text in cells.row(place, named=True).items() if text}
                row.pop(ROW, None)
                found[place] = self.profiles.concepts.faults(row)
        return pl.Series(ERROR, found, dtype=pl.String)


class _Reasons(dict[tuple[str, str], str]):
    """The sources of reasons in words, each made when it is first asked for."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.table = engine(program).table
        self.words = self.table.words
        self.needs: dict[tuple[str, str], list[str]] = {}
        solver = self.table.solver
        for statement, _, finding, value in solver.facts("needs", 4):
            self.needs.setdefault((str(statement), str(finding)), []).append(str(value))
        for statement, line, _ in solver.facts("statement", 3):
            self.needs[str(statement), "line"] = [str(line)]

    def __missing__(self, key: tuple[str, str]) -> str:
        source, finding = key
        exclusion = self.table.exclusions.get(source)
        if exclusion is not None:
            self[key] = f"{source}, {exclusion}"
        else:
            needs = sorted(set(self.needs.get(key, ())) - {"yes"})
            values = f" {self.words.names(needs, 'or')}" if needs else ""
            self[key] = f"statement {source} needs: {self.words.name(finding)}{values}"
        return self[key]
