"""What to test next: what each value of an unknown finding would change."""

from __future__ import annotations

from dataclasses import dataclass

from crcasp.results.advice import Advice
from crcasp.results.missing import Missing, MissingFinding, Outcome


@dataclass(frozen=True, slots=True)
class Values:
    """Values of one finding that would give the same preferred sets.

    Attributes:
        values: the values.
        outcome: what each of them would give.
        same: whether that is what is preferred now.
    """

    values: tuple[str, ...]
    outcome: Outcome
    same: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A finding that is worth knowing, with what its values would give."""

    finding: MissingFinding
    values: tuple[Values, ...]


def outcomes(missing: Missing, advice: Advice) -> list[Test]:
    """Return the findings that are worth knowing, the most decisive first."""
    now = tuple(chosen.therapies for chosen in advice.preferred)
    grade = advice.preferred[0].grade if advice.preferred else None
    return [Test(finding, _values(finding, now, grade)) for finding in missing.findings]


def _values(
    finding: MissingFinding, now: tuple[tuple[str, ...], ...], grade: str | None
) -> tuple[Values, ...]:
    groups: dict[tuple[object, ...], list[Outcome]] = {}
    for outcome in finding.outcomes:
        groups.setdefault((outcome.preferred, outcome.grade), []).append(outcome)
    return tuple(
        Values(tuple(item.value for item in items), items[0], key == (now, grade))
        for key, items in groups.items()
    )
