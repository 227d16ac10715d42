"""Reasons and objections suffice: of their cited facts alone the second reading says the same.

A line is numbered only after the lines below it, so those that are not cited come along whole.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache

import pytest
import reading
from clingo import parse_term

from crcasp import parse_facts, recommend
from crcasp.program.terms import word
from crcasp.results.advice import Condition


def atoms(patient: reading.Patient) -> list[str]:
    """The patient's own facts, one by one."""
    return [atom.rstrip(".") for atom in patient.facts().split()]


def line_of(fact: str) -> int | None:
    """The line of treatment that a fact speaks of."""
    found = re.match(r"(?:received|stopped|toxic)\((\d+),", fact)
    return int(found[1]) if found else None


def cited(conditions: Iterable[Condition]) -> set[str]:
    return {fact for condition in conditions for fact in condition.facts}


def numbered(patient: reading.Patient, facts: set[str]) -> frozenset[str]:
    """The facts, with what makes their lines of treatment valid input.

    Every lower line that no fact cites comes whole; a line cited only for its end comes with
    what it held.
    """
    own = atoms(patient)
    assert facts <= set(own), facts - set(own)
    lines = {line for fact in facts if (line := line_of(fact)) is not None}
    added: set[str] = set()
    for line in range(1, max(lines, default=0) + 1):
        whole = {fact for fact in own if line_of(fact) == line}
        received = {fact for fact in whole if fact.startswith("received(")}
        if line not in lines:
            added |= whole
        elif not received & facts:
            added |= received
    return frozenset(facts | added)


@cache
def read(facts: frozenset[str]) -> reading.Reading:
    """What the second reading says of some facts."""
    findings: dict[str, reading.Value] = {}
    of_line: dict[str, dict[int, set[str]]] = {"received": {}, "stopped": {}, "toxic": {}}
    limits: dict[str, set[str]] = {"contraindicated": set(), "unavailable": set()}
    for atom in map(parse_term, facts):
        *line, value = (word(argument) for argument in atom.arguments)
        if line:
            of_line[atom.name].setdefault(int(line[0]), set()).add(str(value))
        elif atom.name in limits:
            limits[atom.name].add(str(value))
        else:
            findings[atom.name] = value
    received, stopped, toxic = (
        {line: frozenset(items) for line, items in found.items()} for found in of_line.values()
    )
    return reading.read(
        reading.Patient(
            findings,
            received,
            {line: why for line, (why,) in stopped.items()},
            frozenset(limits["contraindicated"]),
            frozenset(limits["unavailable"]),
            toxic,
        )
    )


def check(patient: reading.Patient) -> tuple[int, int]:
    """Check every reason and every excluded therapy of a patient, and count them."""
    reasons = objections = 0
    for name, verdict in recommend(parse_facts(patient.facts()), tests=False).therapies.items():
        for reason in verdict.because:
            facts = numbered(patient, cited(reason.conditions))
            where = (name, reason.statement, sorted(facts), patient.facts())
            assert read(facts).status.get(name) == "eligible", where
            assert reason.statement in read(facts).statements[name], where
            reasons += 1
        if verdict.status == "excluded":
            conditions = [item for objection in verdict.against for item in objection.conditions]
            facts = numbered(patient, cited(conditions))
            where = (name, "excluded", sorted(facts), patient.facts())
            assert read(facts).status.get(name, "excluded") == "excluded", where
            objections += 1
    return reasons, objections


def check_random(seed: int, patients: int) -> None:
    rng = random.Random(seed)
    counts = [check(reading.random_patient(rng)) for _ in range(patients)]
    assert all(sum(column) > patients for column in zip(*counts, strict=True))


def test_cited_facts_suffice() -> None:
    check_random(31, 2)


@pytest.mark.slow
def test_cited_facts_suffice_for_many_patients() -> None:
    check_random(32, 100)
