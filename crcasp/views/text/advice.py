"""An answer as text."""

from __future__ import annotations

from collections.abc import Iterable

from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Advice
from crcasp.views.groups import advice as groups
from crcasp.views.text.layout import Text
from crcasp.views.wording import BULLET, HANGING, by, cited, found, needs


def advice_text(advice: Advice, words: Wording, width: int = 80, *, every_set: bool = False) -> str:
    """Return an answer as text; `every_set` adds the sets that are not preferred."""
    text = Text(width)
    _patient(text, groups.patient(advice, words))
    for notice in advice.notices:
        text.gap()
        text.add("Note", notice)
    if advice.in_scope:
        _preferred(text, advice, words)
        if every_set:
            _other_sets(text, advice, words)
        undetermined = groups.undetermined(advice, words)
        if undetermined:
            text.gap("Undetermined until it is known:")
            text.bullets(f"{findings}: for {therapies}" for findings, therapies in undetermined)
        left_out = groups.left_out(advice, words)
        if left_out:
            text.gap("Left out")
            text.bullets(f"{therapies}: {reason}" for therapies, reason in left_out)
    return text.closed()


def _patient(text: Text, patient: groups.Patient) -> None:
    known = [patient.line]
    for name, value, facts, interpretations in patient.findings:
        derived = f" (from {', '.join([*facts, *interpretations])})" if facts else ""
        known.append(f"{name} {value}{derived}")
    text.add("Patient", f"{'; '.join(known)}.")
    for number, over in patient.history:
        text.add(f"  Line {number}", f"{over}.")
    for name, kind in patient.limits:
        text.add("", f"{name} is {kind}.")


def _preferred(text: Text, advice: Advice, words: Wording) -> None:
    number, others = len(advice.preferred), len(advice.sets) - len(advice.preferred)
    if not number:
        return
    text.gap()
    grade = advice.preferred[0].grade
    graded = f"; grade: {grade}" if grade else ""
    text.add("Preferred", f"{'One set' if number == 1 else f'Any one of {number} sets'}{graded}.")
    _sets(text, groups.rows(advice.preferred, advice, words))
    if others:
        more = "set" if others == 1 else "sets"
        text.add("    ", f"{others} more {more} of a lower grade: see --all.", BULLET)
    _why(text, groups.of_sets(advice.preferred), advice, words)


def _other_sets(text: Text, advice: Advice, words: Wording) -> None:
    rest = [chosen for chosen in advice.sets if not chosen.preferred]
    for grade in dict.fromkeys(chosen.grade for chosen in rest):
        sets = [chosen for chosen in rest if chosen.grade == grade]
        text.gap()
        text.add("Also", f"{len(sets)} of grade {grade}." if grade else f"{len(sets)}.")
        _sets(text, groups.rows(sets, advice, words))
    shown = groups.of_sets(advice.preferred)
    more = [name for name in groups.of_sets(rest) if name not in shown]
    _why(text, more, advice, words)


def _sets(text: Text, rows: Iterable[groups.Row]) -> None:
    """Add sets; first therapies that stand with the same others share a line."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        relied = f" ({by(row.interpretations)})" if row.interpretations else ""
        alike.setdefault((row.company, relied), []).append(row.first)
    for (company, relied), names in alike.items():
        each = "" if company == groups.ALONE else ", each " if len(names) > 1 else ", "
        text.bullets([f"{listed(names, 'or')}{each}{company if each else ''}{relied}"])


def _why(text: Text, therapies: Iterable[str], advice: Advice, words: Wording) -> None:
    for index, (reason, names) in enumerate(groups.supports(therapies, advice, words)):
        if not index:
            text.gap("Why")
        said = f"{names}: {reason.text}{cited(reason.references)}"
        text.add(f"  {reason.statement}", said, HANGING)
        grounds = [
            found(item, words) + (needs(item, words) if item.value is None else "")
            for item in reason.conditions
            if item.facts or item.value is None
        ]
        grounds += filter(None, [by(reason.interpretations)])
        if grounds:
            text.add("", f"- {'; '.join(grounds)}", HANGING)
