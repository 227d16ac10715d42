"""Two tables: what changes from one to the other, for whom, why; and what does not."""

from __future__ import annotations

from dataclasses import dataclass, field

from crcasp.results.advice import Status
from crcasp.results.comparison import Kind
from crcasp.results.provenance import Provenance
from crcasp.results.result import Result


@dataclass(frozen=True, slots=True)
class Standing:
    """What one table says of a therapy.

    Attributes:
        status: "eligible", "undetermined" or "excluded"; the last also of a therapy that the
            table does not offer, and of a patient of whom it does not speak.
        grade: of an eligible therapy, if the table ranks grades.
    """

    status: Status
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Only:
    """A condition that patients meet: a finding that can only have some values.

    Attributes:
        finding: its name, such as "mmr"; `line`, `failed(A)`, `stopped(initial)` and the like
            of the history, and a therapy, agent or class that is "allowed" or "denied".
            Where the tables read it differently it is `before(F)` and `now(F)`.
        values: what it may be; "unknown" is one of them.
        text: the condition in words.
    """

    finding: str
    values: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A therapy of which the tables do not say the same for some patients.

    Attributes:
        therapy: its name.
        kind: how it changes, in the words of `compare`.
        before: what the old table says of the smallest patient.
        after: what the new one says.
        when: alternatives, each of conditions that hold together: the change happens to
            exactly the patients whom one of them fits.
        smallest: the facts of a patient with the fewest facts to whom it happens.
        because: what does it, in one patient or another: statements, exclusions,
            interpretations, constants.
    """

    therapy: str
    kind: Kind
    before: Standing
    after: Standing
    when: tuple[tuple[Only, ...], ...]
    smallest: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preferred:
    """Whether the preferred sets change.

    Attributes:
        changes: whether they do for any patient.
        smallest: the facts of a patient with the fewest facts for whom they do.
    """

    changes: bool
    smallest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff(Result):
    """What changes from one table to another, over all patients there can be.

    Attributes:
        changes: the therapies that change for some patient, in the table's order.
        preferred: whether the preferred sets change.
        unchanged: the therapies of either table of which status and grade are proved to be
            the same for every patient, in the table's order.
        lines: how many lines of therapy the histories may have.
        seconds: how long it took.
        provenance: the old program and the new one; () where it was made by hand.
        left_out: the therapies that are not compared: none of the tables offers them by name,
            and they have a part that only one of them knows, which may let them be given again.
    """

    changes: tuple[Changed, ...]
    preferred: Preferred
    unchanged: tuple[str, ...]
    lines: int
    seconds: float = field(default=0.0, compare=False)
    provenance: tuple[Provenance, ...] = field(default=(), repr=False, compare=False)
    left_out: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both tables give the same answer to every patient."""
        return not self.changes and not self.preferred.changes
