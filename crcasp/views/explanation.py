"""Why one therapy is eligible or not, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.terms import grouped
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Condition, Reason
from crcasp.results.explanation import Change, Explanation
from crcasp.views import phrases
from crcasp.views.document import Block, Check, Document, Item, Note, Section
from crcasp.views.frame import framed, patient_name, rules_of
from crcasp.views.phrases import capital, cited, coded, folded_sets, found, graded, needed

OFFERS = {"met": "offers it", "open": "may offer it", "not_met": "would offer it"}
STATES = {"met": "met", "open": "open", "not_met": "not met"}


def explanation_document(explanation: Explanation, picture: Block | None = None) -> Document:
    """Return an explanation as a document.

    Args:
        explanation: what is explained.
        picture: its derivation drawn, for a page.
    """
    rules = rules_of(explanation.provenance)
    view = _Explained(explanation, rules.words)
    name = rules.words.name(explanation.therapy)
    who = patient_name(explanation.provenance, "")
    drawn = Section("Derivation", (picture,) if picture else (), folded=True)
    return framed(
        f"Why {name} is {explanation.status or 'out of scope'}",
        f"{f'{who}: ' if who else ''}{name} {view.verdict()}",
        (*view.blocks(), drawn),
        rules,
        grades=explanation.status == "eligible",
        strong=True,
    )


class _Explained:
    def __init__(self, explanation: Explanation, words: Wording) -> None:
        self.it = explanation
        self.words = words

    def verdict(self) -> str:
        it, words = self.it, self.words
        if it.status is None:
            return f"has no verdict; {phrases.OUT_OF_SCOPE}."
        if it.status == "eligible":
            by = listed([*dict.fromkeys(phrases.called(way.statement) for way in it.ways)])
            return f"is ELIGIBLE{graded(it.grade)} by {by}{self.surpassed()}."
        if it.status == "undetermined":
            return f"is UNDETERMINED until {words.names(it.findings, 'or')} is known."
        why = self.decisive()
        return f"is EXCLUDED{f': {why}' if why else ''}."

    def surpassed(self) -> str:
        """Return what is preferred to an eligible therapy, if anything is."""
        if not self.it.preferred:
            return ""
        if any(self.it.therapy in names for names in self.it.preferred):
            return " and in a PREFERRED set"
        sets = folded_sets(self.it.preferred, self.words)
        return f"; PREFERRED is {sets}{graded(self.it.best)}"

    def decisive(self) -> str:
        """Return the one decisive reason in short."""
        deciding = self.it.deciding
        if not self.it.ways:
            return "no statement offers it"
        own = [way for way in self.it.ways if way.source == deciding]
        bars = (of for way in self.it.ways for of in way.exclusions or () if of.source == deciding)
        conditions = (it for of in (own or bars) for it in of.conditions)
        unmet = {it.finding: it for it in conditions if it.state == "not_met"}
        if own and "line" in unmet:
            line = self.words.names(unmet["line"].needs, "or")
            return f"{phrases.called(deciding)} is for {line} only"
        seen = [
            self.words.said(name, [it.value])
            for name, it in unmet.items()
            if it.value is not None and name != "line"
        ]
        return f"{listed(seen)} ({phrases.called(deciding)})" if seen else f"by {deciding}"

    def blocks(self) -> Iterator[Block]:
        it, words = self.it, self.words
        for reason in it.lowered:
            yield Note(f"No higher grade: {phrases.lowering(reason, words)}.")
        ways = sorted(it.ways, key=_distance)
        full = ways if it.status == "eligible" else ways[:1]
        for way in full:
            yield from self.way(way)
        rest = [way for way in ways if way not in full]
        shown = {way.statement for way in full}
        here = dict.fromkeys(
            self.short(way, again=way.statement in shown) for way in rest if not _other_line(way)
        )
        yield Section("Other statements", tuple(map(Item, here)))
        lines: dict[tuple[str, ...], dict[str, None]] = {}
        for way in rest:
            if unmet := _other_line(way):
                lines.setdefault(unmet.needs, {})[str(way.statement)] = None
        if lines:
            texts = (f"{listed([*of])} ({words.names(it, 'or')} only)" for it, of in lines.items())
            yield Note(f"Statements for another line: {'; '.join(texts)}.")
        yield from self.changes()

    def way(self, way: Reason) -> Iterator[Block]:
        codes = coded(way.interpretations)
        text = f"{capital(way.text)}{cited(way.references)}{codes}."
        checks = (
            Check(STATES[it.state], it.state, needed(it, self.words), self.seen(it))
            for it in way.conditions
        )
        title = f"{capital(phrases.called(way.statement))} {OFFERS[way.state]}"
        yield Section(title, tuple(checks), text)
        exclusions = way.exclusions or ()
        yield from (self.barring(it) for it in exclusions if it.state != "met")
        passing = [self.passing(it) for it in exclusions if it.state == "met"]
        if passing:
            yield Note(" ".join(passing))

    def seen(self, item: Condition) -> str:
        """Return what was found of a condition; of one that is met only what shows it."""
        if item.state != "met":
            return found(item, self.words, codes=True) or "not known"
        if item.finding == "line":
            return ""
        shown = phrases.fact_words(item.facts, self.words, besides=item.finding)
        codes = item.interpretations if shown else ()
        said = "" if len(item.needs) == 1 else self.words.said(item.finding, [str(item.value)])
        said, shown = phrases.beside_number(said, shown)
        return ", ".join([*filter(None, [said]), *shown, *codes])

    def barring(self, exclusion: Reason) -> Section:
        bars = "bars it" if exclusion.state == "not_met" else "may bar it"
        codes = coded(exclusion.interpretations)
        text = f"{capital(exclusion.text)}{cited(exclusion.references)}{codes}."
        checks = []
        for item in exclusion.conditions:
            seen = found(item, self.words, codes=True)
            word = {"met": "not so", "not_met": "bars", "open": "open"}[item.state]
            said = seen or f"not known; it does not bar it with {needed(item, self.words)}"
            checks.append(Check(word, item.state, said))
        return Section(f"{exclusion.exclusion} {bars}", tuple(checks), text)

    def passing(self, exclusion: Reason) -> str:
        fit = (it for it in exclusion.conditions if it.state == "met" and phrases.fits(it))
        why = exclusion.passed or listed([*filter(None, (found(it, self.words) for it in fit))])
        codes = coded(exclusion.interpretations)
        return f"{exclusion.exclusion} does not bar it{f': {why}' if why else ''}{codes}."

    def short(self, way: Reason, *, again: bool) -> str:
        """Return in one line why a statement, or another branch of it, does not apply, or may."""
        name = phrases.called(way.statement)
        name = f"Another branch of {name}" if again else capital(name)
        by_state = grouped((item.state, item) for item in way.conditions)
        unmet = by_state.get("not_met", [])
        bars = [str(e.exclusion) for e in way.exclusions or () if e.state == "not_met"]
        missing = unmet or by_state.get("open", [])
        needs = listed([needed(item, self.words) for item in missing])
        if not unmet and not bars:
            asked = {item.finding for item in missing}
            passing = [it for it in way.exclusions or () if it.state == "open"]
            lacking = [(it, of) for of in passing for it in of.conditions if it.state == "open"]
            more = [
                f"{needed(it, self.words)} ({of.exclusion})"
                for it, of in lacking
                if it.finding not in asked
            ]
            return f"{name} may apply: it needs {' and '.join(filter(None, [needs, *more]))}."
        seen = listed([*filter(None, (found(item, self.words) for item in unmet))])
        parts = [f"it needs {needs}{f' (here: {seen})' if seen else ''}"] if unmet else []
        parts += [f"{listed(bars)} {'bar' if len(bars) > 1 else 'bars'} it"] if bars else []
        return f"{name} does not apply: {', and '.join(parts)}."

    def changes(self) -> Iterator[Block]:
        it = self.it
        if it.status == "eligible" or not it.ways:
            return
        if not it.changes:
            why = self.in_the_way()
            yield Note(f"No other finding would make it eligible; in the way: {why}.")
        elif len(it.changes) == 1:
            yield Note(f"It would be eligible if this were so: {self.change(it.changes[0])}.")
        else:
            items = tuple(Item(self.change(change)) for change in it.changes)
            yield Section("It would be eligible if any one of these were so", items)

    def in_the_way(self) -> str:
        told = [it for it in self.it.barred_by if it[-1:] == ")"]  # the others are in words
        facts = phrases.fact_words(told, self.words, ends=True)
        others = [it for it in self.it.barred_by if it not in told]
        return "; ".join([*filter(None, [listed(others)]), *facts]) or "the table itself"

    def change(self, change: tuple[Change, ...]) -> str:
        return listed([self._one(item) for item in change])

    def _one(self, item: Change) -> str:
        now = f" (it is {self.words.name(item.value)})" if item.value is not None else ""
        return f"{self.words.said(item.finding, item.to)}{now}"


def _other_line(way: Reason) -> Condition | None:
    """Return the condition by which a statement is for another line, None if it is for this."""
    lines = (it for it in way.conditions if it.finding == "line" and it.state == "not_met")
    return next(lines, None)


def _distance(way: Reason) -> tuple[object, ...]:
    """Return a sort key by how much a way lacks: a finding counts once."""
    lacks = []
    for state in ("not_met", "open"):
        own = {item.finding for item in way.conditions if item.state == state}
        barring = [it for it in way.exclusions or () if it.state == state]
        more = [it for it in barring if not any(c.finding in own for c in it.conditions)]
        lacks.append(len(own) + len(more))
    return way.state != "met", bool(_other_line(way)), *lacks
