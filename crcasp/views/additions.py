"""What overlays add to the table, as a document: their statements in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clingo import Symbol, SymbolType, parse_term

from crcasp.program.table import Table
from crcasp.program.terms import grouped, word
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.program.wording import Wording, listed
from crcasp.results.additions import BY_RULE, AddedSource, Addition, Additions, Named, Need
from crcasp.views import phrases
from crcasp.views.document import Block, Document, Item, Note, Section
from crcasp.views.frame import framed, rules_of
from crcasp.views.phrases import capital, cited, folded

ASKED = " (where a rule asks for it)"
INITIAL = "initial"  # what a branch offers that offers the initial therapy again


def additions_document(additions: Additions) -> Document:
    """Return what overlays add as a document."""
    rules = rules_of(additions.provenance)
    several = len(additions.overlays) > 1
    blocks = [
        Section(addition.overlay, tuple(_entries(addition, rules)))
        for addition in additions.overlays
    ]
    return framed(
        "What overlays add",
        f"Nothing is wrong with the form of {'these overlays' if several else 'this overlay'}; "
        "whether it says what its sources say is not checked.",
        blocks,
        rules,
        grades=False,
        strong=True,
    )


def _entries(addition: Addition, rules: Table) -> Iterator[Block]:
    for source in addition.sources:
        alike = grouped(
            ((it.does, it.what, it.grade + BY_RULE * it.graded_by_rule, it.by_rule), it.needs)
            for it in source.says
        )
        said = (capital(_said(*of, ways, source, rules.words)) for of, ways in alike.items())
        yield Item(_source(source, rules), tuple(f"{text}." for text in said))
    for name, text in addition.withdrawn:
        yield Item(f"{name} is withdrawn: {text}.")
    of_patient = {*rules.words.headings, *OF_LINE, *LIMITS}
    patient = [fact for fact in addition.others if fact.partition("(")[0] in of_patient]
    if patient:
        yield Item(
            f"Facts of a patient, which every patient has with this overlay: {', '.join(patient)}; "
            "give them in a fact file if one patient is meant."
        )
    for by_rule in (False, True):
        others = [fact for fact in addition.others if fact not in patient]
        others = [fact for fact in others if (fact in addition.by_rule) == by_rule]
        if others:
            text = "; ".join(_stated(others, rules.words)).removesuffix(".")
            yield Item(f"Besides: {text}{BY_RULE * by_rule}.")
    if addition.constraints:
        takes = "constraint takes" if addition.constraints == 1 else "constraints take"
        yield Item(f"{addition.constraints} {takes} answers away.")
    if not any(addition[1:]):
        yield Note("It adds nothing.")


def _stated(facts: Iterable[str], words: Wording) -> Iterator[str]:
    """Yield facts in words; those that differ in their last argument together."""

    def named(term: Symbol) -> str:
        plain = term.type == SymbolType.String
        return term.string if plain else words.name(str(word(term)))

    said: dict[tuple[str, ...], list[str]] = {}
    for fact in facts:
        term = parse_term(fact)
        arity = len(term.arguments)
        text = words.phrases.get((term.name, f"stated_{arity}"))
        text = text or words.phrases.get((term.name, "stated"))
        if text is None:
            yield fact
        else:
            *known, last = map(named, term.arguments)
            said.setdefault((text, *known), []).append(last)
    for (text, *known), rest in said.items():
        yield text.format(*known, ", ".join(rest))


def _source(item: AddedSource, rules: Table) -> str:
    line = "any line" if item.line == "any" else rules.words.name(item.line)
    kind = f"statement, {line}, {item.grade}" if item.line else "exclusion"
    year = rules.sources.get(item.source)
    when = f"{year}; " if year else ""
    more = f"more of it, {line}" if item.line else "more of it"
    new = f"{item.source} ({when}new {kind})" if item.new else f"{item.source} ({more})"
    return f"{new}: {item.text}{cited(item.references)}"


def _said(
    does: str,
    named: tuple[Named, ...],
    grade: str,
    by_rule: bool,
    ways: list[tuple[Need, ...]],
    source: AddedSource,
    words: Wording,
) -> str:
    """Return what a source does, with the conditions of each of its branches or cases."""
    plain = [item.name for item in named if item.name != INITIAL and not item.statement]
    others = [_named(item, words) for item in named if item.name == INITIAL or item.statement]
    them = folded(plain, words, ", ")
    if them and source.line and does != "offers":
        them += " offered by other statements"
    what = listed([*filter(None, [them]), *others])
    needs = phrases.alternatives([[_need(need, words) for need in way] for way in ways])
    condition = f" if {needs}" if needs else "" if source.line or by_rule else " for every patient"
    condition += BY_RULE * by_rule
    if does == "lowers":
        return f"gives {what} no higher grade than {grade}{condition}"
    return f"{does} {what}{phrases.graded(grade)}{condition}"


def _named(item: Named, words: Wording) -> str:
    source = phrases.called(item.statement)
    if item.name:
        again = item.name == INITIAL
        return "the initial therapy again" if again else f"{words.name(item.name)} by {source}"
    branch = f" by its branch {words.name(item.branch)}" if item.branch else ""
    return f"whatever {source} offers{branch}"


def _need(need: Need, words: Wording) -> str:
    if need.finding == "eligible":
        names = ("the initial therapy" if it == INITIAL else words.name(it) for it in need.values)
        return f"{listed([*names], 'or')} eligible"
    values = [*need.values, *([listed(need.bounds)] if need.bounds else [])]
    return words.said(need.finding, values) + ASKED * need.by_rule
