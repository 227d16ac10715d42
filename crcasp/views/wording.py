"""What texts and pages say alike, the names they use, and how lines of text are laid out."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from crcasp.program.engine import engine
from crcasp.program.wording import Wording
from crcasp.results.advice import Condition, Reason
from crcasp.results.provenance import Provenance

CLOSING = "Research software, not for treatment decisions; knowledge as of 2019."
SCOPE = "Out of scope: the table does not speak of this patient."
NO_VERDICT = "no verdict"  # out of scope
Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

MARGIN, HANGING, BULLET = 11, 7, 4


def words_of(provenance: Provenance | None) -> Wording:
    """Return the names that the program behind a result has; none for one made by hand."""
    return engine(provenance.program).table.words if provenance else Wording({})


def grouped(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    """Return the second of each pair by the first, in order."""
    groups: dict[Key, list[Item]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups


def together(therapies: Iterable[str], words: Wording) -> str:
    """Return the therapies of a set in words."""
    return " with ".join(map(words.name, therapies))


def by(interpretations: Iterable[str], before: str = "") -> str:
    """Return what something relies on, after a text that joins it; "" where nothing."""
    names = ", ".join(interpretations)
    return f"{before}by {names}" if names else ""


def cited(references: Iterable[int | str]) -> str:
    """Return references in brackets, after a space; "" where there are none."""
    numbers = ", ".join(map(str, references))
    return f" [{numbers}]" if numbers else ""


def found(item: Condition, words: Wording) -> str:
    """Return what a condition found, with the facts that show it."""
    facts = f" ({', '.join(item.facts)})" if item.facts else ""
    return f"{words.name(item.finding)}: {words.name(item.value)}{facts}"


def lowering(reason: Reason, words: Wording) -> str:
    """Return what keeps a grade down, with what was found."""
    seen = [found(item, words) for item in reason.conditions]
    source = f"{reason.source}, {reason.text}{cited(reason.references)}"
    return f"{'; '.join([source, *seen])}."


def needs(item: Condition, words: Wording) -> str:
    """Return what a condition needs, to stand behind what it found."""
    plain = item.needs in ((), ("yes",))
    return "" if plain else f", needs {words.names(item.needs, 'or')}"


def entry(title: str, text: str, width: int, margin: int = MARGIN) -> Iterator[str]:
    """Yield a title in the margin and the text beside it, wrapped to a width."""
    wide = len(title.rstrip()) >= margin > 0
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=f"{title.rstrip()}  " if wide else title.ljust(margin),
        subsequent_indent=" " * margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
