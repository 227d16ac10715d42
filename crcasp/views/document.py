"""What is shown of a result, as a document: built once, rendered as text or as HTML."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Field(NamedTuple):
    """A line of a list of facts: what it speaks of, and what is so."""

    name: str
    text: str


class Entry(NamedTuple):
    """An entry of a section.

    Attributes:
        text: what it says.
        label: what stands before it, such as the number of a statement.
        aside: what stands at the end of its line, such as a grade.
        details: what stands below it, in lines of their own.
        strong: whether it is a verdict.
    """

    text: str
    label: str = ""
    aside: str = ""
    details: tuple[str, ...] = ()
    strong: bool = False


class Item(NamedTuple):
    """An item of a list, with what stands below it.

    Attributes:
        text: what it says.
        details: what stands below it.
        run_on: whether its one detail may follow it in the same line.
    """

    text: str
    details: tuple[str, ...] = ()
    run_on: bool = False


class Check(NamedTuple):
    """A condition, whether it is met, and what was found of it.

    Attributes:
        word: "met", "not met", "open", "bars" and the like.
        state: met, not_met or open.
        condition: what is needed.
        found: what the patient's facts say of it.
    """

    word: str
    state: str
    condition: str
    found: str = ""


class Note(NamedTuple):
    """A paragraph; `strong` where the reader must see it first."""

    text: str
    strong: bool = False


class Grid(NamedTuple):
    """A table of which only a page has the room.

    Attributes:
        name: what it is.
        columns: the heads of its columns, each with what is so, "" where nothing is to be said.
        rows: the head of each row, its verdict, and for each column a state and what is needed.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]


class Picture(NamedTuple):
    """A picture as SVG, which only a page shows."""

    svg: str


class Section(NamedTuple):
    """A part of a document.

    Attributes:
        title: its heading.
        blocks: what it holds.
        lead: what stands beside the heading.
        folded: whether a page shows it only when it is opened, and a text not at all.
    """

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    folded: bool = False


Block: TypeAlias = Field | Entry | Item | Check | Note | Grid | Picture | Section


class Document(NamedTuple):
    """What is shown of a result.

    Attributes:
        kind: what kind of result it is, for the title of a page.
        title: the verdict, or what it is about.
        rules: by which rules the answer is given.
        blocks: what it holds.
        closing: the sentence that closes it.
        strong: whether the title is a verdict.
    """

    kind: str
    title: str
    rules: str
    blocks: tuple[Block, ...]
    closing: str
    strong: bool = False
