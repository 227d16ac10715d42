"""Two tables: what changes from one to the other, for whom, why; and what does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from crcasp.results.advice import Status
from crcasp.results.comparison import Kind
from crcasp.results.provenance import Provenance
from crcasp.results.result import Result


class Standing(NamedTuple):
    """What one table says of a therapy.

    Attributes:
        status: "eligible" or "excluded"; the latter also of a therapy that the table does not
            offer.
        grade: of an eligible therapy, if the table ranks grades.
    """

    status: Status
    grade: str | None = None


class Only(NamedTuple):
    """A condition that patients meet: a finding that has one of some values.

    Attributes:
        finding: its name, such as "mmr"; `line`, `failed(A)`, `stopped(initial)` and the like
            of the history, and a therapy, agent or class that is "allowed" or "denied".
            Where the tables read it differently it is `before(F)` and `now(F)`.
        values: what it may be.
        text: the condition in words.
        or_unknown: whether the change also happens to patients of whom the finding is not known.
    """

    finding: str
    values: tuple[str, ...]
    text: str
    or_unknown: bool = False


class PreferredSets(NamedTuple):
    """The preferred sets by both tables.

    Attributes:
        before: those of the old table, each with its therapies.
        after: those of the new one.
    """

    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]


class ExamplePatient(NamedTuple):
    """A smallest patient: with few facts, and what these leave open does not matter.

    Attributes:
        facts: the patient's facts.
        preferred: the preferred sets.
    """

    facts: tuple[str, ...]
    preferred: PreferredSets


class Changed(NamedTuple):
    """A therapy of which the tables do not say the same for some patients, with two grades.

    Attributes:
        therapy: its name.
        kind: "gained", "lost", "raised" or "lowered".
        before: what the old table says of it for all of these patients.
        after: what the new one says.
        when: alternatives, each of conditions that hold together: the change happens to
            exactly the fully known patients whom one of them fits.
        example: a smallest patient to whom it happens.
        because: what does it, in one patient or another: statements, exclusions,
            interpretations, constants.
        sources: by each alternative, the statements and exclusions that do it; no part of JSON.
    """

    therapy: str
    kind: Kind
    before: Standing
    after: Standing
    when: tuple[tuple[Only, ...], ...]
    example: ExamplePatient
    because: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...] = ()


class PreferredChange(NamedTuple):
    """Whether the preferred sets change.

    Attributes:
        changes: whether they do for any fully known patient.
        example: a smallest patient for whom they do.
    """

    changes: bool
    example: ExamplePatient | None = None


class AsGiven(NamedTuple):
    """What the facts of a patient as they are given do not say alike by both tables.

    Attributes:
        what: a finding that both ask about, by its name; `again(T)`, what an initial therapy
            that holds T is called when it is given again; or `notice`, the notices.
        interpretations: those by which only one of the tables reads the finding.
    """

    what: str
    interpretations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff(Result):
    """What changes from one table to another, over all fully known patients.

    Attributes:
        changes: the therapies that change for some patient, in the table's order.
        preferred: whether the preferred sets of fully known patients change.
        unchanged: the therapies of either table of which status and grade are proved to be
            the same for every patient, in the table's order; if `as_given` names a finding,
            for every fully known patient.
        lines: how many lines of therapy the histories may have.
        not_compared: what only one table can name and neither offers by name, such as an
            initial therapy that holds a drug of an overlay: it is not compared.
        as_given: what the facts as they are given do not say alike: it is not compared either.
        seconds: how long it took.
        provenance: the old program and the new one; () where it was made by hand.
    """

    changes: tuple[Changed, ...]
    preferred: PreferredChange
    unchanged: tuple[str, ...]
    lines: int
    not_compared: tuple[str, ...] = ()
    as_given: tuple[AsGiven, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    provenance: tuple[Provenance, ...] = field(default=(), repr=False, compare=False)

    @property
    def same(self) -> bool:
        """Whether both tables are proved to give the same answer.

        That is the same verdicts and grades to every patient, and the same preferred sets to every
        fully known patient; the facts of a patient are read alike, and notices are the same.
        """
        changed = self.changes or self.preferred.changes
        return not (changed or self.not_compared or self.as_given)
