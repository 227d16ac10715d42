"""Why a therapy is eligible or not, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from crcasp.results.advice import Reason, Status
from crcasp.results.provenance import Provenance
from crcasp.results.result import Result

State: TypeAlias = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding that is asked for, and whether it is as needed.

    Attributes:
        finding: its name, such as "side" or "failed(oxaliplatin)".
        needs: the values that would do; a bound reads "at most 70".
        value: what it is, None where unknown.
        facts: the patient's own facts that show it.
        interpretations: the choices by which the facts show it.
        state: "met", "unmet", or "unknown" where some completion meets it and some does not.
    """

    finding: str
    needs: tuple[str, ...]
    value: str | int | None
    facts: tuple[str, ...]
    interpretations: tuple[str, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Passage:
    """An exclusion that was checked: passed, or in the way.

    Attributes:
        exclusion: its name (X1 ...).
        text: what it says, in the words of the program.
        interpretations: the choices that it rests on here.
        checks: what it asks for; () where nothing of the patient concerns it.
        state: "met" where it lets the therapy pass, "unmet" where it bars it.
    """

    exclusion: str
    text: str
    interpretations: tuple[str, ...]
    checks: tuple[Check, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which a statement offers the therapy, with all that stands in it.

    Attributes:
        statement: its number in Table 3.
        text: what it says, in the words of the program.
        references: the review's own reference numbers; a source in words in an overlay.
        interpretations: the choices that the statement rests on.
        checks: what it needs.
        passages: the exclusions that were checked.
        state: "met" where it supports the therapy, "unmet" where it cannot.
    """

    statement: str
    text: str
    references: tuple[int | str, ...]
    interpretations: tuple[str, ...]
    checks: tuple[Check, ...]
    passages: tuple[Passage, ...]
    state: State


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
        provenance: the facts and the program behind the result, None where it was made by hand.
    """

    therapy: str
    status: Status | None
    grade: str | None
    in_scope: bool
    ways: tuple[Way, ...]
    changes: tuple[tuple[Change, ...], ...]
    barred_by: tuple[str, ...]
    lowered: tuple[Reason, ...] = ()
    provenance: Provenance | None = field(default=None, repr=False, compare=False)
