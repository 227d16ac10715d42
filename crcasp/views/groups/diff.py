"""What changes from one table to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crcasp.program.files import Program
from crcasp.program.wording import Wording, listed
from crcasp.results.comparison import KINDS
from crcasp.results.diff import Changed, Diff, ExamplePatient, Only, Standing
from crcasp.views.groups.comparison import TITLES
from crcasp.views.wording import grouped, words_of

IT = "it"
ALLOWED = ("allowed",)
LEAD = 6  # columns for what leads an alternative
SAME = "nothing changes: both tables give every patient the same answer"


class Group(NamedTuple):
    """Therapies that change alike.

    Attributes:
        names: the therapies.
        moved: from what to what.
        because: what does it.
        alternatives: for whom, each with what leads it; of several therapies each is "it".
        allowed: of several therapies, what must be allowed of each; "" of a single one.
        smallest: the facts of a smallest patient, of the first where they differ.
    """

    names: str
    moved: str
    because: str
    alternatives: list[tuple[str, str]]
    allowed: str
    smallest: str


def words(diff: Diff) -> Wording:
    """Return the names that either table has."""
    labels: dict[str, str] = {}
    for one in diff.provenance:
        labels |= words_of(one).labels
    return Wording(labels)


def scope(diff: Diff) -> str:
    """Return over whom it is proved."""
    lines = "one line" if diff.lines == 1 else f"{diff.lines} lines"
    return (
        f"all that are fully known: any findings, histories of up to {lines}, any limits and "
        "toxic agents"
    )


def tables(diff: Diff) -> list[tuple[str, str]]:
    """Return what each table consists of."""
    return [
        (title, _table(one.program))
        for title, one in zip(("Old", "New"), diff.provenance, strict=False)
    ]


def _table(program: Program) -> str:
    own = [name for name, _ in program.overlays]
    return table_with(own + [f"{name}={value}" for name, value in program.constants])


def table_with(own: Sequence[str]) -> str:
    """Return what a table consists of, with overlays and constants on top or without."""
    return f"the table with {listed(own)}" if own else "the table alone"


def changes(diff: Diff, words: Wording) -> Iterator[tuple[str, list[Group]]]:
    """Yield the title of each kind with what changes so, therapies together that change alike."""
    for kind in KINDS:
        found = [item for item in diff.changes if item.kind == kind]
        alike = grouped((_but_therapy(item), item) for item in found).values()
        if alike:
            yield TITLES[kind], [_group(same, words) for same in alike]


def _but_therapy(item: Changed) -> tuple[object, ...]:
    """Return how a therapy changes and for whom, but for its name and what it consists of."""
    term = f"with({item.therapy.replace('+', ',')})"
    when = frozenset(
        frozenset(
            (one.finding.replace(term, IT).replace(item.therapy, IT), one.values)
            for one in way
            if one.values != ALLOWED
        )
        for way in item.when
    )
    alone = () if len({_allowed(way) for way in item.when}) == 1 else (item.therapy,)
    return item.before, item.after, when, len(item.when), item.because, alone


def _group(same: list[Changed], words: Wording) -> Group:
    first, several = same[0], len(same) > 1
    alternatives = []
    for place, way in enumerate(first.when):
        text = _together(way, words, allowed=not several)
        if several:
            text = text.replace(words.name(first.therapy), IT)
        alternatives.append(("or if" if place else "if", text))
    smallest = _facts(first.example)
    if any(item.example.facts != first.example.facts for item in same):
        smallest += f", for {words.name(first.therapy)}"
    return Group(
        words.names(item.therapy for item in same),
        f"{_standing(first.before)} before, {_standing(first.after)} now",
        listed(first.because),
        alternatives,
        _of_each(same, words) if several else "",
        smallest,
    )


def _of_each(same: list[Changed], words: Wording) -> str:
    """Return what must be allowed of several therapies: of all, and of each besides."""
    of_each = {item.therapy: _allowed(item.when[0]) for item in same}
    of_all = set.intersection(*(set(allowed) for allowed in of_each.values()))
    texts = [words.names(it for it in _allowed(same[0].when[0]) if it in of_all)]
    for therapy, allowed in of_each.items():
        more = [it for it in allowed if it not in of_all]
        if more:
            texts.append(f"for {words.name(therapy)} {words.names(more)} besides")
    return "; ".join(filter(None, texts))


def _allowed(way: tuple[Only, ...]) -> tuple[str, ...]:
    return tuple(one.finding for one in way if one.values == ALLOWED)


def _standing(one: Standing) -> str:
    return f"{one.status} ({one.grade})" if one.grade else one.status


def _together(alternative: tuple[Only, ...], words: Wording, *, allowed: bool) -> str:
    texts = [one.text for one in alternative if one.values != ALLOWED]
    names = _allowed(alternative) if allowed else ()
    if names:
        texts.append(f"{words.names(names)} allowed")
    return "; ".join(texts) or "always"


def preferred(diff: Diff) -> str:
    """Return whether the preferred sets change."""
    if diff.preferred.example is None:
        return "the preferred sets are proved the same for every patient"
    return f"the preferred sets change, as for {_facts(diff.preferred.example)}"


def _facts(example: ExamplePatient) -> str:
    return ", ".join(example.facts) or "a patient of whom nothing is known"


def unchanged(diff: Diff, words: Wording) -> str:
    """Return of what nothing changes."""
    if diff.same:
        return SAME
    if not diff.unchanged:
        return "no therapy has the same status and grade for every patient"
    return f"proved for every patient, in status and grade: {words.names(diff.unchanged)}"


def sentence(text: str) -> str:
    """Return a text as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
