"""Answers taken at their word: each sentence about a condition holds of patient and table."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
import reading
from sentences import All, Reader, Sentence, atoms, holds

from crcasp import Advice, explain, missing, parse_facts, recommend
from crcasp.results.advice import Condition, Together
from crcasp.views import document_of
from crcasp.views.advice import ADDS
from crcasp.views.document import Check, Item, Section

READER = Reader()
GRADES = {name: rank for rank, name in reading.GRADES.items()}


def patients(seed: int, number: int) -> Iterator[reading.Patient]:
    rng = random.Random(seed)
    found = 0
    while found < number:
        patient = reading.random_patient(rng)
        if reading.read(patient).in_scope:
            found += 1
            yield patient


def known(advice: Advice) -> dict[str, object]:
    """What the program says that the findings are, those of the history too."""
    values: dict[str, object] = {"line": advice.line}
    values |= {item.name: item.value for item in advice.findings if item.value is not None}
    conditions: Iterator[Condition] = (
        item
        for verdict in advice.verdicts
        for reason in (*verdict.because, *verdict.against)
        for item in reason.conditions
    )
    return values | {it.finding: it.value for it in conditions if it.value is not None}


def sections(result: object, title: str) -> list[Section]:
    blocks = document_of(result).blocks
    return [it for it in blocks if isinstance(it, Section) and it.title == title]


# ---- tests that could add a therapy ----------------------------------------------------------


def with_values(patient: reading.Patient, sentence: Sentence) -> Iterator[reading.Patient]:
    """Yield the patient with findings that a sentence names, once for each value that it allows."""
    choices: list[reading.Patient] = [patient]
    for finding, values in atoms(sentence):
        choices = [one for old in choices for one in _with(old, finding, values)]
    yield from choices


def _with(
    patient: reading.Patient, finding: str, values: frozenset[str]
) -> Iterator[reading.Patient]:
    for value in values:
        bound = re.fullmatch(r"at (?:most|least) (\d+)", value)
        number = bound[1] if bound else value
        line = re.fullmatch(r"stopped\((\d)\)", finding)
        if line:
            stops = {**patient.stopped, int(line[1]): value}
            yield replace(patient, stopped=stops)
        else:
            said: str | int = int(number) if number.isdigit() else number
            yield replace(patient, findings={**patient.findings, finding: said})


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_tests_add_what_they_say_they_add(seed: int) -> None:
    """By the brute-force reading: each therapy is added by all of the findings, not by fewer."""
    said = 0
    for patient in patients(seed, 6 if seed == 1 else 25):
        now = reading.read(patient)
        found = missing(parse_facts(patient.facts()))
        for section in sections(found, ADDS):
            for item in section.blocks:
                if isinstance(item, Item):
                    said += 1
                    condition, _, adds = item.text.partition(": ")
                    check_test(patient, now, READER.read(condition), adds)
        for joint in found.together:
            check_smallest(patient, dict(joint.findings), joint)
    assert said > 3


def best(read: reading.Reading) -> int:
    return max((GRADES[read.set_grade[chosen]] for chosen in read.preferred), default=0)


def check_test(
    patient: reading.Patient, now: reading.Reading, sentence: Sentence, adds: str
) -> None:
    """The grades, and whether the sets stand beside those of now or instead of them."""
    for changed in with_values(patient, sentence):
        then = reading.read(changed)
        for part in adds.split("; "):
            preferred = re.search(r"(also preferred|preferred instead|preferred) \((\w+)\)$", part)
            if preferred:
                assert best(then) == GRADES[preferred[2]], (patient.facts(), part)
                instead = preferred[1] == "preferred instead"
                assert (best(then) > best(now) > 0) == instead, (patient.facts(), part)
                assert (preferred[1] == "preferred") == (best(now) == 0), (patient.facts(), part)
            else:
                assert part.endswith(" eligible"), part


def check_smallest(patient: reading.Patient, values: Mapping[str, str], joint: Together) -> None:
    """All of the findings do it, and none of them is needless."""
    pairs = values.items()
    for changed in with_values(patient, All((name, frozenset((it,))) for name, it in pairs)):
        then = reading.read(changed)
        assert {then.status[name] for name in joint.allows} <= {"eligible"}, patient.facts()
        preferred = {name for chosen in then.preferred for name in chosen}
        assert preferred.issuperset(joint.prefers), (patient.facts(), joint)
    for left in values:
        fewer = All((name, frozenset((it,))) for name, it in pairs if name != left)
        for changed in with_values(patient, fewer):
            status = reading.read(changed).status
            assert "eligible" not in {status[name] for name in joint.allows}, patient.facts()


# ---- what excludes -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_what_excludes_is_so_and_what_is_needed_is_not(seed: int) -> None:
    said = 0
    for patient in patients(seed, 8 if seed == 3 else 60):
        advice = recommend(parse_facts(patient.facts()), tests=False)
        values = known(advice)
        for section in sections(advice, "Excluded"):
            for item in section.blocks:
                assert isinstance(item, Item)
                needs = re.fullmatch(r"Statements? .+? needs? (.+?)(?:; here (.+))?", item.text)
                if needs is None or "eligible beside" in needs[1]:
                    continue
                said += 1
                assert not holds(READER.read(needs[1]), values), (patient.facts(), item.text)
                for found in filter(
                    None, [needs[2], *(it.partition(": ")[0] for it in item.details if ": " in it)]
                ):
                    assert holds(READER.read(found), values), (patient.facts(), item)
    assert said > 5


@pytest.mark.parametrize("seed", [6, pytest.param(5, marks=pytest.mark.slow)])
def test_what_is_met_is_met_and_what_is_not_is_not(seed: int) -> None:
    """The conditions of an explanation, in words, against what the findings are."""
    for patient in patients(seed, 2 if seed == 6 else 5):
        facts = parse_facts(patient.facts())
        values = known(recommend(facts, tests=False))
        for therapy in ("folfiri+cetuximab", "regorafenib", "folfirinox", "tace"):
            explanation = explain(facts, therapy)
            values |= {
                item.finding: item.value
                for way in explanation.ways
                for item in way.conditions
                if item.value is not None
            }
            for section in document_of(explanation).blocks:
                if isinstance(section, Section) and section.title.endswith("offer it"):
                    for check in section.blocks:
                        if isinstance(check, Check) and check.state in ("met", "not_met"):
                            so = holds(READER.read(check.condition), values)
                            assert so == (check.state == "met"), (patient.facts(), check)
