"""How a therapy that was given compares with what the table says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.outcome import OR


class Standing(NamedTuple):
    """What the table says of one therapy for one patient.

    Attributes:
        status: "eligible", "undetermined" or "excluded"; "" if it does not know it.
        source: the statement or exclusion that decides against it.
        finding: what is not as this statement needs it.
    """

    status: str
    source: str = ""
    finding: str = ""


class Verdict(NamedTuple):
    """How what was given compares, and the reason that decides it."""

    concordance: str
    reason: str | None


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

    def judged(
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
            return Verdict(look, None)
        each = list(zip(given, standings, strict=True))
        strange = [name for name, standing in each if not standing.status]
        if strange:
            return Verdict("not_in_table", f"{', '.join(strange)}: not in the table")
        barred = [(name, standing) for name, standing in each if standing.status == "excluded"]
        if barred:
            reasons = (f"{name}: {self.reason(standing)}" for name, standing in barred)
            return Verdict("excluded", OR.join(reasons))
        if any(standing.status == "undetermined" for standing in standings):
            return Verdict("undetermined", f"missing: {missing}")
        return Verdict("excluded", "each is eligible, but they do not stand in one set")

    def reason(self, standing: Standing) -> str:
        """Return why a therapy is excluded, in words."""
        table = engine(self.program).table
        exclusion = table.exclusions.get(standing.source)
        if exclusion is not None:
            return f"{standing.source}, {exclusion}"
        words = table.words
        needs = sorted(self.needs.get(standing[1:], set()) - {"yes"})
        values = f" {words.names(needs, 'or')}" if needs else ""
        return f"statement {standing.source} needs: {words.name(standing.finding)}{values}"
