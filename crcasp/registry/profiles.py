"""Patients by column: the profile of each row, and the outcome of each profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import polars as pl

from crcasp.program.files import Program
from crcasp.program.vocabulary import LIMITS
from crcasp.registry.concepts import BAD, LINE, Cells, Concepts, Group, Past
from crcasp.registry.outcome import COLUMNS, Outcome
from crcasp.registry.solver import Facts, Outcomes

CAPACITY = 300_000  # profiles that are kept

Task: TypeAlias = tuple[Facts, int, list[Facts]]  # what was received, lines, profiles
Solve: TypeAlias = Callable[[Sequence[Task]], Iterable[Outcomes]]
Key: TypeAlias = tuple[int, ...]

SCHEMA = {name: pl.Boolean if name == "in_scope" else pl.String for name in COLUMNS}
PAST, LIMITED = "line", "limits"


class Profiles:
    """The profiles that were seen, each with its outcome.

    Args:
        program: the logic program.
        solve: how new profiles are solved; here and now if it is not given.
    """

    def __init__(self, program: Program, solve: Solve | None = None) -> None:
        self.concepts = Concepts(program)
        self.solve = solve or self._solved
        self.seen: dict[str, dict[Cells, int]] = {}
        self.facts: dict[str, list[Facts]] = {}
        self.codes: dict[str, dict[Facts, int]] = {}
        self.pasts: list[Past] = []
        self.past_codes: dict[Cells, int] = {}
        self.relevant: list[frozenset[str]] = []
        self.clear()

    def clear(self) -> None:
        """Forget every profile."""
        self.keys: dict[Key, int] = {}
        self.outcomes: list[Outcome] = []
        self.table = pl.DataFrame(schema=SCHEMA)
        self.shared: dict[object, dict[str, tuple[str, str]]] = {}

    def _solved(self, tasks: Sequence[Task]) -> Iterable[Outcomes]:
        return (self.concepts.solver.outcomes(*task) for task in tasks)

    # ---- rows to profiles ---------------------------------------------------------------

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """Return the number of each row's outcome, BAD for a row that is faulty.

        Args:
            frame: findings, lines and limits as text, null where unknown.
        """
        if len(self.keys) > CAPACITY:
            self.clear()
        groups = self.concepts.groups
        coded = [
            _coded(
                frame, PAST, [name for name in frame.columns if LINE.fullmatch(name)], self._past
            ),
            _coded(frame, LIMITED, LIMITS, self._limits),
            *(_coded(frame, group.finding, group.columns, self._finder(group)) for group in groups),
        ]
        keys = pl.DataFrame(coded)
        whole = pl.all_horizontal(pl.all() != BAD)
        closed = self._closed()
        keys = keys.with_columns(
            pl.when(pl.col(group.finding) == BAD)
            .then(BAD)
            .when(pl.col(PAST).is_in(self._asking(group.finding)) & ~closed(group.finding))
            .then(pl.col(group.finding))
            .otherwise(0)
            .alias(group.finding)
            for group in groups
        )
        unique = keys.filter(whole).unique(maintain_order=True)
        numbers = pl.Series("profile", self._numbers(unique.rows()), dtype=pl.Int64)
        found = keys.join(
            unique.with_columns(numbers), on=keys.columns, how="left", maintain_order="left"
        )
        return found["profile"].fill_null(BAD)

    def _closed(self) -> Callable[[str], pl.Expr]:
        """Return, for a finding, whether another one makes it irrelevant."""
        codes = {
            finding: self.codes[finding][facts,]
            for finding, facts in self.concepts.closing
            if (facts,) in self.codes.get(finding, {})
        }

        def closed(finding: str) -> pl.Expr:
            others = [pl.col(name) == code for name, code in codes.items() if name != finding]
            return pl.any_horizontal(others) if others else pl.lit(False)

        return closed

    def _asking(self, finding: str) -> list[int]:
        return [number for number, names in enumerate(self.relevant) if finding in names]

    def _finder(self, group: Group) -> Callable[[Cells], int]:
        seen = self.seen.setdefault(group.finding, {})

        def code(cells: Cells) -> int:
            if cells not in seen:
                facts = self.concepts.finding(group, cells)
                seen[cells] = BAD if facts is None else self._code(group.finding, facts)
            return seen[cells]

        return code

    def _limits(self, cells: Cells) -> int:
        seen = self.seen.setdefault(LIMITED, {})
        if cells not in seen:
            facts = self.concepts.limited(cells)
            seen[cells] = BAD if facts is None else self._code(LIMITED, facts)
        return seen[cells]

    def _code(self, name: str, facts: Facts) -> int:
        """Return the number of some facts; no fact is number 0."""
        codes = self.codes.setdefault(name, {(): 0})
        listed = self.facts.setdefault(name, [()])
        if facts not in codes:
            codes[facts] = len(listed)
            listed.append(facts)
        return codes[facts]

    def _past(self, cells: Cells) -> int:
        """Return the number of a history, whose cells are pairs of column and text."""
        if cells not in self.past_codes:
            columns = dict(zip(cells[::2], cells[1::2], strict=True))
            past = self.concepts.past({str(name): text for name, text in columns.items()})
            if past is None:
                self.past_codes[cells] = BAD
            elif past in self.pasts:
                self.past_codes[cells] = self.pasts.index(past)
            else:
                self.past_codes[cells] = len(self.pasts)
                self.pasts.append(past)
                self.relevant.append(self.concepts.relevant(past))
        return self.past_codes[cells]

    # ---- profiles to outcomes -----------------------------------------------------------

    def _numbers(self, keys: Sequence[Key]) -> list[int]:
        """Return the number of each profile's outcome, and solve those that are new."""
        new = [key for key in keys if key not in self.keys]
        tasks: dict[tuple[Facts, int], list[Key]] = {}
        for key in new:
            past = self.pasts[key[0]]
            tasks.setdefault((past.received, past.lines), []).append(key)
        work: list[Task] = [
            (received, lines, [self._profile(key) for key in keys])
            for (received, lines), keys in tasks.items()
        ]
        rows = []
        for keys_of, outcomes in zip(tasks.values(), self.solve(work), strict=True):
            for key, outcome in zip(keys_of, outcomes, strict=True):
                if outcome is None:
                    self.keys[key] = BAD
                    continue
                self.keys[key] = len(self.outcomes)
                self.outcomes.append(self._kept(outcome))
                rows.append(outcome.row())
        if rows:
            self.table = pl.concat([self.table, pl.DataFrame(rows, schema=SCHEMA, orient="row")])
        return [self.keys[key] for key in keys]

    def _profile(self, key: Key) -> Facts:
        past, limits, *codes = key
        facts = [*self.pasts[past].ended, *self.facts.get(LIMITED, [()])[limits]]
        for group, code in zip(self.concepts.groups, codes, strict=True):
            facts += self.facts.get(group.finding, [()])[code]
        return tuple(facts)

    def _kept(self, outcome: Outcome) -> Outcome:
        """Return an outcome that shares what it has in common with others."""
        against = self.shared.setdefault(tuple(outcome.against.items()), outcome.against)
        return outcome._replace(against=against)


def _coded(
    frame: pl.DataFrame, name: str, columns: Sequence[str], code: Callable[[Cells], int]
) -> pl.Series:
    """Return a code for the cells of each row; a column that is not there is unknown."""
    there = [column for column in columns if column in frame.columns]
    past = name == PAST

    def cells(row: Cells) -> Cells:
        known = dict(zip(there, row, strict=True))
        if past:
            return tuple(part for pair in known.items() if pair[1] for part in pair)
        return tuple(known.get(column) for column in columns)

    if not there:
        return pl.Series(name, [code(cells(()))], dtype=pl.Int64).new_from_index(0, len(frame))
    unique = frame.select(there).unique()
    codes = pl.Series(name, [code(cells(row)) for row in unique.rows()], dtype=pl.Int64)
    labeled = unique.with_columns(codes.alias("_code"))
    found = frame.select(there).join(
        labeled, on=there, how="left", nulls_equal=True, maintain_order="left"
    )
    return found["_code"].alias(name)
