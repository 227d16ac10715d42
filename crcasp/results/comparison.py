"""Two patients, or one before and after a test: what was gained and lost, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from crcasp.results.advice import Advice, Status
from crcasp.results.result import Result

Kind: TypeAlias = Literal["gained", "lost", "raised", "lowered", "opened", "ruled_out"]

KINDS: tuple[Kind, ...] = get_args(Kind)


def kind_of(before: str, after: str, ranks: tuple[int, int]) -> Kind | None:
    """Return how a verdict changes, by its status and the rank of its grade in two answers."""
    if before != after:
        if "eligible" in (before, after):
            return "gained" if after == "eligible" else "lost"
        return "opened" if after == "undetermined" else "ruled_out"
    return None if ranks[0] == ranks[1] else "raised" if ranks[1] > ranks[0] else "lowered"


@dataclass(frozen=True, slots=True)
class Difference:
    """A therapy on which two answers differ.

    Attributes:
        therapy: its name.
        kind: "gained" or "lost" if it is eligible in one answer only; "raised" or
            "lowered" if it is in both with different grades; "opened" or "ruled_out"
            if it is undetermined in one and excluded in the other.
        before: its status in the first answer, None where that patient is out of scope.
        after: its status in the second, likewise.
        grades: its grades in both, None where it is not eligible.
        because_without: facts of the first patient alone that its reasons rest on.
        because_with: facts of the second patient alone that its reasons rest on.
    """

    therapy: str
    kind: Kind
    before: Status | None
    after: Status | None
    grades: tuple[str | None, str | None]
    because_without: tuple[str, ...]
    because_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Result):
    """What differs between two answers.

    Attributes:
        before: the first answer.
        after: the second.
        without: facts of the first patient that the second lacks.
        added: facts of the second patient that the first lacks; `with` in JSON.
        differences: the therapies on which the answers differ, in the table's order.
    """

    before: Advice
    after: Advice
    without: tuple[str, ...]
    added: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that there is."""
        return KINDS

    def of(self, kind: Kind) -> tuple[Difference, ...]:
        """Return the differences of one kind."""
        return tuple(item for item in self.differences if item.kind == kind)
