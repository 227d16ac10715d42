"""Why a therapy is eligible or not, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field

from crcasp.results.advice import Reason, Status
from crcasp.results.provenance import Provenance
from crcasp.results.result import Result


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that would be other than it is.

    Attributes:
        finding: its name, one of those that the table asks about, or "stopped(L)".
        value: what it is now, None where unknown; `from` in JSON.
        to: every value that does it; a number as a bound in words.
    """

    finding: str
    value: str | int | None
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation(Result):
    """Why one therapy is eligible, excluded or undetermined, and what would change it.

    Attributes:
        therapy: its name.
        status: one of the three, "excluded" also where no statement offers it; None out
            of scope, where there is no verdict.
        grade: of an eligible therapy.
        in_scope: whether the table speaks of this patient at all.
        ways: of an eligible therapy those that hold, else all by which it is offered,
            in the table's order; () where no statement offers it.
        changes: all minimal sets of findings that would make it eligible, fewest first.
        barred_by: where no finding helps, facts of history and limits in the way:
            without some of them one would; where no fact is, what the history lacks, in words.
        lowered: of an eligible therapy, what keeps its grade down, as in a verdict.
        deciding: of an excluded therapy, the statement or exclusion that decides, None where no
            statement offers it.
        findings: of an undetermined therapy, what may decide it; `missing` in JSON.
        preferred: the preferred sets of the patient, each as its therapies.
        best: their grade.
        provenance: the facts and the program behind the result, None where it was made by hand.
    """

    therapy: str
    status: Status | None
    grade: str | None
    in_scope: bool
    ways: tuple[Reason, ...]
    changes: tuple[tuple[Change, ...], ...]
    barred_by: tuple[str, ...]
    lowered: tuple[Reason, ...] = ()
    deciding: str | None = None
    findings: tuple[str, ...] = ()
    preferred: tuple[tuple[str, ...], ...] = ()
    best: str | None = None
    provenance: Provenance | None = field(default=None, repr=False, compare=False)
