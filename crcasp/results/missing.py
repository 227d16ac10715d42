"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crcasp.results.advice import FORMAT

if TYPE_CHECKING:
    from crcasp.results.provenance import Origin


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one value of an unknown finding would give.

    Attributes:
        value: the value; of a number a bound in words.
        preferred: the preferred sets, each as its therapies.
        grade: their grade, None where there is no set.
    """

    value: str
    preferred: tuple[tuple[str, ...], ...]
    grade: str | None


@dataclass(frozen=True, slots=True)
class MissingFinding:
    """An unknown finding that matters.

    Attributes:
        finding: its name, one of those that the table asks about, or "stopped(L)".
        decides: therapies whose eligibility it flips in some completion of the others.
        raises: therapies whose grade it raises in some completion of the others.
        outcomes: what each of its values would give, all else left as it is.
    """

    finding: str
    decides: tuple[str, ...]
    raises: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the finding as JSON has it."""
        return {
            "finding": self.finding,
            "decides": list(self.decides),
            "raises": list(self.raises),
            "values": {
                outcome.value: {"preferred": [list(chosen) for chosen in outcome.preferred]}
                for outcome in self.outcomes
            },
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """The unknown findings that matter for one patient.

    Attributes:
        findings: those that change the preferred sets first, then the most decisive.
        origin: the facts and the program behind the result, None where it was made by hand.
        in_scope: whether the table speaks of this patient at all.
        preferred: the preferred sets as things are, each as its therapies.
        grade: their grade, None where there is no set.
    """

    findings: tuple[MissingFinding, ...]
    origin: Origin | None = field(default=None, repr=False, compare=False)
    in_scope: bool = True
    preferred: tuple[tuple[str, ...], ...] = ()
    grade: str | None = None

    def changes(self, finding: MissingFinding) -> bool:
        """Return whether some value of a finding changes the preferred sets, by itself."""
        now = (self.preferred, self.grade)
        return any((item.preferred, item.grade) != now for item in finding.outcomes)

    def to_dict(self) -> dict[str, object]:
        """Return what `crcasp missing --format json` prints."""
        return {"format": FORMAT, "missing": [finding.to_dict() for finding in self.findings]}

    def to_html(self) -> str:
        """Return the page that `crcasp missing --format html` writes.

        Raises:
            UsageError: the extra crcasp[report] is not installed.
        """
        from crcasp.views.page import missing_html

        return missing_html(self)
