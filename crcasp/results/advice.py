"""What comes back: the sets, the verdict on each therapy, and their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from crcasp.results.provenance import Origin

Line: TypeAlias = Literal["first", "beyond_first"]
Status: TypeAlias = Literal["eligible", "undetermined", "excluded"]

FORMAT = "crcasp/1"


@dataclass(frozen=True, slots=True)
class Condition:
    """One finding that a statement or an exclusion asks about.

    Attributes:
        finding: its name, such as "side" or "stopped(1)".
        needs: the values that would do; a bound reads "at most 70".
        value: what it is for this patient, None where unknown; `is` in JSON.
        facts: the patient's own facts that show it; `from` in JSON.
    """

    finding: str
    needs: tuple[str, ...]
    value: str | int | None
    facts: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the condition as JSON has it."""
        return {
            "finding": self.finding,
            "needs": list(self.needs),
            "is": self.value,
            "from": list(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement that supports a therapy, in every way to fill in the unknown.

    Attributes:
        statement: its number in Table 3 of the review.
        text: what it says, in the words of the program.
        references: the review's own reference numbers; a source in words in an overlay.
        interpretations: the choices (I1 ...) that the reason rests on.
        conditions: what it needed and what met it.
    """

    statement: str
    text: str
    references: tuple[int | str, ...]
    interpretations: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the reason as JSON has it."""
        return {
            "statement": self.statement,
            "text": self.text,
            "references": list(self.references),
            "interpretations": list(self.interpretations),
            "conditions": [condition.to_dict() for condition in self.conditions],
        }


@dataclass(frozen=True, slots=True)
class Objection:
    """A statement that does not hold of a therapy, or an exclusion that bars it.

    Attributes:
        statement: the statement's number, None for an exclusion.
        exclusion: the exclusion's name (X1 ...), None for a statement.
        text: what it says, in the words of the program.
        interpretations: the choices (I1 ...) that the objection rests on.
        conditions: what it needed and did not find.
    """

    statement: str | None
    exclusion: str | None
    text: str
    interpretations: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def source(self) -> str | None:
        """The statement or the exclusion."""
        return self.exclusion or self.statement

    def to_dict(self) -> dict[str, object]:
        """Return the objection as JSON has it."""
        conditions = [condition.to_dict() for condition in self.conditions]
        if self.exclusion is None:
            return {"statement": self.statement, "conditions": conditions}
        return {"exclusion": self.exclusion, "text": self.text, "conditions": conditions}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a therapy is eligible, excluded or undetermined, and why.

    Attributes:
        therapy: its name, such as "folfox+cetuximab".
        status: one of the three.
        grade: of an eligible therapy, the highest that its statements give.
        statements: of an eligible therapy, those that support it however the unknown
            turns out, in table order; () where several do so only together.
        because: of an eligible therapy, one reason for each of them, or for each of
            those that do so together.
        against: of an excluded therapy, all that speaks against it.
        deciding: of an excluded therapy, the statement or exclusion that decides.
        findings: of an undetermined therapy, what may decide it.
    """

    therapy: str
    status: Status
    grade: str | None = None
    statements: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()
    against: tuple[Objection, ...] = ()
    findings: tuple[str, ...] = ()
    deciding: str | None = None

    @property
    def missing(self) -> list[str]:
        """The findings that decide an undetermined therapy, as a new list."""
        return list(self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return the verdict as JSON has it."""
        if self.status == "eligible":
            return {
                "status": self.status,
                "grade": self.grade,
                "statements": list(self.statements),
                "because": [reason.to_dict() for reason in self.because],
            }
        if self.status == "undetermined":
            return {"status": self.status, "missing": self.missing}
        return {
            "status": self.status,
            "deciding": self.deciding,
            "against": [item.to_dict() for item in self.against],
        }


@dataclass(frozen=True, slots=True)
class RecommendationSet:
    """What the table lets stand together: one stable model.

    Attributes:
        grade: that of its systemic therapy, or of the locoregional one alone.
        preferred: whether no set has a higher grade.
        therapies: the systemic therapy first.
        because: the reasons of all its therapies, therapy by therapy.
        interpretations: the choices that the set as a whole rests on.
    """

    grade: str
    preferred: bool
    therapies: tuple[str, ...]
    because: tuple[Reason, ...]
    interpretations: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " & ".join(self.therapies)

    def to_dict(self) -> dict[str, object]:
        """Return the set as JSON has it."""
        return {
            "grade": self.grade,
            "preferred": self.preferred,
            "therapies": list(self.therapies),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as the program understood it.

    Attributes:
        name: the finding, such as "ras".
        value: what it is, None where unknown.
        facts: the patient's own facts that show it.
        interpretations: the choices by which they do.
    """

    name: str
    value: str | int | None
    facts: tuple[str, ...]
    interpretations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreatmentLine:
    """One line of treatment that is over.

    Attributes:
        number: 1, 2, ...
        received: what it held.
        stopped: why it stopped, None where unknown.
        toxic: the agents that the toxicity that ended it was due to, as far as given.
    """

    number: int
    received: tuple[str, ...]
    stopped: str | None
    toxic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer for one patient.

    Attributes:
        in_scope: whether the table speaks of this patient at all.
        line: "first" or "beyond_first".
        notices: what the reader must know first, in sentences.
        sets: every recommendation set, best grade first, then by name.
        therapies: the verdict on each therapy that the table names.
        findings: what the table asks about, as understood or unknown.
        history: the lines of treatment, in order.
        limits: what the patient cannot have, each with "contraindicated" or "unavailable".
        origin: the facts and the program behind the answer, None where it was made by hand.
    """

    in_scope: bool
    line: Line
    notices: tuple[str, ...]
    sets: tuple[RecommendationSet, ...]
    therapies: Mapping[str, Verdict]
    findings: tuple[Finding, ...] = ()
    history: tuple[TreatmentLine, ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    origin: Origin | None = field(default=None, repr=False, compare=False)

    @property
    def preferred(self) -> tuple[RecommendationSet, ...]:
        """The sets of the highest grade reached."""
        return tuple(chosen for chosen in self.sets if chosen.preferred)

    def to_dict(self) -> dict[str, object]:
        """Return what `crcasp recommend --format json` prints."""
        return {
            "format": FORMAT,
            "in_scope": self.in_scope,
            "line": self.line,
            "notices": list(self.notices),
            "sets": [chosen.to_dict() for chosen in self.sets],
            "therapies": {name: verdict.to_dict() for name, verdict in self.therapies.items()},
        }

    def to_html(self) -> str:
        """Return the report of one page that `crcasp recommend --format html` writes.

        Raises:
            UsageError: the extra crcasp[report] is not installed.
        """
        from crcasp.views.page import advice_html

        return advice_html(self)
