"""The advice on one patient as a row: for a program that is no circuit."""

from __future__ import annotations

from typing import TypeAlias

from crcasp.program.terms import natural
from crcasp.registry.judging import Judge, Standing
from crcasp.registry.outcome import AND, LIST, OR
from crcasp.results.advice import Advice

Answer: TypeAlias = tuple[object, ...]


def columns_of(advice: Advice, given: tuple[str, ...] | None, judge: Judge) -> Answer:
    """Return the advice on one patient as the columns of results.

    Args:
        advice: the advice.
        given: the therapies that were given, if any were.
        judge: what compares them.
    """

    def having(status: str) -> str:
        verdicts = advice.therapies.values()
        return LIST.join(sorted(item.therapy for item in verdicts if item.status == status))

    findings = {name for verdict in advice.therapies.values() for name in verdict.missing}
    missing = LIST.join(sorted(findings, key=natural))
    answer = (
        advice.in_scope,
        advice.line,
        advice.preferred[0].grade if advice.preferred else None,
        OR.join(AND.join(chosen.therapies) for chosen in advice.preferred),
        having("eligible"),
        having("undetermined"),
        missing,
    )
    if not given:
        return (*answer, None, None)
    standings = [_standing(advice, name) for name in given]
    return (*answer, *judge.judged(given, _look(advice, given), standings, missing))


def _look(advice: Advice, given: tuple[str, ...]) -> str:
    if not advice.in_scope:
        return "out_of_scope"
    for chosen in advice.sets:
        if {*chosen.therapies} == {*given}:
            return "preferred" if chosen.preferred else "eligible"
    return ""


def _standing(advice: Advice, therapy: str) -> Standing:
    verdict = advice.therapies.get(therapy)
    if verdict is None or (verdict.status == "excluded" and verdict.deciding is None):
        return Standing("")
    if verdict.status != "excluded":
        return Standing(verdict.status)
    source = verdict.deciding or ""
    findings = [
        condition.finding
        for objection in verdict.against
        if objection.statement == source
        for condition in objection.conditions
    ]
    # In the order of terms, names come before what has arguments.
    finding = min(findings, key=lambda name: ("(" in name, name), default="")
    return Standing("excluded", source, finding)
