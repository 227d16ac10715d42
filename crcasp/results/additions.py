"""What overlays add to the table, where nothing is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crcasp.program.files import Program
from crcasp.results.result import FORMAT
from crcasp.results.shapes import as_json


@dataclass(frozen=True, slots=True)
class Need:
    """One condition: a finding, and the values that will do."""

    finding: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """What a statement offers under some conditions.

    Attributes:
        name: its name.
        therapies: what it offers; "initial" is the initial therapy again.
        needs: the conditions, which must all be met.
        grade: its own grade, None where it has that of its statement.
    """

    name: str
    therapies: tuple[str, ...]
    needs: tuple[Need, ...]
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a case bars or lowers.

    Attributes:
        part: a therapy, an agent or a class, whoever offers it; else ""
        statement: that of which it is what the statement offers, by its branch, as this
            therapy; "" where these are not named.
        branch: likewise.
        therapy: likewise.
        grade: the grade that it has at most, "" where it is barred.
    """

    part: str
    statement: str
    branch: str
    therapy: str
    grade: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case in which a source bars or lowers: its effects, and for whom."""

    source: str
    name: str
    effects: tuple[Effect, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class AddedStatement:
    """A statement, or more of one.

    Attributes:
        statement: its name.
        new: whether the overlay states it, or adds to one that is there.
        line: of which line of therapy it speaks.
        grade: its grade.
        text: what it says in words.
        references: its sources.
        branches: those that the overlay adds, or adds to.
    """

    statement: str
    new: bool
    line: str
    grade: str
    text: str
    references: tuple[str | int, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class AddedExclusion:
    """An exclusion: what it bars, unless a finding has one of these values."""

    exclusion: str
    text: str
    bars: tuple[str, ...]
    unless: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class AddedName:
    """A finding, therapy or the like that is new, or has more to it.

    Attributes:
        kind: what it is: finding, regimen, partner, locoregional, agent, class, grade,
            country or interpretation.
        name: its name.
        values: of a finding, all that it may be.
    """

    kind: str
    name: str
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """What one overlay adds.

    Attributes:
        overlay: the name of its file.
        statements: statements, new ones or more of those that are there.
        exclusions: new exclusions.
        cases: cases in which one of its sources bars or lowers something.
        names: findings, therapies and the like.
        withdrawn: interpretations that it takes back, each with its text.
        others: what else it states, as atoms.
        constraints: how many of its rules only take answers away.
    """

    overlay: str
    statements: tuple[AddedStatement, ...]
    exclusions: tuple[AddedExclusion, ...]
    cases: tuple[Case, ...]
    names: tuple[AddedName, ...]
    withdrawn: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    constraints: int


@dataclass(frozen=True, slots=True)
class Additions:
    """What overlays add, one after another; nothing is wrong with them.

    Attributes:
        overlays: each overlay with what it adds.
        program: the program with them, None where it was made by hand.
    """

    overlays: tuple[Addition, ...]
    program: Program | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return what `--format json` prints, as new dictionaries and lists."""
        return {"format": FORMAT, "overlays": as_json(self.overlays)}
