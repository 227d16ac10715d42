"""What overlays add to the table, where nothing is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from crcasp.results.provenance import Provenance
from crcasp.results.result import Result

BY_RULE = ", for those patients only for whom a rule says so"


class Need(NamedTuple):
    """One condition: the values of a finding that will do, or bounds that hold together.

    The values of "eligible" are therapies, of which one must be. What holds `by_rule` does so
    for some patients only, by a rule of an overlay.
    """

    finding: str
    values: tuple[str, ...]
    bounds: tuple[str, ...] = ()
    by_rule: bool = False


class Named(NamedTuple):
    """A therapy, agent or class, or what a statement offers as such.

    Attributes:
        name: "" for all that the statement or its branch offers, "initial" for the initial
            therapy again.
        statement: the statement whose offer is meant, "" for what any statement offers.
        branch: likewise, a branch of it.
    """

    name: str
    statement: str = ""
    branch: str = ""


class Said(NamedTuple):
    """What a source does under some conditions, by a branch or a case of it.

    Attributes:
        does: "offers", "bars", or "lowers" the grade.
        what: what it offers, bars or lowers.
        grade: the highest grade of what is lowered; of what is offered, "" for the statement's.
        needs: the conditions, which must all be met.
        by_rule: whether it does so for some patients only, by a rule of an overlay.
        graded_by_rule: whether what is offered has the grade for some patients only, likewise.
    """

    does: Literal["offers", "bars", "lowers"]
    what: tuple[Named, ...]
    grade: str
    needs: tuple[Need, ...]
    by_rule: bool = False
    graded_by_rule: bool = False


class AddedSource(NamedTuple):
    """A statement or an exclusion of an overlay, or more of one that is there without it.

    Attributes:
        source: its name.
        new: whether the overlay states it.
        line: the line of therapy of a statement, "" for an exclusion.
        grade: likewise, its grade.
        text: what it says in words.
        references: what it rests on.
        says: by each branch and case that the overlay adds, or adds to.
    """

    source: str
    new: bool
    line: str
    grade: str
    text: str
    references: tuple[str | int, ...]
    says: tuple[Said, ...]


class Addition(NamedTuple):
    """What one overlay adds.

    Attributes:
        overlay: the name of its file.
        sources: statements and exclusions.
        withdrawn: what it takes back, each with its text.
        others: what else it states, as atoms.
        by_rule: those of them that hold for some patients only, by a rule.
        constraints: how many of its rules only take answers away.
    """

    overlay: str
    sources: tuple[AddedSource, ...]
    withdrawn: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    by_rule: tuple[str, ...]
    constraints: int


@dataclass(frozen=True, slots=True)
class Additions(Result):
    """What overlays add, one after another; nothing is wrong with them.

    Attributes:
        overlays: each overlay with what it adds.
        provenance: the program with them, None where it was made by hand.
    """

    overlays: tuple[Addition, ...]
    provenance: Provenance | None = field(default=None, repr=False, compare=False)
