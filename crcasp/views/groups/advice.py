"""An answer in words: the patient as understood, the sets, their reasons, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crcasp.program.terms import natural
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Advice, Objection, Reason, RecommendationSet, Verdict
from crcasp.views.wording import found, needs

ALONE = "alone"


class Known(NamedTuple):
    """A finding in words; where it was derived, from which facts and by which choices."""

    name: str
    value: str
    facts: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()


class Patient(NamedTuple):
    """A patient in words; each line of treatment has its number, each limit its reason."""

    line: str
    findings: tuple[Known, ...]
    unknown: tuple[str, ...]
    history: tuple[tuple[int, str], ...]
    limits: tuple[tuple[str, str], ...]


def patient(advice: Advice, words: Wording) -> Patient:
    """Return the patient of an answer."""
    known, unknown, history = [], [], []
    for item in advice.findings:
        name = words.name(item.name)
        if item.value is None:
            unknown.append(name)
        elif not item.name.startswith("stopped("):
            facts = tuple(fact for fact in item.facts if not fact.startswith(f"{item.name}("))
            relied = item.interpretations if facts else ()
            known.append(Known(name, words.name(item.value), facts, relied))
    for line in advice.history:
        reason = words.name(line.stopped) if line.stopped else "reason unknown"
        toxic = f" (due to {words.names(line.toxic)})" if line.toxic else ""
        held = " + ".join(map(words.name, line.received))
        history.append((line.number, f"{held}; stopped: {reason}{toxic}"))
    return Patient(
        words.name(advice.line),
        tuple(known),
        tuple(unknown),
        tuple(history),
        tuple((words.name(name), kind) for name, kind in advice.limits),
    )


class Row(NamedTuple):
    """The sets of one grade and first therapy: with what it stands, and what that relies on."""

    first: str
    company: str
    grade: str
    interpretations: tuple[str, ...]
    reasons: tuple[Reason, ...]


def rows(sets: Iterable[RecommendationSet], advice: Advice, words: Wording) -> list[Row]:
    """Return sets as rows, one for each first therapy and grade."""
    groups: dict[tuple[str, str], list[RecommendationSet]] = {}
    for chosen in sets:
        groups.setdefault((chosen.therapies[0], chosen.grade), []).append(chosen)
    made = []
    for (first, grade), items in groups.items():
        beside = (item.therapies[1:] for item in items)
        company = [f"with {words.names(names)}" if names else ALONE for names in beside]
        relied = tuple(dict.fromkeys(name for item in items for name in item.interpretations))
        reasons = advice.therapies[first].because
        made.append(Row(words.name(first), listed(company, "or"), grade, relied, reasons))
    return made


def supports(therapies: Iterable[str], advice: Advice, words: Wording) -> list[tuple[Reason, str]]:
    """Return the statements behind some therapies, in the table's order, each with its own."""
    behind: dict[Reason, list[str]] = {}
    for name in dict.fromkeys(therapies):
        for reason in advice.therapies[name].because:
            behind.setdefault(reason, []).append(name)
    ordered = sorted(behind, key=lambda reason: natural(reason.statement))
    return [(reason, words.names(behind[reason])) for reason in ordered]


def of_sets(sets: Iterable[RecommendationSet]) -> list[str]:
    """Return the names of the therapies of sets, each once."""
    return list(dict.fromkeys(name for chosen in sets for name in chosen.therapies))


def undetermined(advice: Advice, words: Wording) -> list[tuple[str, str]]:
    """Return the findings that are lacking, each group with the therapies it may decide."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, verdict in advice.therapies.items():
        if verdict.status == "undetermined":
            groups.setdefault(verdict.findings, []).append(name)
    fewest = sorted(groups.items(), key=lambda item: len(item[0]))
    return [(words.names(findings), words.names(names)) for findings, names in fewest]


def left_out(advice: Advice, words: Wording) -> list[tuple[str, str]]:
    """Return the excluded therapies, grouped by the one reason that decides."""
    groups: dict[str, list[str]] = {}
    for name, verdict in advice.therapies.items():
        if verdict.against:
            groups.setdefault(_deciding(verdict, words), []).append(name)
    return [(words.names(names), reason) for reason, names in groups.items()]


def _deciding(verdict: Verdict, words: Wording) -> str:
    decisive = next(item for item in verdict.against if item.source == verdict.deciding)
    if decisive.exclusion:
        seen = "; ".join(found(item, words) for item in decisive.conditions)
        return f"{decisive.exclusion}, {decisive.text}; {seen}."
    if _lines(decisive):
        lines = dict.fromkeys(line for item in verdict.against for line in _lines(item))
        return f"{words.names(lines, 'or')} only."
    failures = (found(item, words) + needs(item, words) for item in decisive.conditions)
    return f"statement {decisive.statement}; {'; '.join(failures)}."


def _lines(objection: Objection) -> tuple[str, ...]:
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
