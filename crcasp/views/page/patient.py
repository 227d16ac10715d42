"""The patient as understood: what is known, what was derived, what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crcasp.facts import FactBase
from crcasp.program.engine import Answer
from crcasp.program.terms import natural
from crcasp.program.vocabulary import LIMITS
from crcasp.program.wording import Wording
from crcasp.results.advice import Advice

HISTORY = "stopped("
LINE = "line"


@dataclass(frozen=True, slots=True)
class Known:
    """A finding in words.

    Attributes:
        name: what it is called.
        value: what it is.
        facts: the patient's own facts from which it was derived; () where it was given.
        interpretations: the choices by which it was.
    """

    name: str
    value: str
    facts: tuple[str, ...]
    interpretations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient in words.

    Attributes:
        line: the line of therapy.
        given: findings as they were given.
        derived: findings that were derived from others or from the history.
        unknown: findings that the table asks about and that are not known.
        history: each line of treatment: its number, what it held, why it stopped, and the
            agents that the toxicity was due to, "" where none is given.
        limits: what the patient cannot have, and why.
    """

    line: str
    given: tuple[Known, ...]
    derived: tuple[Known, ...]
    unknown: tuple[str, ...]
    history: tuple[tuple[int, str, str, str], ...]
    limits: tuple[tuple[str, str], ...]


def patient(advice: Advice, base: FactBase, answer: Answer, wording: Wording) -> Patient:
    """Return the patient of an answer in words."""
    given, derived, unknown = [], [], []
    for finding in advice.findings:
        if finding.value is None:
            unknown.append(wording.name(finding.name))
            continue
        if finding.name.startswith(HISTORY):
            continue
        facts = tuple(fact for fact in finding.facts if not fact.startswith(f"{finding.name}("))
        value = wording.name(finding.value)
        if facts:
            derived.append(Known(wording.name(finding.name), value, facts, finding.interpretations))
        else:
            given.append(Known(wording.name(finding.name), value, (), ()))
    given += _unused(base, advice, wording)
    asked = {finding.name for finding in advice.findings}
    limits = {name for name, _ in advice.limits}
    derived += _from_history(answer, asked | limits, wording)
    if not any(item.name == wording.name(LINE) for item in derived):
        given.insert(0, Known(wording.name(LINE), wording.name(advice.line), (), ()))
    return Patient(
        wording.name(advice.line),
        tuple(given),
        tuple(derived),
        tuple(unknown),
        tuple(
            (
                line.number,
                " + ".join(map(wording.name, line.received)),
                wording.name(line.stopped) if line.stopped else "reason unknown",
                wording.names(line.toxic),
            )
            for line in advice.history
        ),
        tuple((wording.name(name), kind) for name, kind in advice.limits),
    )


def _unused(base: FactBase, advice: Advice, wording: Wording) -> list[Known]:
    """Return what was given and shows no finding by itself, such as half of a whole."""
    used = {fact for finding in advice.findings for fact in finding.facts}
    return [
        Known(wording.name(fact.name), wording.name(str(fact.arguments[0])), (), ())
        for fact in sorted(base.facts)
        if len(fact.arguments) == 1 and fact.name not in LIMITS and str(fact) not in used
    ]


def _from_history(answer: Answer, others: set[str], wording: Wording) -> Sequence[Known]:
    """Return what the history shows and no finding says."""
    facts: dict[str, list[str]] = {}
    for finding, _, fact in answer.atoms.get("shows", ()):
        facts.setdefault(str(finding), []).append(str(fact))
    values = {str(finding): value for finding, value in answer.atoms.get("is", ())}
    names = sorted((name for name in facts if name not in others), key=natural)
    return [
        Known(
            wording.name(name),
            wording.name(values[name]),
            tuple(sorted(facts[name], key=natural)),
            (),
        )
        for name in names
    ]
