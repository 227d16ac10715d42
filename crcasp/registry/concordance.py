"""How the therapies that were given compare with what the table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.outcome import OR, Bits, Coded, Given, distinct

LOOKS = ("", "eligible", "preferred", "out_of_scope")  # what a given set is at a first look
UNLISTED, LISTED, PREFERRED, OUTSIDE = range(4)


class Standing(NamedTuple):
    """What the table says of one therapy for one patient.

    Attributes:
        status: "eligible", "undetermined" or "excluded"; "" if it does not know it.
        source: the statement or exclusion that decides against it.
        finding: what is not as this statement needs it.
    """

    status: str = ""
    source: str = ""
    finding: str = ""


class Verdict(NamedTuple):
    """How what was given compares, and the reason that decides it."""

    concordance: str
    reason: str | None = None


class Judge:
    """Compares what was given with what the table of a program says."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def needs(self) -> dict[tuple[str, str], set[str]]:
        """The values that each statement needs of each finding."""
        solver = engine(self.program).table.solver
        needs: dict[tuple[str, str], set[str]] = {}
        for statement, _, finding, value in solver.facts("needs", 4):
            needs.setdefault((str(statement), str(finding)), set()).add(str(value))
        for statement, line, _ in solver.facts("statement", 3):
            needs[str(statement), "line"] = {str(line)}
        return needs

    def verdict(
        self, given: Sequence[str], look: str, standings: Sequence[Standing], missing: str
    ) -> Verdict:
        """Return the concordance and the reason that decides it.

        Args:
            given: the therapies that were given.
            look: the concordance if the sets or the scope settle it, else "".
            standings: what the table says of each of those that were given.
            missing: what is missing for this patient.
        """
        if look:
            return Verdict(look)
        each = list(zip(given, standings, strict=True))
        strange = [name for name, standing in each if not standing.status]
        if strange:
            return Verdict("not_in_table", f"{', '.join(strange)}: not in the table")
        barred = [(name, standing) for name, standing in each if standing.status == "excluded"]
        if barred:
            reasons = (f"{name}: {self._reason(standing)}" for name, standing in barred)
            return Verdict("excluded", OR.join(reasons))
        if any(standing.status == "undetermined" for standing in standings):
            return Verdict("undetermined", f"missing: {missing}")
        return Verdict("excluded", "each is eligible, but they do not stand in one set")

    def _reason(self, standing: Standing) -> str:
        """Return why a therapy is excluded, in words."""
        table = engine(self.program).table
        exclusion = table.exclusions.get(standing.source)
        if exclusion is None and not standing.finding:  # a statement of an overlay that bars
            exclusion = table.texts.get(standing.source)
        if exclusion is not None:
            return f"{standing.source}, {exclusion}"
        words = table.words
        needs = sorted(self.needs.get(standing[1:], set()) - {"yes"})
        values = f" {words.names(needs, 'or')}" if needs else ""
        return f"statement {standing.source} needs: {words.name(standing.finding)}{values}"

    def verdicts(
        self,
        given: Given,
        outside: Bits,
        ballots: Coded,
        missing: Coded,
        standings: Callable[[str], Iterator[tuple[Standing, Bits]]],
    ) -> Coded:
        """Return the verdicts on what was given to some patients, each pattern judged once.

        Args:
            given: the therapies.
            outside: who is out of scope.
            ballots: their sets.
            missing: what is missing, in words.
            standings: yields each standing of a therapy, with the patients who have it.
        """
        numbers: dict[tuple[str, ...], int] = {}
        chosen = np.array([numbers.setdefault(names, len(numbers)) for names in given], np.intp)
        tuples = list(numbers)
        first, codes = distinct(np.column_stack((chosen, ballots.codes)))
        listed = (ballots.values[ballots.codes[at]].sets.get(frozenset(given[at])) for at in first)
        look = np.array([UNLISTED if found is None else LISTED + found for found in listed], int)
        look = np.where(outside, OUTSIDE, look[codes])
        every = [Standing(), Standing("undetermined")]
        own = np.zeros((len(given), max(map(len, tuples), default=0)), np.intp)
        for name in {name for names in tuples for name in names}:
            slots = np.array([names.index(name) if name in names else -1 for names in tuples])
            those = np.flatnonzero((slots[chosen] >= 0) & (look == UNLISTED))
            for standing, whom in standings(name) if len(those) else ():
                if standing not in every:
                    every.append(standing)
                having = those[whom[those]]
                own[having, slots[chosen[having]]] = every.index(standing)
        why = np.where((own == 1).any(1), missing.codes, 0)
        first, codes = distinct(np.column_stack((chosen, look, why, own)))
        found = []
        for at in first.tolist():
            names, settled = given[at], LOOKS[look[at]]
            each = [every[number] for number in own[at, : len(names)]]
            found.append(self.verdict(names, settled, each, missing.values[missing.codes[at]]))
        return Coded(found, codes)
