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
        is_notice = str(node).startswith(("notice(", "if_none("))
        if node.ast_type == ast.ASTType.Rule and is_notice:
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


def assert_agreement(seed: int, patients: int) -> tuple[set[tuple[str, str]], set[str]]:
    """Compare random patients; return the verdicts and the notices that were seen."""
    rng = random.Random(seed)
    seen: set[tuple[str, str]] = set()
    noticed: set[str] = set()
    for _ in range(patients):
        patient = reading.random_patient(rng)
        read = reading.read(patient)
        advice = recommend(parse_facts(patient.facts()), tests=False)
        assert not disagreements(advice, read), patient.facts()
        noticed |= read.notices
        seen.update((name, verdict.status) for name, verdict in advice.therapies.items())
    return seen, noticed


def test_random_patients() -> None:
    assert_agreement(11, 25)


@pytest.mark.slow
def test_many_random_patients() -> None:
    """Each notice stands, and each therapy is seen in each of the three ways."""
    seen, noticed = assert_agreement(101, 1500)
    assert noticed == set(NOTICES.values())
    statuses = ("eligible", "undetermined", "excluded")
    assert seen >= {(name, status) for name in reading.THERAPIES for status in statuses}


@pytest.mark.slow
@pytest.mark.parametrize("patients", [1, pytest.param(25, marks=pytest.mark.slow)])
def test_every_level_of_ignorance_about_every_finding(patients: int) -> None:
    """Take each finding away from patients who are fully known, one and two at a time."""
    rng = random.Random(7)
    for _ in range(patients):
        patient = reading.random_patient(rng, ignorance=0)
        known = sorted(patient.findings)
        for gone in [{name} for name in known] + [set(rng.sample(known, 2)) for _ in range(4)]:
            findings = {name: v for name, v in patient.findings.items() if name not in gone}
            partial = replace(patient, findings=findings)
            advice = recommend(partial.mapping(), tests=False)
            assert not disagreements(advice, reading.read(partial)), partial.facts()
