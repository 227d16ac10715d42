"""What overlays add to the table, as a document: their statements in words."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.table import Rules
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.program.wording import Wording, listed
from crcasp.results.additions import AddedSource, Addition, Additions, Named, Need
from crcasp.views import phrases
from crcasp.views.document import Block, Document, Item, Note, Section
from crcasp.views.phrases import capital, cited, folded

INITIAL = "initial"  # what a branch offers that offers the initial therapy again


def additions_document(additions: Additions, rules: Rules) -> Document:
    """Return what overlays add as a document."""
    several = len(additions.overlays) > 1
    blocks = [
        Section(addition.overlay, tuple(_entries(addition, rules)))
        for addition in additions.overlays
    ]
    return Document(
        "What overlays add",
        f"Nothing is wrong with the form of {'these overlays' if several else 'this overlay'}.",
        phrases.header(rules),
        tuple(blocks),
        phrases.closing(rules),
        strong=True,
    )


def _entries(addition: Addition, rules: Rules) -> Iterator[Block]:
    for source in addition.sources:
        alike = phrases.grouped(((it.does, it.what, it.grade), it.needs) for it in source.says)
        said = (capital(_said(*of, ways, source, rules.words)) for of, ways in alike.items())
        yield Item(_source(source, rules), tuple(f"{text}." for text in said))
    for name, text in addition.withdrawn:
        yield Item(f"{name} is withdrawn: {text}.")
    patient = [fact for fact in addition.others if _of_patient(fact, rules.words)]
    if patient:
        yield Item(
            f"Facts of a patient, which every patient has with this overlay: {', '.join(patient)}; "
            "give them in a fact file if one patient is meant."
        )
    others = [fact for fact in addition.others if fact not in patient]
    if others:
        yield Item(f"Words and other facts: {', '.join(others)}.")
    if addition.constraints:
        takes = "constraint takes" if addition.constraints == 1 else "constraints take"
        yield Item(f"{addition.constraints} {takes} answers away.")
    if not any(addition[1:]):
        yield Note("It adds nothing.")


def _of_patient(fact: str, words: Wording) -> bool:
    name = fact.partition("(")[0]
    return name in words.headings or name in (*OF_LINE, *LIMITS)


def _source(item: AddedSource, rules: Rules) -> str:
    line = "any line" if item.line == "any" else rules.words.name(item.line)
    kind = f"statement, {line}, {item.grade}" if item.line else "exclusion"
    year = rules.sources.get(item.source)
    when = f" {year}" if year else ""
    new = f"{item.source}{when} (new {kind})" if item.new else f"{item.source} (more of it)"
    return f"{new}: {item.text}{cited(item.references)}"


def _said(
    does: str,
    named: tuple[Named, ...],
    grade: str,
    ways: list[tuple[Need, ...]],
    source: AddedSource,
    words: Wording,
) -> str:
    """Return what a source does, with the conditions of each of its branches or cases."""
    what = _what(named, words)
    condition = _condition([[_need(need, words) for need in way] for way in ways])
    if not condition and not source.line:
        condition = " for every patient"
    if does == "lowers":
        return f"gives {what} no higher grade than {grade}{condition}"
    return f"{does} {what}{f' ({grade})' if grade else ''}{condition}"


def _condition(ways: list[list[str]]) -> str:
    """Return the conditions of several ways; those that all of them have are said once."""
    shared = [need for need in ways[0] if all(need in way for way in ways)]
    rest = [listed([need for need in way if need not in shared]) for way in ways]
    either = f"either {listed(rest, 'or')}" if len(ways) > 1 and all(rest) else ""
    parts = [text for text in (listed(shared), either) if text]
    return f" if {', and '.join(parts)}" if parts else ""


def _what(named: tuple[Named, ...], words: Wording) -> str:
    plain = [item.name for item in named if item.name != INITIAL and not item.statement]
    others = [_named(item, words) for item in named if item.name == INITIAL or item.statement]
    return listed([*filter(None, [folded(plain, words, ", ")]), *others])


def _named(item: Named, words: Wording) -> str:
    if item.name == INITIAL:
        return "the initial therapy again"
    name = words.name(item.name) if item.name else "whatever"
    if item.name:
        return f"{name} by {phrases.called(item.statement)}"
    branch = f" by its branch {words.name(item.branch)}" if item.branch else ""
    return f"{name} {phrases.called(item.statement)} offers{branch}"


def _need(need: Need, words: Wording) -> str:
    values = [*need.values, *([listed(need.bounds)] if need.bounds else [])]
    return words.said(need.finding, values)
