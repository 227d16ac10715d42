"""What a registry is told of one patient, and how a therapy that was given compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Chosen: TypeAlias = tuple[str, ...]

AND, OR, LIST = " & ", "; ", ";"
COLUMNS = ("in_scope", "line", "grade", "preferred", "eligible", "undetermined", "missing")
CONCORDANCE = ("preferred", "eligible", "undetermined", "excluded", "not_in_table")
JUDGED = ("concordance", "reason")


class Outcome(NamedTuple):
    """The answer for one profile, in the form of the output's columns.

    Attributes:
        in_scope: whether the table speaks of the patient at all.
        line: "first" or "beyond_first".
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
        eligible: the eligible therapies.
        undetermined: the undetermined therapies.
        missing: the findings that decide them.
        sets: every set, with whether it is preferred.
        against: each excluded therapy with the one source that decides, and with the
            finding that is not as this source needs it, "" where it is an exclusion.
    """

    in_scope: bool
    line: str
    grade: str | None
    preferred: str
    eligible: str
    undetermined: str
    missing: str
    sets: dict[frozenset[str], bool]
    against: dict[str, tuple[str, str]]

    def row(self) -> tuple[object, ...]:
        """Return the values of the output's columns."""
        return self[: len(COLUMNS)]


class Judge:
    """Compares what was given with what the table says.

    Args:
        partners: the partners of regimens, which are written behind them.
        words: the sources of reasons, each with the finding it rests on, in words.
    """

    def __init__(self, partners: frozenset[str], words: Mapping[tuple[str, str], str]) -> None:
        self.partners = partners
        self.words = words

    def judge(self, outcome: Outcome, given: str) -> tuple[str, str | None]:
        """Return the concordance and the reason that decides it."""
        if not outcome.in_scope:
            return "not_in_table", "out of scope"
        names = [self._named(part) for part in given.split(AND.strip())]
        chosen = frozenset(names)
        if chosen in outcome.sets:
            return ("preferred" if outcome.sets[chosen] else "eligible"), None
        eligible = set(outcome.eligible.split(LIST))
        undetermined = set(outcome.undetermined.split(LIST))
        strange = [
            name
            for name in names
            if name not in eligible and name not in undetermined and name not in outcome.against
        ]
        if strange:
            return "not_in_table", f"{', '.join(strange)}: not in the table"
        barred = [name for name in names if name in outcome.against]
        if barred:
            reasons = [f"{name}: {self.words[outcome.against[name]]}" for name in barred]
            return "excluded", OR.join(reasons)
        if chosen & undetermined:
            return "undetermined", f"missing: {outcome.missing}"
        return "excluded", "each is eligible, but they do not stand in one set"

    def _named(self, text: str) -> str:
        """Return a therapy with its partner behind the regimen."""
        parts = [part.strip() for part in text.strip().split("+")]
        return "+".join(sorted(parts, key=lambda part: part in self.partners))
