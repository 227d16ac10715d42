"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from dataclasses import dataclass, field

from crcasp.results.advice import Finding, Together
from crcasp.results.provenance import Provenance
from crcasp.results.result import Result


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


@dataclass(frozen=True, slots=True)
class Missing(Result):
    """The unknown findings that matter for one patient.

    Attributes:
        findings: those that change the preferred sets first, then the most decisive.
        provenance: the facts and the program behind the result, None where it was made by hand.
        in_scope: whether the table speaks of this patient at all.
        preferred: the preferred sets as things are, each as its therapies.
        grade: their grade, None where there is no set.
        together: as of an answer, the smallest sets of findings that would add a therapy.
        as_understood: the findings of the patient, as of an answer; no part of JSON.
    """

    findings: tuple[MissingFinding, ...]
    provenance: Provenance | None = field(default=None, repr=False, compare=False)
    in_scope: bool = True
    preferred: tuple[tuple[str, ...], ...] = ()
    grade: str | None = None
    together: tuple[Together, ...] = ()
    as_understood: tuple[Finding, ...] = field(default=(), repr=False, compare=False)

    def changes(self, finding: MissingFinding) -> bool:
        """Return whether some value of a finding changes the preferred sets, by itself."""
        now = (self.preferred, self.grade)
        return any((item.preferred, item.grade) != now for item in finding.outcomes)
