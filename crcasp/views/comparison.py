"""Two answers compared, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.wording import listed
from crcasp.results.advice import Advice
from crcasp.results.comparison import Comparison, Difference, Kind
from crcasp.views import phrases
from crcasp.views.document import Block, Document, Item, Note, Section
from crcasp.views.missing import folded_sets
from crcasp.views.phrases import folded, grouped

SAME = "Every therapy has the same verdict and grade."
TITLES: dict[Kind, str] = {
    "gained": "Gained",
    "lost": "Lost",
    "raised": "Raised",
    "lowered": "Lowered",
    "opened": "Excluded before, undetermined now",
    "ruled_out": "Undetermined before, excluded now",
}


def comparison_document(comparison: Comparison) -> Document:
    """Return a comparison as a document."""
    return _Compared(comparison).document()


class _Compared:
    def __init__(self, comparison: Comparison) -> None:
        self.it = comparison
        self.rules = phrases.rules_of(comparison.before.provenance)
        self.words = self.rules.words
        both = (comparison.before, comparison.after)
        names = [phrases.patient_name(advice.provenance, "") for advice in both]
        self.names = names if all(names) and names[0] != names[1] else ["the first", "the second"]

    def document(self) -> Document:
        first, second = self.names
        blocks = tuple(self.blocks())
        return Document(
            "Two patients compared",
            f"{first} and {second}, compared",
            phrases.header(self.rules),
            (*blocks, *phrases.key(blocks, self.rules)),
            phrases.closing(self.rules),
        )

    def blocks(self) -> Iterator[Block]:
        sides = (self.it.before, self.it.after)
        preferred = [
            Item(f"{name}: {self.preferred(advice)}")
            for name, advice in zip(self.names, sides, strict=True)
        ]
        yield Section("Preferred", tuple(preferred))
        facts = zip(self.names, (self.it.without, self.it.added), strict=True)
        given = [
            Item(f"{name}: {'; '.join(phrases.fact_words(own, self.words)) or 'nothing'}")
            for name, own in facts
        ]
        yield Section("Known of one only", tuple(given))
        for kind in filter(self.it.of, self.it.kinds):
            alike = grouped((self.said(item), item.therapy) for item in self.it.of(kind))
            offered = self.rules.therapies_in_words
            items = (Item(f"{folded(names, offered)}: {said}") for said, names in alike.items())
            yield Section(self.title(kind), tuple(items))
        if not self.it.differences:
            yield Note(SAME)

    def title(self, kind: Kind) -> str:
        if not self.it.without:  # the second is the first with more facts
            return TITLES[kind]
        first, second = self.names
        return {
            "gained": f"Eligible for {second} only",
            "lost": f"Eligible for {first} only",
            "raised": f"Of a higher grade for {second}",
            "lowered": f"Of a higher grade for {first}",
            "opened": f"Excluded for {first}, undetermined for {second}",
            "ruled_out": f"Undetermined for {first}, excluded for {second}",
        }[kind]

    def preferred(self, advice: Advice) -> str:
        if not advice.in_scope:
            return phrases.OUT_OF_SCOPE
        sets = tuple(chosen.therapies for chosen in advice.preferred)
        graded = f" ({advice.preferred[0].grade})" if sets and advice.preferred[0].grade else ""
        return f"{folded_sets(sets, self.words)}{graded}" if sets else "no set"

    def said(self, item: Difference) -> str:
        before, after = (
            f"{status}, {grade}" if grade else status or "no verdict"
            for status, grade in zip((item.before, item.after), item.grades, strict=True)
        )
        if item.kind in ("raised", "lowered"):
            before, after = map(str, item.grades)
        sides = {"without": item.because_without, "with": item.because_with}
        because = [
            f"{how} {listed(phrases.fact_words(facts, self.words))}"
            for how, facts in sides.items()
            if facts
        ]
        moved = "" if item.kind in ("opened", "ruled_out") else f"{before} -> {after}, "
        return f"{moved}{listed(because)}".removesuffix(", ")
