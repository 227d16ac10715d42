"""The table itself, proved over all patients by the solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from crcasp.results.provenance import Provenance
from crcasp.results.result import Result

Proof: TypeAlias = Literal["proved", "refuted", "found"]


@dataclass(frozen=True, slots=True)
class Example:
    """A smallest patient, with the fewest facts, who shows something.

    Attributes:
        item: what is shown: a statement, a therapy; None for a property as a whole.
        facts: the patient's facts; () is the patient of whom nothing is known.
    """

    item: str | None
    facts: tuple[str, ...]

    def __str__(self) -> str:
        """The example as a fact file."""
        return " ".join(f"{fact}." for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of the table, over all patients.

    Attributes:
        name: its name in the program.
        text: the property in words.
        must_hold: whether the table is at fault where it is refuted.
        result: "proved" or "refuted" by the solver; "found" where it is a list.
        items: the statements or therapies that refute it, or that the list holds.
        examples: smallest patients who refute it, or who reach an item.
        seconds: how long it took.
    """

    name: str
    text: str
    must_hold: bool
    result: Proof
    items: tuple[str, ...]
    examples: tuple[Example, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Gap:
    """When a statement, and others with it, supports nothing beyond first line.

    A patient beyond first line and without limits has no set exactly if for each
    gap of the audit one of its descriptions fits.

    Attributes:
        statement: its number.
        others: statements that support nothing either whenever this one does not.
        descriptions: minimal conjunctions of features, in words; each is enough.
    """

    statement: str
    others: tuple[str, ...]
    descriptions: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Audit(Result):
    """What the solver proved of the table, and what it found.

    Attributes:
        properties: what must hold first, then the questions.
        gaps: when a patient beyond first line and without limits has no set: if
            every one of these fits. Empty if there is no such patient.
        lines: how many lines of therapy the histories may have.
        seconds: how long it took.
        provenance: the program behind the result, None where it was made by hand.
    """

    properties: tuple[Property, ...]
    gaps: tuple[Gap, ...]
    lines: int
    seconds: float
    provenance: Provenance | None = field(default=None, repr=False, compare=False)

    @property
    def holds(self) -> bool:
        """Whether everything that must hold was proved."""
        return all(item.result != "refuted" for item in self.properties if item.must_hold)
