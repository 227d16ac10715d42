"""Two versions of the table compared, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.terms import grouped
from crcasp.program.wording import Wording, listed
from crcasp.results.comparison import KINDS
from crcasp.results.diff import AsGiven, Changed, Diff, ExamplePatient, Only, Standing
from crcasp.views import phrases
from crcasp.views.comparison import TITLES
from crcasp.views.document import Block, Document, Entry, Item, Note, Section
from crcasp.views.frame import framed, rules_of
from crcasp.views.phrases import capital, cited, folded, folded_sets

ALLOWED = ("allowed",)
WAYS = 3  # of the alternatives for whom a change happens, the shortest
REPEATS = "repeats("  # a finding: that a statement repeats what failed
# By kinds of changes, what else there is to know of them.
UNKNOWN = {
    ("gained", "raised"): "What is gained or raised needs its findings known: else it is "
    "undetermined, or keeps its grade.",
    ("lost", "lowered"): "What is lost or lowered where a finding is not known is so until it is "
    "known. What a source lowers beside a therapy that it offers is lowered only where the patient "
    "can have that therapy.",
}
SAME = (
    "Nothing changes: both tables are proved to give every patient the same verdicts and grades, "
    "and every fully known patient the same preferred sets, with histories of up to {}."
)
AGAIN, NOTICE = "again(", "notice"  # of what is not compared, beside findings


def diff_document(diff: Diff) -> Document:
    """Return what changes from one table to another as a document."""
    view = _Changes(diff)
    own = view.added or view.settings()
    title = f"{own[0]}: what it changes" if len(own) == 1 else "What changes in the table"
    blocks = (*view.sources(), *view.blocks())
    return framed("What changes in the table", title, blocks, view.new, view.old)


class _Changes:
    def __init__(self, diff: Diff) -> None:
        self.diff = diff
        rules = [rules_of(one) for one in diff.provenance or (None, None)]
        self.old, self.new = rules[0], rules[-1]
        old, new = self.old.words, self.new.words
        self.words = Wording({**old.labels, **new.labels}, new.phrases, new.headings)
        self.added = [name for name in self.new.sources if name not in self.old.sources]

    def settings(self) -> list[str]:
        """Return what is withdrawn or set in the new table only."""
        withdrawn = [name for name in self.new.withdrawn if name not in self.old.withdrawn]
        constants = [pair for pair in self.new.constants if pair not in self.old.constants]
        return [*(f"{name} withdrawn" for name in withdrawn), *map("=".join, constants)]

    def sources(self) -> Iterator[Block]:
        """Yield what the new sources say, in their own words."""
        lines = {
            name: f"{capital(self.new.texts[name])}{cited(self.new.references.get(name, ()))}"
            for name in self.added
            if name in self.new.texts
        }
        if len(lines) == 1:
            yield from (Note(f"{line}.") for line in lines.values())
        else:
            said = (Item(f"{name}: {line}") for name, line in lines.items())
            yield Section("New sources", tuple(said))
        for name, value in self.new.constants:
            if (name, value) not in self.old.constants and name in self.words.labels:
                before = dict(self.old.constants).get(name, self.new.defaults.get(name))
                yield Note(f"{name} is the {self.words.name(name)}: {value} instead of {before}.")

    def blocks(self) -> Iterator[Block]:
        diff = self.diff
        yield Note(SAME.format(self.lines()) if diff.same else self.summary())
        for kind in KINDS:
            changes = [item for item in diff.changes if item.kind == kind]
            for same in grouped((self.alike(item), item) for item in changes).values():
                yield self.group(TITLES[kind], same)
        example = diff.preferred.example
        if example and not any(item.example == example for item in diff.changes):
            yield Section("Preferred", tuple(self.example(example)), "the sets change")
        if not diff.preferred.changes and not diff.same:
            yield Note("The preferred sets are proved the same for every fully known patient.")
        yield from self.foot()

    def summary(self) -> str:
        therapies = len({item.therapy for item in self.diff.changes})
        changes = "1 therapy changes" if therapies == 1 else f"{therapies} therapies change"
        kept = len(self.diff.unchanged)
        if not therapies:
            return f"No therapy changes: all {kept} are proved to keep status and grade."
        return f"{changes}; the other {kept} are proved to keep status and grade."

    # ---- a change -----------------------------------------------------------------------------

    def alike(self, item: Changed) -> tuple[object, ...]:
        """Return how a therapy changes and for whom, but for its name and what does it for all."""
        when = frozenset(frozenset(self.conditions(item, way)) for way in item.when)
        return item.before, item.after, when, len({*item.sources}) > 1 and item.sources

    def group(self, title: str, same: list[Changed]) -> Section:
        first = same[0]
        offered = [one.places for one in (self.old, self.new)]
        before, after = (
            "not offered" if it.status == "excluded" and first.therapy not in own else _standing(it)
            for it, own in zip((first.before, first.after), offered, strict=True)
        )
        moved = f"{before} -> {after}"
        if first.kind in ("raised", "lowered"):
            moved = " -> ".join(it.grade or "no grade" for it in (first.before, first.after))
        names = folded((item.therapy for item in same), self.words)
        ways = self.ways(first)
        because = [*dict.fromkeys(name for item in same for name in item.because)]
        own = len({*first.sources}) > 1  # each alternative has its own
        known = own or because == self.added
        by = "" if known else f"; by {listed([*map(phrases.called, because)])}"
        more = [f"in {len(ways) - WAYS} more cases, all in JSON"] if len(ways) > WAYS else []
        rows = [Entry(f"{names}: {moved}{by}", strong=True)]
        for place, way in enumerate([*ways[:WAYS], *more]):
            rows.append(Entry(way or "every patient", "or" if place else "who"))
        return Section(title, (*rows, *self.example(first.example)))

    def ways(self, change: Changed) -> list[str]:
        """Return for whom a change happens; each with its source where these differ."""
        apart = len({*change.sources}) > 1
        found = []
        for place, way in enumerate(change.when):
            said = phrases.conjoined(self.conditions(change, way))
            told = f": by {listed([*map(phrases.called, change.sources[place])])}" if apart else ""
            found.append(f"{said}{told}")
        return [*dict.fromkeys(found)]

    def conditions(self, item: Changed, way: tuple[Only, ...]) -> list[str]:
        """Return the conditions of one alternative, but for what is said once for all."""
        texts = []
        for one in way:
            if one.values == ALLOWED or (one.finding.startswith(REPEATS) and one.values == ("no",)):
                continue
            text = one.text.replace(self.words.name(item.therapy), "this therapy")
            if one.or_unknown and one.finding in self.words.headings:
                text += " or not known"
            texts.append(text)
        return sorted(texts, key=lambda text: "line" not in text)

    def example(self, example: ExamplePatient) -> Iterator[Entry]:
        facts = "; ".join(phrases.fact_words(example.facts, self.words, ends=True))
        before, after = example.preferred
        sets = [folded_sets(sets, self.words) or "none" for sets in (before, after)]
        moved = f"preferred before: {sets[0]}; after: {sets[1]}"
        said = facts or "a patient of whom nothing is known"
        yield Entry(said, "e.g.", details=(moved,) if {*before} != {*after} else ())

    # ---- what is said once --------------------------------------------------------------------

    def foot(self) -> Iterator[Block]:
        diff = self.diff
        texts = []
        if diff.changes:
            kinds = {item.kind for item in diff.changes}
            texts = [
                "Each also needs a patient within the table's scope, and no exclusion of the "
                f"therapy or of what it stands beside{phrases.coded(self.new.lets_pass)}."
            ]
            texts += [text for of, text in UNKNOWN.items() if not kinds.isdisjoint(of)]
        if not diff.same:
            whom = "every fully known patient" if [*self.readings()] else "every patient"
            texts.append(f"Proved for {whom} with histories of up to {self.lines()}.")
            yield Note(" ".join(texts))
        if diff.unchanged and not diff.same:
            names = folded(diff.unchanged, self.words)
            same = f"in status and grade (preference may change): {names}"
            yield Section("Unchanged", (Entry(same),))
        if parts := [*self.not_compared()]:
            yield Note(f"Not compared: {'; '.join(parts)}.")

    def lines(self) -> str:
        return "one line" if self.diff.lines == 1 else f"{self.diff.lines} lines"

    def readings(self) -> Iterator[AsGiven]:
        """Yield the findings that the tables do not read alike."""
        for it in self.diff.as_given:
            if it.what != NOTICE and not it.what.startswith(AGAIN):
                yield it

    def not_compared(self) -> Iterator[str]:
        diff = self.diff
        if diff.not_compared:
            some = folded(diff.not_compared[:1], self.words)
            count = len(diff.not_compared)
            names = "that neither table offers and that only one has names for"
            yield f"{count} combinations of drugs {names}, such as {some}"
        for it in self.readings():
            name, by = self.words.name(it.what), phrases.coded(it.interpretations)
            yield f"how {name} is read from what is given{by}"
        whats = [it.what for it in diff.as_given]
        again = [it.removeprefix(AGAIN).removesuffix(")") for it in whats if it.startswith(AGAIN)]
        if again:
            yield f"{listed([*map(self.words.name, again)])} as a part of what is given again"
        if NOTICE in whats:
            yield "the notices"


def _standing(one: Standing) -> str:
    return f"{one.status}, {one.grade}" if one.grade else one.status
