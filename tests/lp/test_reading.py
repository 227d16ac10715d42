"""The program against the brute-force reading of the table, over random patients.

The reading (`reading.py`) shares nothing with the program: it decides complete patients
only, and enumerates the completions of the unknown.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import reading
from clingo import ast

from crcasp import Advice, parse_facts, recommend
from crcasp.program.files import program_directory


def notices() -> dict[str, str]:
    """The id of each notice, by its text."""
    found: dict[str, str] = {}

    def visit(node: ast.AST) -> None:
        if node.ast_type == ast.ASTType.Rule and str(node.head).startswith("notice("):
            name, text = node.head.atom.symbol.arguments
            found[text.symbol.string] = name.symbol.string

    ast.parse_files([str(Path(program_directory()) / "reasons.lp")], visit)
    return found


NOTICES = notices()


def disagreements(advice: Advice, read: reading.Reading) -> dict[str, object]:
    """What the program says and the reading does not, by kind; empty if they agree."""
    verdicts = advice.therapies.items()
    eligible = [(name, verdict) for name, verdict in verdicts if verdict.status == "eligible"]
    pairs: dict[str, tuple[object, object]] = {
        "scope": (advice.in_scope, read.in_scope),
        "notices": (sorted(NOTICES[text] for text in advice.notices), sorted(read.notices)),
        "line": (advice.line, read.line),
        "status": ({name: verdict.status for name, verdict in verdicts}, read.status),
        "missing": (
            {name: sorted(v.missing) for name, v in verdicts if v.status == "undetermined"},
            {name: sorted(findings) for name, findings in read.missing.items()},
        ),
        "statements": (
            {name: list(verdict.statements) for name, verdict in eligible},
            read.statements,
        ),
        "grade": ({name: verdict.grade for name, verdict in eligible}, read.grade),
        "sets": ({frozenset(chosen.therapies) for chosen in advice.sets}, read.sets),
        "one model a set": (len(advice.sets), len(read.sets)),
        "preferred": ({frozenset(best.therapies) for best in advice.preferred}, read.preferred),
        "set grade": (
            {frozenset(chosen.therapies): chosen.grade for chosen in advice.sets},
            read.set_grade,
        ),
    }
    return {kind: pair for kind, pair in pairs.items() if pair[0] != pair[1]}


def assert_agreement(seed: int, patients: int) -> None:
    rng = random.Random(seed)
    seen: set[tuple[str, str]] = set()
    noticed: set[str] = set()
    for _ in range(patients):
        patient = reading.random_patient(rng)
        read = reading.read(patient)
        advice = recommend(parse_facts(patient.facts()))
        assert not disagreements(advice, read), patient.facts()
        noticed |= read.notices
        seen.update((name, verdict.status) for name, verdict in advice.therapies.items())
    assert noticed == set(NOTICES.values())
    # The sample must have shown each therapy in each of the three ways.
    named = {name for name, _ in seen if name in TABLE}
    assert named == TABLE
    assert {status for _, status in seen} == {"eligible", "undetermined", "excluded"}
    if patients >= 1000:
        statuses = ("eligible", "undetermined", "excluded")
        assert {(name, status) for name in TABLE for status in statuses} <= seen


TABLE = {
    "folfox",
    "folfiri",
    "folfox+bevacizumab",
    "folfiri+bevacizumab",
    "folfox+cetuximab",
    "folfiri+cetuximab",
    "folfox+panitumumab",
    "folfiri+panitumumab",
    "sox",
    "iris",
    "folfirinox",
    "folfoxiri",
    "fluorouracil_leucovorin",
    "folfiri+aflibercept",
    "folfiri+ramucirumab",
    "regorafenib",
    "trifluridine_tipiracil",
    "pembrolizumab",
    "nivolumab",
    "nivolumab+ipilimumab",
    "hai",
    "tace",
    "radioembolization",
}


@pytest.mark.parametrize("seed", [11, *(pytest.param(n, marks=pytest.mark.slow) for n in (12, 13))])
def test_random_patients(seed: int) -> None:
    assert_agreement(seed, 150)


@pytest.mark.slow
def test_many_random_patients() -> None:
    assert_agreement(101, 3000)


@pytest.mark.parametrize("patients", [5, pytest.param(25, marks=pytest.mark.slow)])
def test_every_level_of_ignorance_about_every_finding(patients: int) -> None:
    """Take each finding away from patients who are fully known, one and two at a time."""
    rng = random.Random(7)
    for _ in range(patients):
        patient = reading.random_patient(rng, ignorance=0)
        known = sorted(patient.findings)
        for gone in [{name} for name in known] + [set(rng.sample(known, 2)) for _ in range(4)]:
            findings = {name: v for name, v in patient.findings.items() if name not in gone}
            partial = replace(patient, findings=findings)
            advice = recommend(partial.mapping())
            assert not disagreements(advice, reading.read(partial)), partial.facts()


@pytest.mark.parametrize("patients", [8, pytest.param(30, marks=pytest.mark.slow)])
def test_filling_in_never_turns_a_definite_verdict(patients: int) -> None:
    rng = random.Random(5)
    for _ in range(patients):
        patient = reading.random_patient(rng, ignorance=0)
        names = sorted(patient.findings)
        kept = {name: patient.findings[name] for name in rng.sample(names, len(names) // 2)}
        partial = replace(patient, findings=kept)
        if patient.findings.get("liver_metastases") == "none":
            continue
        before, after = recommend(partial.mapping()), recommend(patient.mapping())
        for name, verdict in before.therapies.items():
            if verdict.status != "undetermined" and not _retested(patient, kept):
                assert after.therapies[name].status == verdict.status, (name, partial.facts())


def _retested(patient: reading.Patient, kept: dict[str, str | int]) -> bool:
    """I3: a positive second test overrules a negative one, which alone had settled it."""
    tests = [("mmr", "deficient"), ("msi", "high")]
    positive = any(patient.findings.get(test) == value for test, value in tests)
    return positive and not any(kept.get(test) == value for test, value in tests)
