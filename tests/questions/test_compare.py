"""Comparisons: the differences of two answers, and the facts behind them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import reading
from variants import unknown, varied

from crcasp import Comparison, compare, parse_facts
from crcasp.cli import main
from crcasp.results.comparison import KINDS
from crcasp.results.shapes import as_json

RANK = {None: 0, "considered": 1, "recommended": 2, "benefit": 3}


def compared(before: str, after: str) -> Comparison:
    return compare(parse_facts(before), parse_facts(after))


def check(before: reading.Patient, after: reading.Patient) -> None:
    found = compared(before.facts(), after.facts())
    where = f"{before.facts()} / {after.facts()}"
    old, new = reading.read(before), reading.read(after)
    kinds = {item.therapy: item.kind for item in found.differences}
    for therapy in {*old.status, *new.status}:
        was, now = old.status.get(therapy, "excluded"), new.status.get(therapy, "excluded")
        change = RANK[new.grade.get(therapy)] - RANK[old.grade.get(therapy)]
        expected = None
        if was == now:
            expected = None if not change else "raised" if change > 0 else "lowered"
        elif "eligible" in (was, now):
            expected = "gained" if now == "eligible" else "lost"
        else:
            expected = "opened" if now == "undetermined" else "ruled_out"
        assert kinds.get(therapy) == expected, (therapy, where)
    facts = [set(map(str, parse_facts(patient.facts()))) for patient in (before, after)]
    assert set(found.without) == facts[0] - facts[1]
    assert set(found.added) == facts[1] - facts[0]
    for item in found.differences:
        assert set(item.because_without) <= set(found.without), where
        assert set(item.because_with) <= set(found.added), where
        if "undetermined" not in (item.before, item.after) and old.in_scope and new.in_scope:
            assert item.because_with or item.because_without, (item, where)


def test_out_of_scope_has_no_verdict() -> None:
    found = compared("ras(mutant).", "ras(mutant). liver_metastases(none).")
    kinds = {item.kind for item in found.differences}
    assert kinds == {"lost", "ruled_out"}  # what was excluded before is not listed
    assert {item.after for item in found.differences} == {None}
    lost = as_json(found.of("lost")[0])
    assert lost["after"] == {"status": None, "grade": None}
    text = " ".join(found.to_text().split())
    assert "eligible, recommended -> out of scope" in text
    assert "the second: out of scope: the table does not speak of this patient" in text


@pytest.mark.slow
def test_random_pairs() -> None:
    rng = random.Random(1)
    for _ in range(5):
        check(reading.random_patient(rng), reading.random_patient(rng))


@pytest.mark.slow
def test_before_and_after_a_test() -> None:
    rng = random.Random(2)
    for _ in range(12):
        patient = reading.random_patient(rng)
        open_findings = [name for name in unknown(patient) if name in reading.DOMAINS]
        if open_findings:
            name = rng.choice(open_findings)
            check(patient, varied(patient, {name: reading.DOMAINS[name][0]}))


def test_ras_is_tested() -> None:
    found = compared("side(left).", "side(left). kras(wild_type). nras(wild_type).")
    gained = {item.therapy: item for item in found.of("gained")}
    assert set(gained) == {
        f"{regimen}+{partner}"
        for regimen in ("folfox", "folfiri")
        for partner in ("cetuximab", "panitumumab")
    }
    item = gained["folfox+cetuximab"]
    assert (item.before, item.after, item.grades) == ("undetermined", "eligible", (None, "benefit"))
    assert item.because_with == ("kras(wild_type)", "nras(wild_type)")


def test_the_side_raises() -> None:
    (first, second) = compared("ras(mutant).", "ras(mutant). primary_site(cecum).").differences
    assert {first.therapy, second.therapy} == {"folfox+bevacizumab", "folfiri+bevacizumab"}
    assert first.kind == second.kind == "raised"
    assert first.because_with == ("primary_site(cecum)",)


def test_the_same_patient_has_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    example = "examples/refractory.lp"
    assert main(["compare", example, example]) == 0
    assert "Every therapy has the same verdict and grade." in capsys.readouterr().out


def test_json_has_its_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.lp").write_text("side(left).")
    (tmp_path / "b.lp").write_text("side(left). contraindicated(oxaliplatin).")
    files = [str(tmp_path / "a.lp"), str(tmp_path / "b.lp")]
    assert main(["compare", *files, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["format", "without", "with", *KINDS, "preferred"]
    lost = {item["therapy"]: item for item in answer["lost"]}
    assert lost["folfox"] == {
        "therapy": "folfox",
        "before": {"status": "eligible", "grade": "recommended"},
        "after": {"status": "excluded", "grade": None},
        "because": {"without": [], "with": ["contraindicated(oxaliplatin)"]},
    }


def test_standard_input_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "-", "-"]) == 2
    assert "only once" in capsys.readouterr().err


def test_who_is_out_of_scope_has_no_verdict() -> None:
    after = {"history": [{"received": ["folfox"], "stopped": "progression"}]}
    text = " ".join(compare(after, {"liver_metastases": "none"}).to_text().lower().split())
    assert "no verdict for the second" in text
    assert "excluded for the second" not in text


def test_the_facts_behind_a_difference_are_those_of_what_differs() -> None:
    """Neither the age nor the performance status, which differ, too, stands behind it."""
    found = compared(
        "side(left). kras(wild_type). nras(wild_type). ecog(0).",
        "side(left). kras(mutant). ecog(1). age(60).",
    )
    assert {(it.kind, it.because_without, it.because_with) for it in found.differences} == {
        ("lost", ("kras(wild_type)", "nras(wild_type)"), ("kras(mutant)",))
    }
    assert found.added == ("age(60)", "ecog(1)", "kras(mutant)")
    found = compared("ras(mutant). received(1, folfox).", "ras(mutant).")
    lost = {it.therapy: it.because_without for it in found.of("lost")}
    assert lost["folfiri+aflibercept"] == ("received(1,folfox)",)
    assert {it.because_without for it in found.of("gained")} == {("received(1,folfox)",)}


def test_what_the_new_fact_is_in_the_way_of_is_said() -> None:
    """Statement 9 failed before, too: by late disease, it is 12 that does not support HAI."""
    facts = "liver_metastases(resectable). received(1, folfox). stopped(1, progression)."
    found = compared(facts, f"{facts} multifocal_liver_disease(late).")
    text = " ".join(found.to_text().split())
    early = "needs early multifocal liver disease; here late multifocal liver disease"
    assert f"-> excluded: statement 12 {early}" in text
