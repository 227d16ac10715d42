"""The program against the brute-force reading of the table, over random patients.

The reading (`reading.py`) shares nothing with the program: it decides complete patients
only, and enumerates the completions of the unknown.
"""

from __future__ import annotations

import random
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


def test_random_patients() -> None:
    rng = random.Random(11)
    for patient in (reading.random_patient(rng) for _ in range(15)):
        advice = recommend(parse_facts(patient.facts()), tests=False)
        assert not disagreements(advice, reading.read(patient)), patient.facts()


@pytest.mark.slow
def test_all_that_is_said_of_thousands_of_random_patients() -> None:
    """Each notice stands, and each therapy is seen in each of the three ways.

    Each verdict, statement, finding that decides and set of the 6,000 is seen; a registry answers
    as many whole (`test_cohort.py`).
    """
    seen: set[tuple[str, str]] = set()
    noticed: set[str] = set()
    for patient, read in reading.telling(random.Random(101), 6000):
        advice = recommend(patient.mapping(), tests=False)
        assert not disagreements(advice, read), patient.facts()
        noticed |= read.notices
        seen.update((name, verdict.status) for name, verdict in advice.therapies.items())
    assert noticed == set(NOTICES.values())
    statuses = ("eligible", "undetermined", "excluded")
    assert seen >= {(name, status) for name in reading.THERAPIES for status in statuses}
