"""What comes back: the sets, the verdict on each therapy, and their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from crcasp.results.provenance import Provenance
from crcasp.results.result import Result

Line: TypeAlias = Literal["first", "beyond_first"]
Status: TypeAlias = Literal["eligible", "undetermined", "excluded"]
State: TypeAlias = Literal["met", "not_met", "open"]


class Condition(NamedTuple):
    """One finding that a statement or an exclusion asks about.

    Attributes:
        finding: its name, such as "side" or "stopped(1)".
        needs: the values that would do; a bound reads "at most 70".
        value: what it is for this patient, None where unknown; `is` in JSON.
        facts: the patient's own facts that show it; `from` in JSON.
        state: "met", "not_met", or "open" where some completion meets it and some does not.
        interpretations: in an explanation, the choices by which the facts show it; `by` in JSON.
    """

    finding: str
    needs: tuple[str, ...]
    value: str | int | None
    facts: tuple[str, ...]
    state: State = "met"
    interpretations: tuple[str, ...] = ()


class Reason(NamedTuple):
    """What a statement or an exclusion says of a therapy: for it, or against it.

    Attributes:
        statement: the statement's number in Table 3 of the review, None for an exclusion.
        text: what it says, in the words of the program.
        references: the review's own reference numbers; a source in words in an overlay.
        interpretations: the choices (I1 ...) that it rests on here.
        conditions: what it needed, and what it found.
        exclusion: the exclusion's name (X1 ...), None for a statement.
        state: in an explanation, whether it supports the therapy, or lets it pass.
        exclusions: in an explanation, what might bar what the statement offers.
        any_of: of an objection by several branches of a statement, for each branch that lacks
            least the findings that it lacks: one branch would do.
        passed: in an explanation, why an exclusion without conditions lets the therapy pass.
    """

    statement: str | None
    text: str
    references: tuple[int | str, ...]
    interpretations: tuple[str, ...]
    conditions: tuple[Condition, ...]
    exclusion: str | None = None
    state: State = "met"
    exclusions: tuple[Reason, ...] | None = None
    any_of: tuple[tuple[str, ...], ...] = ()
    passed: str = ""

    @property
    def source(self) -> str | None:
        """The statement or the exclusion."""
        return self.exclusion or self.statement


class Verdict(NamedTuple):
    """Whether a therapy is eligible, excluded or undetermined, and why.

    Attributes:
        therapy: its name, such as "folfox+cetuximab".
        status: one of the three.
        grade: of an eligible therapy, the lowest that it has in any completion.
        statements: of an eligible therapy, those that support it however the unknown
            turns out, in table order; () where several do so only together.
        because: of an eligible therapy, one reason for each of them, or for each of
            those that do so together.
        against: of an excluded therapy, all that speaks against it.
        deciding: of an excluded therapy, the statement or exclusion that decides.
        lowered: of an eligible therapy, what keeps its grade down, with what it is for:
            later sources of an overlay.
        findings: of an undetermined therapy, what may decide it.
    """

    therapy: str
    status: Status
    grade: str | None = None
    statements: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()
    findings: tuple[str, ...] = ()
    deciding: str | None = None
    lowered: tuple[Reason, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The findings that decide an undetermined therapy, as a new list."""
        return list(self.findings)


class RecommendationSet(NamedTuple):
    """What the table lets stand together: one stable model.

    Attributes:
        grade: the lowest of its therapies'.
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


class Finding(NamedTuple):
    """A finding as the program understood it.

    Attributes:
        name: the finding, such as "ras".
        value: what it is, None where unknown.
        facts: the patient's own facts that show it.
        interpretations: the choices by which they do.
        lacks: where it is unknown although facts speak of a part of it, the tests that
            are lacking; `facts` has these facts then.
    """

    name: str
    value: str | int | None
    facts: tuple[str, ...]
    interpretations: tuple[str, ...]
    lacks: tuple[str, ...] = ()


class TreatmentLine(NamedTuple):
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


class Together(NamedTuple):
    """A smallest choice of findings with values that adds a therapy, whatever the rest is.

    Attributes:
        findings: each finding with its value; of a number a bound in words.
        prefers: therapies that it would put into a preferred set.
        grade: the grade of the preferred sets then.
        instead: whether this grade is higher than that of the preferred sets now.
        allows: therapies that it would make eligible.
    """

    findings: tuple[tuple[str, str], ...]
    prefers: tuple[str, ...]
    grade: str | None
    instead: bool
    allows: tuple[str, ...]


class Cell(NamedTuple):
    """How a finding of the patient stands to what a therapy needs.

    Attributes:
        therapy: its name.
        finding: the name of the finding; "limits" and "stopped" stand for several findings.
        state: "met", "not_met", or "open".
        needs: the values that would do.
    """

    therapy: str
    finding: str
    state: State
    needs: tuple[str, ...]


class _Advice(NamedTuple):
    in_scope: bool
    line: Line
    notices: tuple[str, ...]
    sets: tuple[RecommendationSet, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...] = ()
    history: tuple[TreatmentLine, ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    number: int = 1
    together: tuple[Together, ...] | None = None
    cells: tuple[Cell, ...] = ()
    provenance: Provenance | None = None


class Advice(Result, _Advice):
    """The answer for one patient.

    Attributes:
        in_scope: whether the table speaks of this patient at all.
        line: "first" or "beyond_first".
        notices: what the reader must know first, in sentences.
        sets: every recommendation set, best grade first, then by name.
        verdicts: one on each therapy that the table names, in its order.
        findings: what the table asks about, as understood or unknown.
        history: the lines of treatment, in order.
        limits: what the patient cannot have, each with "contraindicated" or "unavailable".
        number: which line of therapy is next, 1 for the first.
        together: the smallest sets of findings that would add a therapy, those that change the
            preferred sets first; None where they were not asked for.
        cells: each therapy against each finding that its verdict turns on.
        provenance: the facts and the program behind it, None where it was made by hand.
    """

    __slots__ = ()

    @property
    def therapies(self) -> Mapping[str, Verdict]:
        """The verdicts by therapy."""
        return MappingProxyType({verdict.therapy: verdict for verdict in self.verdicts})

    @property
    def preferred(self) -> tuple[RecommendationSet, ...]:
        """The sets of the highest grade reached."""
        return tuple(chosen for chosen in self.sets if chosen.preferred)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Advice) and self[:-1] == other[:-1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:-1])
