"""The answer for one patient, as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clingo import parse_term

from crcasp.program.table import Table
from crcasp.program.terms import grouped, natural, word
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Advice, Finding, Reason, RecommendationSet, Together, Verdict
from crcasp.views import phrases
from crcasp.views.document import Block, Document, Entry, Field, Grid, Item, Note, Section
from crcasp.views.frame import framed, patient_name, rules_of
from crcasp.views.phrases import capital, cited, coded, folded, graded, needed

TESTS = 8  # rows of tests in an answer; `missing` has all
ADDS = "Tests that could change the answer"


def advice_document(advice: Advice, *, every_set: bool = False) -> Document:
    """Return the answer as a document.

    Args:
        advice: the answer.
        every_set: whether the reasons of sets that are not preferred are given, too.
    """
    rules = rules_of(advice.provenance)
    line = f"{phrases.ordinal(advice.number)} line of therapy"
    blocks: list[Block] = [*patient(advice, rules)]
    blocks += [Note(notice, strong=True) for notice in advice.notices]
    if advice.in_scope:
        blocks += _Answer(advice, rules, every_set).answer()
    return framed(
        "Recommendation for one patient",
        f"{patient_name(advice.provenance)}: {line if advice.in_scope else 'out of scope'}",
        blocks,
        rules,
        grades=advice.in_scope,
    )


class _Answer:
    def __init__(self, advice: Advice, rules: Table, every_set: bool) -> None:
        self.advice = advice
        self.every_set = every_set
        self.rules = rules
        self.words = rules.words

    def answer(self) -> Iterator[Block]:
        advice = self.advice
        best = advice.preferred
        lead = "Any one of these, not ranked" if len(best) > 1 else ""
        yield Section("Preferred", (*self.sets(best), *self.why(best)), lead)
        others = [chosen for chosen in advice.sets if not chosen.preferred]
        yield Section("Next best", tuple(self.next_best(others)))
        standing = {name for chosen in advice.sets for name in chosen.therapies}
        eligible = [it.therapy for it in advice.verdicts if it.status == "eligible"]
        if none := [name for name in eligible if name not in standing]:
            names = Item(folded(none, self.words))
            yield Section("Eligible, but in no set by the rules on sets", (names,))
        lowered = grouped((why, of.therapy) for of in advice.verdicts for why in of.lowered)
        told = {reason.source for chosen in best for reason in chosen.because}
        capped = (
            Item(
                f"{folded(names, self.words)}, by "
                f"{phrases.lowering(why, self.words, told=why.source in told)}"
            )
            for why, names in lowered.items()
        )
        yield Section("Grade lowered", tuple(capped))
        yield from self.tests()
        excluded = [item for item in advice.verdicts if item.status == "excluded"]
        if excluded:
            count = f"{len(excluded)} therapies, each under one reason, with what is lacking"
            items = [*_excluded(excluded, self.rules.therapies_in_words)]
            spares = self.words.phrases.get(("spares", "stated"), "")
            for name, sources in self.rules.exempt.items():
                if name in (verdict.deciding for verdict in excluded):
                    items.append(Item(f"{spares.format(name, listed(sources))}."))
            yield Section("Excluded", tuple(items), count if len(excluded) > 1 else "1 therapy")
        yield Section("All therapies", (matrix(advice, self.rules),), folded=True)

    # ---- sets ------------------------------------------------------------------------------

    def sets(self, sets: Iterable[RecommendationSet], strong: bool = True) -> Iterator[Entry]:
        """Yield sets; first therapies that stand with the same others together."""
        company = grouped(
            ((it.therapies[0], it.grade), (it.therapies[1:], it.interpretations)) for it in sets
        )
        alike = grouped(
            ((tuple(beside), grade), first) for (first, grade), beside in company.items()
        )
        for (beside, grade), firsts in alike.items():
            relied = {name for _, names in beside for name in names}
            texts = [f"with {self.words.names(names)}" if names else "alone" for names, _ in beside]
            stands = "" if texts == ["alone"] else f", {listed(texts, 'or')}"
            if stands and len(firsts) > 1:
                stands = f"; each {listed(texts, 'or')}"
            text = f"{folded(firsts, self.words)}{stands}{coded(relied)}"
            yield Entry(text, aside=grade, strong=strong)

    def why(self, sets: Sequence[RecommendationSet]) -> Iterator[Entry]:
        """Yield the statements behind some sets, in the table's order, each with its grounds."""
        names = dict.fromkeys(name for chosen in sets for name in chosen.therapies)
        verdicts = self.advice.therapies
        behind = grouped(
            (why, name)
            for name in names
            for why in verdicts[name].because
            if any(name in chosen.therapies and why in chosen.because for chosen in sets)
        )
        for reason in sorted(behind, key=lambda it: natural(it.source)):
            therapies = behind[reason]
            own = folded(therapies, self.words)
            told = len(therapies) == len(names) or reason.text.startswith(own)
            text = capital(reason.text) if told else f"for {own}: {reason.text}"
            text += cited(reason.references)
            grounds = self.grounds(reason)
            yield Entry(text, str(reason.statement), details=(grounds,) if grounds else ())

    def grounds(self, reason: Reason) -> str:
        """Return what a statement rests on for this patient."""
        shown = phrases.grounds(reason, self.words)
        unknown = (it for it in reason.conditions if it.value is None and it.finding != "line")
        opened = [needed(item, self.words) for item in unknown]
        texts = [f"because {listed(shown)}"] if shown else []
        texts += [f"where {listed(opened)}"] if opened else []
        codes = coded(reason.interpretations)
        return f"{', '.join(texts)}{codes}" if texts else f"by{codes}" if codes else ""

    def next_best(self, others: Sequence[RecommendationSet]) -> Iterator[Entry]:
        """Yield the therapies of the sets of a lower grade, each with its statements."""
        single = {it.therapies[0] for it in self.advice.sets if len(it.therapies) == 1}
        shown = [
            it for it in others if len(it.therapies) == 1 or not single.issuperset(it.therapies)
        ]
        if self.every_set:
            shown = list(others)
        for grade, sets in grouped((chosen.grade, chosen) for chosen in shown).items():
            kinds = grouped((statements(chosen, self.advice), chosen) for chosen in sets)
            for by, same in kinds.items():
                again = self.rules.again.issuperset(by)
                what = phrases.AGAIN if again else ""
                for entry in self.sets(same, strong=False):
                    yield entry._replace(text=f"{entry.text}{what}{coded(by)}", aside=grade)
        if self.every_set:
            told = {n for chosen in self.advice.preferred for n in chosen.therapies}
            yield from self.why([it for it in others if not told.issuperset(it.therapies)])

    # ---- tests ------------------------------------------------------------------------------

    def tests(self) -> Iterator[Block]:
        together = self.advice.together
        undetermined = [v for v in self.advice.verdicts if v.status == "undetermined"]
        if together is None:
            groups = grouped((verdict.findings, verdict.therapy) for verdict in undetermined)
            said = (
                Item(f"{self.words.names(names, 'or')}: {folded(therapies, self.words)}")
                for names, therapies in groups.items()
            )
            yield Section("Undetermined until it is known", tuple(said))
            return
        none = not self.advice.preferred
        items = joint_tests(together, self.advice.findings, self.rules.therapies_in_words, none)
        if items:
            shown, rest = items[:TESTS], len(items) - TESTS
            more = [f"{rest} more in crcasp missing."] if rest > 0 else []
            if not any(item.prefers for item in together):
                more.append(settled(self.rules, none))
            open_now = len(undetermined)
            verb = "therapy is" if open_now == 1 else "therapies are"
            lead = f"{open_now} {verb} undetermined" if open_now else ""
            yield Section(ADDS, (*shown, *map(Note, more)), lead)
        else:
            yield Note(settled(self.rules, none))


def statements(chosen: RecommendationSet, advice: Advice) -> tuple[str, ...]:
    """Return the statements that support the therapies of a set, each for certain."""
    own = {source for name in chosen.therapies for source in advice.therapies[name].statements}
    return tuple(str(why.statement) for why in chosen.because if why.statement in own)


# ---- the patient -------------------------------------------------------------------------------


def patient(advice: Advice, rules: Table) -> Iterator[Field]:
    """Yield the patient as understood: the findings by topic, the history, what is not given."""
    words = rules.words
    topics: dict[str, list[str]] = {}
    told: set[str] = set()
    unknown: list[str] = []
    for item in advice.findings:
        if item.name.startswith("stopped("):
            continue
        if item.value is None:
            unknown += map(words.name, item.lacks or (item.name,))
        shown = phrases.fact_words(item.facts, words, besides=item.name)
        codes = item.interpretations if shown else ()
        behind = f" ({', '.join([*shown, *codes])})" if shown else ""
        if item.value is not None:
            said = f"{words.said(item.name, [item.value])}{behind}"
        elif item.lacks:
            tests = words.names(item.lacks)
            said = f"{words.name(item.name)} open until {tests} is known{behind}"
        else:
            continue
        told.update(item.facts)
        topics.setdefault(words.headings.get(item.name, "Patient"), []).append(said)
    given = advice.provenance.facts if advice.provenance else ()
    for fact in sorted(given, key=natural):
        term = parse_term(fact)
        if fact not in told and len(term.arguments) == 1 and term.name in words.headings:
            said = words.said(term.name, [word(term.arguments[0])])
            topics.setdefault(words.headings[term.name], []).append(said)
    for topic in dict.fromkeys([*words.headings.values(), *topics]):
        if topic in topics:
            yield Field(topic, "; ".join(topics[topic]))
    for line in advice.history:
        yield Field(f"Line {line.number}", phrases.history(*line[1:], words))
    limits = grouped((kind, words.name(name)) for name, kind in advice.limits)
    if limits:
        texts = (f"{', '.join(names)} {kind}" for kind, names in limits.items())
        yield Field("Limits", "; ".join(texts))
    missing = ", ".join(dict.fromkeys(unknown))
    yield Field("Not known", missing or "nothing that the rules ask about")


# ---- tests -------------------------------------------------------------------------------------


def settled(rules: Table, none: bool) -> str:
    """Return the sentence that no test brings another therapy; see `joint_tests`."""
    does = "make a preferred set" if none else "bring another therapy into the preferred sets"
    aside = ", constraints of overlays on sets aside" if rules.constrains_sets else ""
    return f"No finding that is not known could {does} by these rules{aside}."


def joint_tests(
    together: Iterable[Together], findings: Iterable[Finding], words: Wording, none: bool
) -> list[Item]:
    """Return tests with what they would add; values that would add the same stand together.

    Args:
        together: the tests.
        findings: what is known of the patient.
        words: names and phrases.
        none: whether no set is preferred so far.
    """
    lacks = {item.name: item.lacks for item in findings if item.lacks}
    adds = grouped(((tuple(name for name, _ in it.findings), it[1:]), it) for it in together)
    items = []
    for same in adds.values():
        for choice in _merged([it.findings for it in same]):
            said = phrases.conjoined([words.said(name, values) for name, values in choice])
            tests = [words.names(lacks[name]) for name, _ in choice if name in lacks]
            ask = f" (test {listed(tests)})" if tests else ""
            items.append(Item(f"{said}{ask}: {'; '.join(_added(same[0], words, none))}"))
    return items


def _merged(choices: list[tuple[tuple[str, str], ...]]) -> list[list[tuple[str, list[str]]]]:
    """Return choices for the same findings as one, where only one finding has several values."""
    together = zip(*choices, strict=True)
    values = [(pairs[0][0], sorted({it for _, it in pairs}, key=natural)) for pairs in together]
    if sum(len(found) > 1 for _, found in values) <= 1:
        return [values]
    return [[(name, [value]) for name, value in choice] for choice in choices]


def _added(it: Together, words: Wording, none: bool) -> Iterator[str]:
    if it.prefers:
        how = "preferred instead" if it.instead else "also preferred"
        how = "preferred" if none else how
        yield f"{folded(it.prefers, words, 'or')} {how}{graded(it.grade)}"
    rest = [name for name in it.allows if name not in it.prefers]
    if rest:
        yield f"{folded(rest, words, 'or')} eligible"


# ---- excluded ----------------------------------------------------------------------------------


def _excluded(verdicts: Iterable[Verdict], words: Wording) -> Iterator[Item]:
    """Yield the excluded therapies, by the reason that decides; those of another line last."""
    groups = grouped((phrases.decisive(verdict, words), verdict.therapy) for verdict in verdicts)
    rules = grouped(((it.line, it.rule, not it.source), it) for it in groups)
    for (line, rule, _), same in sorted(rules.items(), key=lambda item: item[0][0]):
        sources = [*dict.fromkeys(it.source for it in same if it.source)]
        if sources:
            rule = f"{listed(sources)} {'needs' if len(sources) == 1 else 'need'} {rule}"
        rule = capital(rule)
        met = grouped((it.met, name) for it in same for name in groups[it])
        names = {seen: folded(some, words) for seen, some in met.items()}
        if line:
            yield Item(f"{rule}: {folded((it for some in met.values() for it in some), words)}")
        elif len(met) == 1:
            for seen, some in names.items():
                yield Item(f"{rule}; here {seen}" if seen else rule, (some,), run_on=True)
        else:
            yield Item(rule, tuple(f"{seen}: {some}" for seen, some in names.items()))


# ---- every therapy against every finding -------------------------------------------------------


GATHERED = {"limits": "limits of the patient", "stopped": "why earlier lines stopped"}


def matrix(advice: Advice, rules: Table) -> Grid:
    """Return every therapy against the findings on which therapies differ."""
    words = rules.words
    states = {(cell.therapy, cell.finding): cell for cell in advice.cells}
    found = grouped((cell.finding, cell.state) for cell in advice.cells)
    columns = [name for name, of in found.items() if len({*of}) > 1 or "open" in of]
    columns.sort(key=lambda name: (name != "line", -len(found[name]), natural(name)))
    values = {item.name: item.value for item in advice.findings}
    values["line"] = advice.line
    heads = tuple(
        (
            GATHERED.get(name) or words.name(name),
            phrases.value_words(values[name], words) if name in values else "",
        )
        for name in columns
    )
    preferred = {name for chosen in advice.preferred for name in chosen.therapies}
    order = ("eligible", "undetermined", "excluded")
    rows = []
    for verdict in sorted(
        advice.verdicts, key=lambda v: (order.index(v.status), v.therapy not in preferred)
    ):
        cells = []
        for name in columns:
            cell = states.get((verdict.therapy, name))
            needs = words.names(cell.needs, "or") if cell and cell.state != "met" else ""
            cells.append((cell.state if cell else "", needs))
        name = words.name(verdict.therapy)
        rows.append((name, verdict.status, verdict.grade or "", tuple(cells)))
    return Grid("Each therapy with its verdict and what it needs", heads, tuple(rows))
