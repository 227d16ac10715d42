"""One patient, one answer: in whichever thread, whoever was before."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, cast

import clingo
import pytest
import reading

import crcasp
from crcasp import InputError, parse_facts, recommend
from crcasp.program.completions import stated
from crcasp.program.engine import engine
from crcasp.program.files import Program

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(crcasp.__file__).parents[1])}
GRADES = ("benefit", "recommended", "considered")

Facts: TypeAlias = tuple[clingo.Symbol, ...]


def random_facts(seed: int) -> Facts:
    return parse_facts(reading.random_patient(random.Random(seed)).facts())


@pytest.mark.parametrize("lines", [1, 3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_history_of_any_length(lines: int) -> None:
    history = [{"received": ["folfiri" if line % 2 else "folfox"]} for line in range(lines)]
    advice = recommend({"history": history, "ras": "wild_type"}, tests=False)
    assert advice.line == "beyond_first"
    assert len(advice.history) == lines


def test_a_line_too_many_is_refused() -> None:
    with pytest.raises(InputError):
        recommend({"history": [{"received": ["folfox"]}] * 21})


@pytest.mark.slow
def test_the_random_patients_cover_the_sets() -> None:
    """What the agreement above is worth: patients with no set, one, many, of every grade."""
    answers = [recommend(random_facts(seed), tests=False) for seed in range(12)]
    assert {chosen.grade for advice in answers for chosen in advice.sets} == set(GRADES)
    assert {advice.line for advice in answers} == {"first", "beyond_first"}
    assert any(not advice.sets for advice in answers)
    assert any(len(advice.sets) > len(advice.preferred) > 1 for advice in answers)


def test_the_table_is_not_that_of_the_first_patient(tmp_path: Path) -> None:
    (tmp_path / "o.lp").write_text('withdrawn("I8") :- contraindicated(hai).')
    limits = ({"contraindicated": [it]} for it in ("hai", "tace"))
    one, other = (recommend(facts, overlays=[tmp_path / "o.lp"]) for facts in limits)
    assert [it.to_dict()["rules"]["withdrawn"] for it in (one, other)] == [["I8"], []]
    assert engine(Program.build([tmp_path / "o.lp"])).table.withdrawn == ()


# ---- several threads ------------------------------------------------------------------


def test_eight_threads_get_the_sequential_answers() -> None:
    patients = [random_facts(seed) for seed in range(100, 104)]
    answers = {facts: recommend(facts, tests=False) for facts in patients}
    patients *= 2
    random.Random(5).shuffle(patients)
    cold: Mapping[str, int] = {"fit_ecog": 1}  # its default, and so a program of its own
    with ThreadPoolExecutor(8) as pool:
        given = list(
            pool.map(lambda facts: recommend(facts, constants=cold, tests=False), patients)
        )
    assert given == [answers[facts] for facts in patients]


def test_threads_that_check_and_refuse() -> None:
    """The input check is one grounding for all: a refusal must not leak into another answer."""
    texts = ["kras(mutant). ras(wild_type).", "kras(mutant).", "ras(wild_type)."] * 16

    def outcome(text: str) -> str:
        try:
            return " ".join(map(str, parse_facts(text)))
        except InputError as error:
            return str(error)

    expected = [outcome(text) for text in texts[:3]] * 16
    assert "contradicts" in expected[0]
    assert "contradicts" not in expected[1] + expected[2]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, texts)) == expected


def test_an_engine_is_made_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        program = Program.build(constants={"younger_age": 69})
        engines = list(pool.map(lambda _: engine(program), range(16)))
    assert len(set(map(id, engines))) == 1


# ---- results are immutable ------------------------------------------------------------


def parts(value: object) -> list[object]:
    """The value and everything that can be reached from it."""
    found = [value]
    if isinstance(value, tuple):
        for element in value:
            found += parts(element)
    return found


RICH = (
    "received(1, (folfox; cetuximab)). stopped(1, progression). received(2, hai). "
    "kras(wild_type). nras(wild_type). primary_site(rectum). contraindicated(tace)."
)


@pytest.mark.parametrize("source", [RICH, "", "liver_metastases(none)."])
def test_nothing_that_is_reached_from_a_result_can_change(source: str) -> None:
    advice = recommend(parse_facts(source))
    for part in parts(advice):
        for name in getattr(part, "_fields", ()):
            with pytest.raises(AttributeError):
                setattr(part, name, None)
        assert part is None or isinstance(part, (tuple, str, int)), part


def test_verdicts_cannot_be_replaced() -> None:
    advice = recommend(parse_facts(RICH))
    therapies = cast(dict[str, object], advice.therapies)
    with pytest.raises(TypeError):
        therapies["folfox"] = None
    with pytest.raises(TypeError):
        del therapies["folfox"]


def test_what_is_missing_is_a_copy() -> None:
    verdict = recommend({}).therapies["sox"]
    verdict.missing.append("nothing")
    assert verdict.missing == ["country"]
    assert verdict.missing is not verdict.missing


def test_the_dictionary_is_a_copy() -> None:
    advice = recommend(parse_facts(RICH))
    before = json.dumps(advice.to_dict())
    given: Any = advice.to_dict()
    given["sets"].clear()
    given["therapies"]["folfox"]["status"] = "gone"
    given["therapies"].pop("folfiri")
    given["notices"].append("gone")
    assert json.dumps(advice.to_dict()) == before


# ---- no patient leaves anything behind ------------------------------------------------

ONE = parse_facts(
    "age(54). kras(wild_type). nras(wild_type). side(left). received(1, folfox). "
    "stopped(1, toxicity). contraindicated(bevacizumab)."
)
OTHER = parse_facts("mmr(deficient). received(1, folfox). unavailable(hai).")


@pytest.mark.slow
def test_a_patient_between_leaves_nothing_behind() -> None:
    before = [recommend(facts) for facts in (ONE, OTHER, ())]
    assert [recommend(facts) for facts in (ONE, OTHER, ())] == before


def test_a_refused_patient_leaves_nothing_behind() -> None:
    with pytest.raises(InputError):
        parse_facts("age(54). age(55). side(left).")
    assert parse_facts("age(54). side(right).")


# ---- to_dict --------------------------------------------------------------------------


def test_facts_are_stated_in_one_order() -> None:
    """Or `diff` gives other examples under another hash seed."""
    assert stated(OTHER) == stated(reversed(OTHER))


DUMP = """
import json, sys
from crcasp import parse_facts, recommend
for facts in sys.argv[1:]:
    for _ in range(2):
        print(json.dumps(recommend(parse_facts(facts)).to_dict()))
"""


@pytest.mark.slow
def test_the_dictionary_is_the_same_bytes_under_any_hash_seed() -> None:
    patients = [reading.random_patient(random.Random(seed)).facts() for seed in range(500, 504)]
    expected = []
    for facts in patients:
        expected += [json.dumps(recommend(parse_facts(facts)).to_dict())] * 2
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", DUMP, *patients],
            env={**ENVIRONMENT, "PYTHONHASHSEED": seed},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
        assert done.stdout.splitlines() == expected
