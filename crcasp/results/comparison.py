"""Two patients, or one before and after a test: what was gained and lost, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crcasp.results.advice import FORMAT, Advice, Status

Kind: TypeAlias = Literal["gained", "lost", "raised", "lowered", "opened", "ruled_out"]

KINDS: tuple[Kind, ...] = ("gained", "lost", "raised", "lowered", "opened", "ruled_out")


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

    def to_dict(self) -> dict[str, object]:
        """Return the difference as JSON has it."""
        return {
            "therapy": self.therapy,
            "before": {"status": self.before, "grade": self.grades[0]},
            "after": {"status": self.after, "grade": self.grades[1]},
            "because": {"without": list(self.because_without), "with": list(self.because_with)},
        }


@dataclass(frozen=True, slots=True)
class Comparison:
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

    def of(self, kind: Kind) -> tuple[Difference, ...]:
        """Return the differences of one kind."""
        return tuple(item for item in self.differences if item.kind == kind)

    def to_dict(self) -> dict[str, object]:
        """Return what `crcasp compare --format json` prints."""
        preferred = [
            [list(chosen.therapies) for chosen in advice.preferred]
            for advice in (self.before, self.after)
        ]
        return {
            "format": FORMAT,
            "without": list(self.without),
            "with": list(self.added),
            **{kind: [item.to_dict() for item in self.of(kind)] for kind in KINDS},
            "preferred": {"before": preferred[0], "after": preferred[1]},
        }

    def to_html(self) -> str:
        """Return the page that `crcasp compare --format html` writes.

        Raises:
            UsageError: the extra crcasp[report] is not installed.
        """
        from crcasp.views.page import comparison_html

        return comparison_html(self)
