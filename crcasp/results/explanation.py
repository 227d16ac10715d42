"""Why a therapy is eligible or not, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from crcasp.results.advice import FORMAT, Status

if TYPE_CHECKING:
    from crcasp.results.provenance import Origin

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

    def to_dict(self) -> dict[str, object]:
        """Return the check as JSON has it."""
        return {
            "finding": self.finding,
            "needs": list(self.needs),
            "is": self.value,
            "from": list(self.facts),
            "by": list(self.interpretations),
            "state": self.state,
        }


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

    def to_dict(self) -> dict[str, object]:
        """Return the exclusion as JSON has it."""
        return {
            "exclusion": self.exclusion,
            "text": self.text,
            "interpretations": list(self.interpretations),
            "state": self.state,
            "conditions": [check.to_dict() for check in self.checks],
        }


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

    def to_dict(self) -> dict[str, object]:
        """Return the way as JSON has it."""
        return {
            "statement": self.statement,
            "text": self.text,
            "references": list(self.references),
            "interpretations": list(self.interpretations),
            "state": self.state,
            "conditions": [check.to_dict() for check in self.checks],
            "exclusions": [passage.to_dict() for passage in self.passages],
        }


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

    def to_dict(self) -> dict[str, object]:
        """Return the change as JSON has it."""
        return {"finding": self.finding, "from": self.value, "to": list(self.to)}


@dataclass(frozen=True, slots=True)
class Explanation:
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
            without some of them one would.
        origin: the facts and the program behind the result, None where it was made by hand.
    """

    therapy: str
    status: Status | None
    grade: str | None
    in_scope: bool
    ways: tuple[Way, ...]
    changes: tuple[tuple[Change, ...], ...]
    barred_by: tuple[str, ...]
    origin: Origin | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, object]:
        """Return what `crcasp explain --format json` prints."""
        grounds = "because" if self.status == "eligible" else "against"
        graded = {} if self.grade is None else {"grade": self.grade}
        return {
            "format": FORMAT,
            "therapy": self.therapy,
            "status": self.status,
            **({} if self.in_scope else {"in_scope": False}),
            **graded,
            grounds: [way.to_dict() for way in self.ways],
            "changes": [[change.to_dict() for change in changes] for changes in self.changes],
            "barred_by": list(self.barred_by),
        }

    def to_html(self) -> str:
        """Return the page that `crcasp explain --format html` writes.

        Raises:
            UsageError: the extra crcasp[report] is not installed.
        """
        from crcasp.views.page import explanation_html

        return explanation_html(self)
