"""The answer for a person: plain text, wrapped to a width, readable aloud."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crcasp.program.terms import natural
from crcasp.program.vocabulary import Vocabulary
from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Advice, Condition, Objection, Reason, RecommendationSet, Verdict
from crcasp.views.wording import BULLET, CLOSING, HANGING, MARGIN, entry, failure, found


def recommendation_text(
    advice: Advice, labels: Mapping[str, str], width: int = 80, *, every_set: bool = False
) -> str:
    """Return the whole answer as text.

    Args:
        advice: the answer.
        labels: names for a person, from the program.
        width: columns to wrap to.
        every_set: whether to add the sets that are not preferred.
    """
    page = _Page(Wording(labels), max(width, 40))
    return "\n".join(page.lines(advice, every_set)) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    wording: Wording
    width: int

    def lines(self, advice: Advice, every_set: bool) -> Iterator[str]:
        yield from self._patient(advice)
        for notice in advice.notices:
            yield ""
            yield from self._entry("Note", notice)
        if advice.in_scope:
            yield from self._chosen(advice)
            if every_set:
                yield from self._others(advice)
            yield from self._open(advice)
            yield from self._left_out(advice)
        yield ""
        yield from textwrap.wrap(CLOSING, self.width)

    def _entry(self, title: str, text: str, margin: int = MARGIN) -> Iterator[str]:
        yield from entry(title, text, self.width, margin)

    def _patient(self, advice: Advice) -> Iterator[str]:
        words = self.wording
        known = []
        for finding in advice.findings:
            if finding.value is None or finding.name.startswith("stopped("):
                continue
            value = f"{words.name(finding.name)} {words.name(finding.value)}"
            derived = [fact for fact in finding.facts if not fact.startswith(f"{finding.name}(")]
            if derived:
                value += f" (from {', '.join([*derived, *finding.interpretations])})"
            known.append(value)
        yield from self._entry("Patient", "; ".join([words.name(advice.line), *known]) + ".")
        for line in advice.history:
            reason = words.name(line.stopped) if line.stopped else "reason unknown"
            names = " + ".join(map(words.name, line.received))
            toxic = f" (due to {words.names(line.toxic)})" if line.toxic else ""
            yield from self._entry(f"  Line {line.number}", f"{names}; stopped: {reason}{toxic}.")
        for name, kind in advice.limits:
            yield from self._entry("", f"{words.name(name)} is {kind}.")

    def _chosen(self, advice: Advice) -> Iterator[str]:
        preferred = advice.preferred
        if not preferred:
            return
        yield ""
        number = len(preferred)
        word = "One set" if number == 1 else f"Any one of {number} sets"
        yield from self._entry("Preferred", f"{word}; grade: {preferred[0].grade}.")
        yield from self._sets(preferred)
        others = len(advice.sets) - number
        if others:
            more = "set" if others == 1 else "sets"
            yield from self._entry(
                "    ", f"{others} more {more} of a lower grade: see --all.", BULLET
            )
        yield ""
        yield "Why"
        names = dict.fromkeys(name for chosen in preferred for name in chosen.therapies)
        yield from self._why([advice.therapies[name] for name in names])

    def _sets(self, sets: Sequence[RecommendationSet]) -> Iterator[str]:
        """Yield the sets; first therapies that stand with the same others share a line."""
        others: dict[str, list[tuple[str, ...]]] = {}
        relied: dict[str, dict[str, None]] = {}
        for chosen in sets:
            others.setdefault(chosen.therapies[0], []).append(chosen.therapies[1:])
            relied.setdefault(chosen.therapies[0], {}).update(dict.fromkeys(chosen.interpretations))
        lines: dict[tuple[str, ...], list[str]] = {}
        for first, beside in others.items():
            ways = [f"with {self.wording.names(names)}" if names else "alone" for names in beside]
            company = "" if ways == ["alone"] else f", {listed(ways, 'or')}"
            interpretations = f" (by {', '.join(relied[first])})" if relied[first] else ""
            lines.setdefault((company, interpretations), []).append(self.wording.name(first))
        for (company, interpretations), names in lines.items():
            each = ", each" if company and len(names) > 1 else ""
            company = company.replace(", ", " ", 1) if each else company
            text = f"{listed(names, 'or')}{each}{company}{interpretations}"
            yield from self._entry("  -", text, BULLET)

    def _why(self, verdicts: Sequence[Verdict]) -> Iterator[str]:
        reasons: dict[Reason, list[str]] = {}
        for verdict in verdicts:
            for reason in verdict.because:
                reasons.setdefault(reason, []).append(verdict.therapy)
        for reason, therapies in sorted(
            reasons.items(), key=lambda item: natural(item[0].statement)
        ):
            references = f" [{', '.join(map(str, reason.references))}]" if reason.references else ""
            text = f"{self.wording.names(therapies)}: {reason.text}{references}"
            yield from self._entry(f"  {reason.statement}", text, HANGING)
            met = "; ".join(filter(None, map(self._ground, reason.conditions)))
            relied = f"by {', '.join(reason.interpretations)}" if reason.interpretations else ""
            grounds = "; ".join(filter(None, (met, relied)))
            if grounds:
                yield from self._entry("", f"- {grounds}", HANGING)

    def _ground(self, condition: Condition) -> str:
        """Return what met a condition, "" where no fact of the patient's did."""
        if condition.value is None:
            return failure(condition, self.wording)
        return found(condition, self.wording) if condition.facts else ""

    def _others(self, advice: Advice) -> Iterator[str]:
        rest = [chosen for chosen in advice.sets if not chosen.preferred]
        for grade in dict.fromkeys(chosen.grade for chosen in rest):
            sets = [chosen for chosen in rest if chosen.grade == grade]
            yield ""
            yield from self._entry("Also", f"{len(sets)} of grade {grade}.")
            yield from self._sets(sets)
        shown = {name for chosen in advice.preferred for name in chosen.therapies}
        names = dict.fromkeys(name for chosen in rest for name in chosen.therapies)
        more = [advice.therapies[name] for name in names if name not in shown]
        if more:
            yield ""
            yield "Why"
            yield from self._why(more)

    def _open(self, advice: Advice) -> Iterator[str]:
        groups: dict[tuple[str, ...], list[str]] = {}
        for name, verdict in advice.therapies.items():
            if verdict.status == "undetermined":
                groups.setdefault(verdict.findings, []).append(name)
        if groups:
            yield ""
            yield "Undetermined until it is known:"
        for findings, therapies in sorted(groups.items(), key=lambda item: len(item[0])):
            text = f"{self.wording.names(findings)}: for {self.wording.names(therapies)}"
            yield from self._entry("  -", text, BULLET)

    def _left_out(self, advice: Advice) -> Iterator[str]:
        groups: dict[str, list[str]] = {}
        for name, verdict in advice.therapies.items():
            if verdict.against:
                groups.setdefault(deciding(verdict, self.wording), []).append(name)
        if groups:
            yield ""
            yield "Left out"
        for reason, therapies in groups.items():
            text = f"{self.wording.names(therapies)}: {reason}"
            yield from self._entry("  -", text, BULLET)


def deciding(verdict: Verdict, wording: Wording) -> str:
    """Return the one reason that decides: an exclusion, a statement's findings, or the line."""
    decisive = next(item for item in verdict.against if item.source == verdict.deciding)
    if decisive.exclusion:
        seen = "; ".join(found(item, wording) for item in decisive.conditions)
        return f"{decisive.exclusion}, {decisive.text}; {seen}."
    if other_line(decisive):
        needs = dict.fromkeys(need for item in verdict.against for need in _line_needs(item))
        return f"{wording.names(needs, 'or')} only."
    failures = "; ".join(failure(item, wording) for item in decisive.conditions)
    return f"statement {decisive.statement}; {failures}."


def other_line(objection: Objection) -> bool:
    """Return whether an objection is that a statement is for another line of therapy."""
    return bool(_line_needs(objection))


def _line_needs(objection: Objection) -> tuple[str, ...]:
    needs = [item.needs for item in objection.conditions if item.finding == "line"]
    return needs[0] if needs else ()


def vocabulary_text(vocabulary: Vocabulary, width: int = 80) -> str:
    """Return the facts a patient may have, one predicate after another."""
    lines: list[str] = []

    def add(fact: str, values: str, meaning: str) -> None:
        lines.append(f"{fact}  {meaning}")
        lines.extend(textwrap.wrap(values, width, initial_indent="    ", subsequent_indent="    "))

    for finding, values in vocabulary.findings.items():
        numbers = [value for value in values if isinstance(value, int)]
        if len(numbers) == len(values):
            allowed = f"{min(numbers)} to {max(numbers)}"
        else:
            allowed = ", ".join(map(str, values))
        add(f"{finding}(V)", allowed, vocabulary.meanings.get(finding, ""))
    meanings = vocabulary.meanings
    lines_of = f"L: 1 to {vocabulary.lines}; "
    add("received(L, T)", f"{lines_of}T: {', '.join(vocabulary.therapies)}", meanings["received"])
    add("stopped(L, R)", f"{lines_of}R: {', '.join(vocabulary.reasons)}", meanings["stopped"])
    add("toxic(L, A)", f"{lines_of}A: {', '.join(vocabulary.agents)}", meanings["toxic"])
    add("contraindicated(X)", f"X: {', '.join(vocabulary.limits)}", meanings["contraindicated"])
    add("unavailable(X)", "X: as for contraindicated(X)", meanings["unavailable"])
    return "\n".join(lines) + "\n"
