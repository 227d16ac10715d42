"""The language of overlays against a brute-force reading of it (`overlay_reading.py`)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import random_overlays
import reading
from overlay_reading import (
    Branch,
    Case,
    Overlay,
    Read,
    Reader,
    TooMany,
    World,
    accepts,
    read,
)
from random_overlays import Given, term

from crcasp import Advice, recommend
from crcasp.facts import read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.results.advice import Condition, Verdict


class Asked:
    """One patient under one overlay, read both ways."""

    def __init__(self, overlay: Overlay, given: Given, path: Path) -> None:
        self.overlay, self.given, self.path = overlay, given, path
        self.reader = Reader(given.patient, overlay, given.extra)
        self.read = read(self.reader)
        vocabulary = engine(Program.build([path])).vocabulary
        self.facts = list(read_text(given.facts(), "facts", vocabulary).facts)
        self.advice = recommend(self.facts, overlays=[path], tests=False)
        self.where = f"{path.read_text()}\n% {given.facts()}"

    def without(self, *cases: Case) -> Read:
        """What the definition says if these cases did not stand in the overlay."""
        kept = tuple(case for case in self.overlay.cases if case not in cases)
        overlay = replace(self.overlay, cases=kept)
        return read(Reader(self.given.patient, overlay, self.given.extra))


def asked(seed: int, overlays: int, patients: int, ignorance: float, at: Path) -> Iterator[Asked]:
    """Random overlays, each with random patients; those of whom too much is unknown left out."""
    rng = random.Random(seed)
    for number in range(overlays):
        overlay = random_overlays.random_overlay(rng)
        path = at / f"{seed}_{number}.lp"
        path.write_text(random_overlays.rules(overlay))
        for _ in range(patients):
            try:
                yield Asked(overlay, random_overlays.random_patient(rng, ignorance), path)
            except TooMany:
                continue


def answered(advice: Advice) -> Read:
    """What the program says, in the terms of the reading."""
    verdicts = advice.therapies
    eligible = {name: v for name, v in verdicts.items() if v.status == "eligible"}
    undetermined = {name: v for name, v in verdicts.items() if v.status == "undetermined"}
    return Read(
        status={name: verdict.status for name, verdict in verdicts.items()},
        missing={name: set(verdict.missing) for name, verdict in undetermined.items()},
        statements={name: set(verdict.statements) for name, verdict in eligible.items()},
        partly={
            name: set()
            if verdict.statements
            else {str(reason.source) for reason in verdict.because}
            for name, verdict in eligible.items()
        },
        grade={name: str(verdict.grade) for name, verdict in eligible.items()},
        sets={frozenset(chosen.therapies): chosen.grade for chosen in advice.sets},
    )


def check(one: Asked) -> None:
    found = answered(one.advice)
    for kind in ("status", "missing", "statements", "partly", "grade", "sets"):
        assert getattr(found, kind) == getattr(one.read, kind), (kind, one.where)
    assert len(one.advice.sets) == len(found.sets), one.where


# ---- reasons ---------------------------------------------------------------------------------


def check_reasons(one: Asked) -> None:
    """A bar that excludes is named and decides; so is what keeps a grade down."""
    bars = [case for case in one.overlay.cases if not case.ceiling]
    lowers = [case for case in one.overlay.cases if case.ceiling]
    spared, unlowered = one.without(*bars), one.without(*lowers)
    for name, verdict in one.advice.therapies.items():
        if verdict.status == "excluded" and spared.status.get(name) != "excluded":
            sources = {case.source for case in bars}
            barring = {item.exclusion for item in verdict.against} & sources
            others = {source for _, source, _ in one.overlay.beside}
            if not barring:  # it fell with the regimen that it stands beside
                assert others, (name, one.where)
                findings = {c.finding for item in verdict.against for c in item.conditions}
                assert "beside" in findings, (name, one.where)
                continue
            assert verdict.deciding in barring, (name, one.where)
        if verdict.status == "eligible" and unlowered.grade[name] != verdict.grade:
            assert verdict.lowered, (name, one.where)


def check_reasons_of_the_known(one: Asked) -> None:
    """Of a complete patient: exactly the cases that hold are named, with what they need."""
    world = World(one.reader.known)
    world |= {name: str(value) for name, value in one.given.extra.items()}
    world |= {n: v for n, v in zip(("kras", "nras", "ras"), one.reader.genes, strict=True) if v}
    given = one.given.patient.findings
    world |= {name: given[name] for name in ("braf", "braf_v600e", "kras_g12c")}
    for verdict in one.advice.verdicts:
        branches = [b for b in one.reader.branches if b.therapy == verdict.therapy]
        check_objections(one, verdict, branches, world)
        check_lowered(one, verdict, branches, world)


def check_objections(one: Asked, verdict: Verdict, branches: list[Branch], world: World) -> None:
    if verdict.status != "excluded":
        return
    holding: dict[str, list[Case]] = {}
    for case in one.overlay.cases:
        bears = any(
            one.reader.in_line(branch.statement)
            and one.reader.is_offered(branch)
            and one.reader.speaks_of(case, branch, one.reader.subjects(branch))
            for branch in branches
        )
        if not case.ceiling and bears and one.reader.holds_case(case, world):
            holding.setdefault(case.source, []).append(case)
    named = {item.exclusion: item for item in verdict.against}
    sources = {case.source for case in one.overlay.cases if not case.ceiling}
    assert named.keys() & sources == holding.keys(), (verdict.therapy, one.where)
    offering = {branch.statement for branch in branches}
    for source, cases in holding.items():
        if source in offering:  # what it needs itself stands among its conditions
            continue
        for condition in named[source].conditions:
            if condition.finding not in ("advised", "line"):
                assert ends(one, condition, cases, world), (verdict.therapy, condition, one.where)


def ends(one: Asked, condition: Condition, cases: list[Case], world: World) -> bool:
    """Whether each of the values that a condition asks for ends one of the cases."""
    return all(
        any(
            condition.finding in case.needs
            and not any(accepts(wanted, value) for wanted in case.needs[condition.finding])
            for case in cases
        )
        for needed in condition.needs
        for value in values_of(needed)
    )


def values_of(needed: str) -> list[str | int]:
    """The values, or the two ends, of what a condition says in words."""
    bound = re.fullmatch(r"at (most|least) (\d+)", needed)
    if bound:
        return [int(bound[2]), int(bound[2]) + (-1000 if bound[1] == "most" else 1000)]
    return [int(needed) if needed.isdigit() else needed]


def check_lowered(one: Asked, verdict: Verdict, branches: list[Branch], world: World) -> None:
    if verdict.status != "eligible":
        return
    sinking: dict[str, list[Case]] = {}
    for case in one.overlay.cases:
        for branch in branches:
            own = branch.grade or one.reader.statements[branch.statement][1]
            if (
                0 < case.ceiling < own
                and one.reader.stands(branch, world)
                and one.reader.speaks_of(case, branch, (branch.therapy,))
                and one.reader.compares(case, world)
            ):
                sinking.setdefault(case.source, []).append(case)
    named = {reason.statement: reason for reason in verdict.lowered}
    assert named.keys() == sinking.keys(), (verdict.therapy, one.where)
    for source, cases in sinking.items():
        for condition in named[source].conditions:
            if condition.finding in ("advised", "line"):
                continue
            if condition.finding.startswith("eligible("):
                assert preferred(one, condition, cases, world), (condition, one.where)
                continue
            assert any(condition.finding in case.needs for case in cases), (condition, one.where)
            value = one.reader.value(condition.finding, world)
            wanted = [case.needs.get(condition.finding, ()) for case in cases]
            assert any(accepts(w, value) for needs in wanted for w in needs), (
                condition,
                one.where,
            )


def preferred(one: Asked, condition: Condition, cases: list[Case], world: World) -> bool:
    """Whether one of the cases is a branch that lets through the therapy that is named."""
    return any(
        (branch.statement, branch.name) == (case.source, case.name)
        and condition.finding == f"eligible({term(branch.therapy)})".replace(", ", ",")
        and one.reader.stands(branch, world)
        for case in cases
        for branch in one.reader.branches
    )


SLOW = pytest.mark.slow


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "overlays", "patients"),
    [(1, 1, 6), pytest.param(2, 6, 8, marks=SLOW)],
)
def test_complete_patients(seed: int, overlays: int, patients: int, tmp_path: Path) -> None:
    for one in asked(seed, overlays, patients, 0, tmp_path):
        check(one)
        check_reasons(one)
        check_reasons_of_the_known(one)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "overlays", "patients", "ignorance"),
    [
        (3, 1, 4, 0.4),
        pytest.param(4, 4, 8, 0.3, marks=SLOW),
        pytest.param(5, 4, 8, 0.6, marks=SLOW),
    ],
)
def test_what_is_unknown_comes_to_what_all_completions_do(
    seed: int, overlays: int, patients: int, ignorance: float, tmp_path: Path
) -> None:
    for one in asked(seed, overlays, patients, ignorance, tmp_path):
        check(one)
        check_reasons(one)


@pytest.mark.slow
def test_what_counts_only_beside_another_counts_there(tmp_path: Path) -> None:
    rng = random.Random(6)
    met = 0
    for number in range(25):
        overlay = random_overlays.with_ties(rng, random_overlays.random_overlay(rng))
        path = tmp_path / f"{number}.lp"
        path.write_text(random_overlays.rules(overlay))
        for ignorance in (0.1, 0.4):
            given = random_overlays.random_patient(rng, ignorance)
            with suppress(TooMany):
                one = Asked(overlay, random_overlays.of_the_liver(rng, given), path)
                check(one)
                met += any({*it.therapies} & reading.LOCOREGIONAL for it in one.advice.sets)
    assert met > 15
