"""An answer in words: the patient as understood, the sets, their reasons, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crcasp.program.terms import natural
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Advice, Reason, RecommendationSet, Verdict
from crcasp.views.wording import cited, found, grouped, lowering, needs

ALONE = "alone"


class Known(NamedTuple):
    """A finding in words; where it was derived, from which facts and by which choices."""

    name: str
    value: str
    facts: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()


def known(advice: Advice, words: Wording) -> Iterator[Known]:
    """Yield the findings that are known, but for those of the history."""
    for item in advice.findings:
        if item.value is not None and not item.name.startswith("stopped("):
            facts = tuple(fact for fact in item.facts if not fact.startswith(f"{item.name}("))
            relied = item.interpretations if facts else ()
            yield Known(words.name(item.name), words.name(item.value), facts, relied)


def history(advice: Advice, words: Wording) -> Iterator[tuple[int, str]]:
    """Yield the lines of treatment that are over, each with its number."""
    for line in advice.history:
        reason = words.name(line.stopped) if line.stopped else "reason unknown"
        toxic = f" (due to {words.names(line.toxic)})" if line.toxic else ""
        held = " + ".join(map(words.name, line.received))
        yield line.number, f"{held}; stopped: {reason}{toxic}"


class Row(NamedTuple):
    """The sets of one grade and first therapy: with what it stands, and what that relies on."""

    first: str
    company: str
    grade: str
    interpretations: tuple[str, ...]
    reasons: tuple[Reason, ...]


def rows(sets: Iterable[RecommendationSet], advice: Advice, words: Wording) -> list[Row]:
    """Return sets as rows, one for each first therapy and grade."""
    made = []
    groups = grouped(((chosen.therapies[0], chosen.grade), chosen) for chosen in sets)
    for (first, grade), items in groups.items():
        beside = (item.therapies[1:] for item in items)
        company = [f"with {words.names(names)}" if names else ALONE for names in beside]
        relied = tuple(dict.fromkeys(name for item in items for name in item.interpretations))
        reasons = advice.therapies[first].because
        made.append(Row(words.name(first), listed(company, "or"), grade, relied, reasons))
    return made


def supports(therapies: Iterable[str], advice: Advice, words: Wording) -> list[tuple[Reason, str]]:
    """Return the statements behind some therapies, in the table's order, each with its own."""
    names = dict.fromkeys(therapies)
    behind = grouped((reason, name) for name in names for reason in advice.therapies[name].because)
    ordered = sorted(behind, key=lambda reason: natural(str(reason.source)))
    return [(reason, words.names(behind[reason])) for reason in ordered]


def of_sets(sets: Iterable[RecommendationSet]) -> list[str]:
    """Return the names of the therapies of sets, each once."""
    return list(dict.fromkeys(name for chosen in sets for name in chosen.therapies))


def lowered(advice: Advice, words: Wording) -> list[tuple[str, str]]:
    """Return the eligible therapies whose grade is kept down, by what does it."""
    verdicts = advice.therapies.values()
    groups = grouped((why, verdict.therapy) for verdict in verdicts for why in verdict.lowered)
    return [(words.names(names), lowering(why, words)) for why, names in groups.items()]


def undetermined(advice: Advice, words: Wording) -> list[tuple[str, str]]:
    """Return the findings that are lacking, each group with the therapies it may decide."""
    verdicts = (item for item in advice.therapies.values() if item.status == "undetermined")
    groups = grouped((verdict.findings, verdict.therapy) for verdict in verdicts)
    fewest = sorted(groups.items(), key=lambda item: len(item[0]))
    return [(words.names(findings), words.names(names)) for findings, names in fewest]


def left_out(advice: Advice, words: Wording) -> list[tuple[str, str]]:
    """Return the excluded therapies, grouped by the one reason that decides."""
    verdicts = (verdict for verdict in advice.therapies.values() if verdict.against)
    groups = grouped((_deciding(verdict, words), verdict.therapy) for verdict in verdicts)
    return [(words.names(names), reason) for reason, names in groups.items()]


def _deciding(verdict: Verdict, words: Wording) -> str:
    decisive = next(item for item in verdict.against if item.source == verdict.deciding)
    if decisive.exclusion:
        seen = "; ".join(found(item, words) for item in decisive.conditions)
        return f"{decisive.exclusion}, {decisive.text}{cited(decisive.references)}; {seen}."
    if _lines(decisive):
        lines = dict.fromkeys(line for item in verdict.against for line in _lines(item))
        return f"{words.names(lines, 'or')} only."
    failures = (found(item, words) + needs(item, words) for item in decisive.conditions)
    return f"statement {decisive.statement}; {'; '.join(failures)}."


def _lines(objection: Reason) -> tuple[str, ...]:
    """Return the line of therapy that a statement is for, where that is the objection."""
    return next((item.needs for item in objection.conditions if item.finding == "line"), ())


def interpretations(advice: Advice) -> Iterator[tuple[str, list[str]]]:
    """Yield the choices that the answer relies on, in groups with their titles."""
    chosen = {name for item in advice.preferred for name in item.interpretations}
    for item in advice.preferred:
        chosen |= {name for reason in item.because for name in reason.interpretations}
    read = {name for finding in advice.findings for name in finding.interpretations}
    other = {name for verdict in advice.therapies.values() for name in _relied(verdict)}
    yield "For the preferred sets", sorted(chosen, key=natural)
    yield "For the findings of this patient", sorted(read - chosen, key=natural)
    yield "For other therapies only", sorted(other - chosen - read, key=natural)


def _relied(verdict: Verdict) -> Iterator[str]:
    """Yield what a verdict relies on; a statement for another line is not gone into."""
    for reason in verdict.because:
        yield from reason.interpretations
    for objection in verdict.against:
        if not _lines(objection):
            yield from objection.interpretations
