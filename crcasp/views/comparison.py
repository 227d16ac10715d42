"""Two answers compared, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clingo import parse_term

from crcasp.program.terms import grouped, word
from crcasp.program.vocabulary import LIMITS
from crcasp.program.wording import listed
from crcasp.results.advice import Advice, Reason, Verdict
from crcasp.results.comparison import Comparison, Difference, Kind
from crcasp.views import phrases
from crcasp.views.document import Block, Document, Item, Note, Section
from crcasp.views.frame import framed, patient_name, rules_of
from crcasp.views.phrases import folded, folded_sets, graded

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
    view = _Compared(comparison)
    title = f"{' and '.join(view.names)}, compared"
    return framed("Two patients compared", title, view.blocks(), view.rules)


class _Compared:
    def __init__(self, comparison: Comparison) -> None:
        self.it = comparison
        one, other = (rules_of(it.provenance) for it in (comparison.before, comparison.after))
        both = tuple(it for it in one.withdrawn if it in other.withdrawn)
        self.rules = one._replace(withdrawn=both)
        self.words = self.rules.words
        self.sides = (comparison.before, comparison.after)
        names = [patient_name(advice.provenance, "") for advice in self.sides]
        self.names = names if all(names) and names[0] != names[1] else ["the first", "the second"]

    def blocks(self) -> Iterator[Block]:
        sides = zip(self.names, self.sides, strict=True)
        preferred = (Item(f"{name}: {self.preferred(advice)}") for name, advice in sides)
        yield Section("Preferred", tuple(preferred))
        differing = "; ".join(self.differing())
        if differing:
            yield Section("Where they differ", (Item(differing),), " / ".join(self.names))
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
        outside = [
            f"{'excluded' if it.in_scope else 'no verdict'} for {name}"
            for name, it in zip(self.names, self.sides, strict=True)
        ]
        return {
            "gained": f"Eligible for {second} only",
            "lost": f"Eligible for {first} only",
            "raised": f"Of a higher grade for {second}",
            "lowered": f"Of a higher grade for {first}",
            "opened": f"{phrases.capital(outside[0])}, undetermined for {second}",
            "ruled_out": f"Undetermined for {first}, {outside[1]}",
        }[kind]

    def differing(self) -> Iterator[str]:
        """Yield what is not the same of both patients: findings, lines of treatment, limits."""
        first, second = map(self.known, self.sides)
        for name in dict.fromkeys([*first, *second]):
            none = "none" if name.startswith("line ") or name in LIMITS else "not known"
            sides = [known.get(name, none) for known in (first, second)]
            if sides[0] != sides[1]:
                yield f"{name} {' / '.join(sides)}"

    def known(self, advice: Advice) -> dict[str, str]:
        """Return what is known of a patient, by its name."""
        words = self.words
        given = map(parse_term, advice.provenance.facts if advice.provenance else ())
        found = {
            words.name(it.name): words.name(word(it.arguments[0]))
            for it in given
            if it.name in words.headings
        }
        for item in advice.findings:
            if (item.value is not None or item.lacks) and not item.name.startswith("stopped("):
                found[words.name(item.name)] = phrases.value_words(item.value, words)
        for line in advice.history:
            found[f"line {line.number}"] = phrases.history(*line[1:], words)
        limits = grouped((kind, words.name(name)) for name, kind in advice.limits)
        return found | {kind: ", ".join(names) for kind, names in limits.items()}

    def preferred(self, advice: Advice) -> str:
        if not advice.in_scope:
            return phrases.OUT_OF_SCOPE
        sets = tuple(chosen.therapies for chosen in advice.preferred)
        grade = advice.preferred[0].grade if sets else None
        return f"{folded_sets(sets, self.words) or 'no set'}{graded(grade)}"

    def said(self, item: Difference) -> str:
        """Return both verdicts, each with what it rests on."""
        between = " / " if self.it.without else " -> "
        verdicts = [advice.therapies.get(item.therapy) for advice in self.sides]
        if item.kind in ("raised", "lowered"):
            below, above = sorted(filter(None, verdicts), key=self.rank)
            told = {reason.source for reason in below.because}
            own = [reason for reason in above.because if reason.source not in told]
            why = "; ".join(map(self.support, own or above.because))
            capped = "; ".join(phrases.lowering(it, self.words) for it in below.lowered)
            return ", ".join(filter(None, [between.join(map(str, item.grades)), capped or why]))
        facts = (item.because_without, item.because_with)
        return between.join(map(self.verdict, self.sides, verdicts, facts))

    def rank(self, verdict: Verdict) -> int:
        return -self.rules.grades.index(str(verdict.grade))

    def support(self, reason: Reason) -> str:
        """Return a statement with what it rests on."""
        shown = phrases.grounds(reason, self.words)
        by = phrases.called(reason.statement)
        return f"{listed(shown)} ({by})" if shown else f"by {by}"

    def verdict(self, advice: Advice, verdict: Verdict | None, own: Sequence[str]) -> str:
        """Return a verdict with what decides it, by the facts of this patient alone if these do."""
        if not advice.in_scope:
            return "out of scope"
        if verdict is None:
            return "not offered"
        if verdict.status == "undetermined":
            return f"undetermined until {self.words.names(verdict.findings, 'or')} is known"
        if verdict.status == "eligible":
            graded = f", {verdict.grade}" if verdict.grade else ""
            again = bool(verdict.statements) and self.rules.again.issuperset(verdict.statements)
            return f"eligible{graded}{phrases.AGAIN if again else ''}"
        by_own = [
            reason.source
            for reason in verdict.against
            if any(fact in own for item in reason.conditions for fact in item.facts)
        ]
        if by_own and verdict.deciding not in by_own:
            verdict = verdict._replace(deciding=by_own[0])
        why = phrases.decisive(verdict, self.words)
        needs = f"{why.source} needs {why.rule}" if why.source else why.rule
        return f"excluded: {needs}; here {why.met}" if why.met else f"excluded: {needs}"
