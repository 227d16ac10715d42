"""Reasons and objections suffice: a recommendation from their cited facts alone says the same.

A line is numbered only after the lines below it, so those that are not cited come along whole.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache

import pytest
import reading

from crcasp import Advice, parse_facts, recommend
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
def advised(facts: frozenset[str]) -> Advice:
    return recommend(parse_facts(" ".join(f"{fact}." for fact in sorted(facts))), tests=False)


def check(patient: reading.Patient) -> tuple[int, int]:
    """Check every reason and every excluded therapy of a patient, and count them."""
    reasons = objections = 0
    for name, verdict in recommend(parse_facts(patient.facts()), tests=False).therapies.items():
        for reason in verdict.because:
            facts = numbered(patient, cited(reason.conditions))
            found = advised(facts).therapies.get(name)
            where = (name, reason.statement, sorted(facts), patient.facts())
            assert found is not None, where
            assert found.status == "eligible", where
            assert reason.statement in found.statements, where
            reasons += 1
        if verdict.status == "excluded":
            conditions = [item for objection in verdict.against for item in objection.conditions]
            facts = numbered(patient, cited(conditions))
            found = advised(facts).therapies.get(name)
            where = (name, "excluded", sorted(facts), patient.facts())
            assert found is None or found.status == "excluded", where
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
    check_random(32, 200)
