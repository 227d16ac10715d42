"""What is missing, against brute force over the completions."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod

import pytest
import reading
from variants import domain, numbers, unknown, varied

from crcasp import missing, parse_facts
from crcasp.cli import main
from crcasp.questions.patient import Patient

MOST = 30_000  # completions of one patient


def brute(patient: reading.Patient) -> dict[str, tuple[set[str], set[str]]]:
    """For each unknown finding what it decides and what it raises, where there is any."""
    sides = [{"side": side} for side in domain("side")] if "side" in unknown(patient) else [{}]
    found: dict[str, tuple[set[str], set[str]]] = {}
    for therapy in reading.read(patient).status:
        names, graded = reading.grades(patient, therapy, sides)
        for place, name in enumerate(names):
            groups: dict[tuple[reading.Value, ...], set[int]] = {}
            for values, grade in graded.items():
                groups.setdefault(values[:place] + values[place + 1 :], set()).add(grade)
            decides = any(0 in group and len(group) > 1 for group in groups.values())
            raises = any(len(group - {0}) > 1 for group in groups.values())
            if decides or raises:
                decided, raised = found.setdefault(name, (set(), set()))
                decided |= {therapy} if decides else set()
                raised |= {therapy} if raises else set()
    return found


def two_completions(patient: reading.Patient) -> dict[str, tuple[set[str], set[str]]]:
    """The same by the program, which asks for two completions that differ in one finding."""
    atoms = Patient.read(parse_facts(patient.facts())).completions().missing
    found: dict[str, tuple[set[str], set[str]]] = {}
    for place, predicate in enumerate(("decides", "raises")):
        for therapy, finding in atoms[predicate]:
            found.setdefault(str(finding), (set(), set()))[place].add(str(therapy))
    return found


def patients(seed: int, count: int) -> Iterator[reading.Patient]:
    rng = random.Random(seed)
    while count:
        patient = reading.random_patient(rng, ignorance=rng.choice([0.2, 0.4, 0.6]))
        if completions(patient) <= MOST:
            count -= 1
            yield patient


def completions(patient: reading.Patient) -> int:
    return prod(len(domain(name)) for name in unknown(patient))


def check(patient: reading.Patient) -> None:
    where = patient.facts()
    found = missing(parse_facts(where))
    if patient.findings.get("liver_metastases") == "none":
        assert found.findings == ()
        return
    ours = {item.finding: (set(item.decides), set(item.raises)) for item in found.findings}
    assert ours == brute(patient), where
    weights = [
        (not found.changes(item), -len(item.decides), -len(item.raises)) for item in found.findings
    ]
    assert weights == sorted(weights), where
    truth = reading.read(patient)
    for therapy, names in truth.missing.items():
        for name in names:
            assert therapy in ours[name][0], where
    for item in found.findings:
        check_outcomes(patient, item.finding, {o.value: o.preferred for o in item.outcomes})


def check_outcomes(
    patient: reading.Patient, name: str, outcomes: Mapping[str, tuple[tuple[str, ...], ...]]
) -> None:
    if name not in ("age", "ecog"):
        assert set(outcomes) == set(map(str, domain(name)))
    for value, preferred in outcomes.items():
        given: list[reading.Value] = [value]
        if name in ("age", "ecog"):
            given = list(numbers(name, value))
        for one in given:
            truth = reading.read(added(patient, name, one))
            assert set(map(frozenset, preferred)) == truth.preferred, (patient.facts(), name, one)


def added(patient: reading.Patient, name: str, value: reading.Value) -> reading.Patient:
    """The patient with one more fact; what else is given stays."""
    if name.startswith("stopped("):
        return varied(patient, {name: value})
    return replace(patient, findings={**patient.findings, name: value})


def test_random_patients() -> None:
    for patient in patients(1, 2):
        check(patient)


@pytest.mark.slow
@pytest.mark.parametrize("ignorance", [0.2, 0.4, 0.6])
def test_many_random_patients(ignorance: float) -> None:
    """Those of five hundred of whom something new is said; of every fifth what each value gives."""
    drawn = reading.telling(random.Random(2), 500, ignorance=ignorance)
    few = (patient for patient, _ in drawn if completions(patient) <= MOST)
    for number, patient in enumerate(few):
        if number % 5:
            assert two_completions(patient) == brute(patient), patient.facts()
        else:
            check(patient)


SETTLED = (  # so that little is open
    "country(other). tumor_burden(low). liver_metastases(resectable). disease_extent(liver_only). "
    "multifocal_liver_disease(absent). mmr(proficient). organ_function(inadequate). "
)


def test_side_raises_and_never_decides() -> None:
    facts = f"{SETTLED} ras(wild_type)."
    found = {item.finding: item for item in missing(parse_facts(facts)).findings}
    assert found["side"].decides == ()
    assert set(found["side"].raises) == {
        f"{regimen}+{partner}"
        for regimen in ("folfox", "folfiri")
        for partner in ("bevacizumab", "cetuximab")
    }


@pytest.mark.slow
def test_why_a_line_stopped_is_a_finding() -> None:
    facts = (
        f"{SETTLED} ras(mutant). received(1,folfox). received(2,folfiri). stopped(1,progression)."
    )
    found = {item.finding: item for item in missing(parse_facts(facts)).findings}
    assert [outcome.value for outcome in found["stopped(2)"].outcomes] == [
        "progression",
        "toxicity",
        "completed",
    ]
    assert "folfiri" in found["stopped(2)"].decides


def test_a_number_has_bounds_in_words() -> None:
    facts = f"{SETTLED.replace('burden(low)', 'burden(high)')} ras(mutant). side(left)."
    found = {item.finding: item for item in missing(parse_facts(facts)).findings}
    assert [outcome.value for outcome in found["age"].outcomes] == ["at most 70", "at least 71"]


COMPLETE = "examples/young_high_burden.lp"


def test_a_patient_who_lacks_nothing_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["missing", COMPLETE]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "bring another therapy into the preferred sets by these rules." in text
    assert main(["missing", COMPLETE, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "format": "crcasp/2",
        "together": [],
        "missing": [],
    }


def test_json_has_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["missing", "examples/left_sided_wild_type.lp", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    for item in answer["missing"]:
        assert list(item) == ["finding", "decides", "raises", "values"]
        for value in item["values"].values():
            assert list(value) == ["preferred"]


@pytest.mark.slow
def test_text_says_what_each_value_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["missing", "examples/nothing_tested.lp"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "right side: FOLFIRI or FOLFOX, each + bevacizumab preferred instead (benefit)" in text
    assert "right side: FOLFIRI or FOLFOX, each + bevacizumab (benefit)" in text


def test_of_a_patient_out_of_scope_nothing_is_missing() -> None:
    found = missing({"liver_metastases": "none"})
    assert (found.in_scope, found.findings) == (False, ())
    assert found.to_text().startswith("patient: what to test next")


@pytest.mark.slow
def test_a_constant_counts() -> None:
    facts = parse_facts("tumor_burden(high). age(72).")
    decided = [
        {name for it in missing(facts, constants=constants).findings for name in it.decides}
        for constants in ({}, {"younger_age": 75})
    ]
    assert ["folfoxiri" in names for names in decided] == [False, True]
