"""One patient, one answer: however it is grounded, in whichever thread, whoever was before."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, cast

import clingo
import pytest
import reading

import crcasp
from crcasp import Advice, InputError, parse_facts, recommend
from crcasp.program.engine import Engine, engine
from crcasp.program.files import Program, main_files, program_directory
from crcasp.program.grounding import Grounding
from crcasp.questions.decoder import decode

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(crcasp.__file__).parents[1])}
GRADES = ("benefit", "recommended", "considered")

Facts: TypeAlias = tuple[clingo.Symbol, ...]


def random_facts(seed: int) -> Facts:
    return parse_facts(reading.random_patient(random.Random(seed)).facts())


def new_engine() -> Engine:
    """An engine that has not answered anything yet."""
    shared = engine(Program())
    return Engine(shared.program, shared.vocabulary, shared.declared)


def blank(grounding: Grounding) -> Advice:
    """What a grounding says of the patient of whom nothing is known."""
    return decode(grounding.answer(), engine(Program()).table, ())


def asked(solver: Engine, facts: Facts) -> Advice:
    return decode(solver.answer(facts), solver.table, facts)


def asked_once(facts: Facts) -> Advice:
    solver = new_engine()
    return decode(solver.fresh(facts)[0], solver.table, facts)


# ---- the ways to answer are equal -----------------------------------------------------


def plain_models(facts: Iterable[clingo.Symbol], *options: str) -> list[dict[str, set[str]]]:
    """The models of the program as a user of clingo alone gets them, optimal ones if asked."""
    control = clingo.Control(["0", *options])
    for name in main_files():
        control.load(f"{program_directory()}/{name}")
    control.add("base", [], " ".join(f"{fact}." for fact in facts))
    control.ground([("base", [])])
    models: list[dict[str, set[str]]] = []
    with control.solve(yield_=True) as handle:
        for model in handle:
            if options and not model.optimality_proven:
                continue
            shown: dict[str, set[str]] = {}
            for symbol in model.symbols(shown=True):
                shown.setdefault(symbol.name, set()).add(plain_name(symbol.arguments[0]))
            models.append(shown)
    return models


def plain_name(term: clingo.Symbol) -> str:
    paired = term.type is clingo.SymbolType.Function and term.name == "with"
    return "+".join(map(str, term.arguments)) if paired else str(term)


@pytest.fixture(scope="module")
def solver() -> Engine:
    return new_engine()


def assert_all_ways_agree(solver: Engine, facts: Facts) -> None:
    generic = asked(solver, facts)
    specialized = asked(solver, facts)
    assert generic == specialized
    assert generic == asked_once(facts)
    assert generic == recommend(facts)

    models = plain_models(facts)
    sets = {frozenset(chosen.therapies): chosen.grade for chosen in generic.sets}
    assert len(sets) == len(generic.sets)
    assert len(models) == len(sets), "one model must be one set"
    given = {frozenset(model["recommended"]): model["set_grade"] for model in models}
    assert given == {therapies: {grade} for therapies, grade in sets.items()}
    best = plain_models(facts, "-cpreferred=1", "--opt-mode=optN")
    assert len(best) == len(generic.preferred)
    assert {frozenset(model["recommended"]) for model in best} == {
        frozenset(chosen.therapies) for chosen in generic.preferred
    }


@pytest.mark.parametrize("seed", range(4))
def test_all_ways_to_answer_agree(solver: Engine, seed: int) -> None:
    assert_all_ways_agree(solver, random_facts(seed))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 1200, 50))
def test_all_ways_to_answer_agree_on_many(solver: Engine, start: int) -> None:
    for seed in range(start, start + 50):
        assert_all_ways_agree(solver, random_facts(seed))


@pytest.mark.parametrize(
    "lines", [1, 3, *(pytest.param(lines, marks=pytest.mark.slow) for lines in (2, 5, 20))]
)
def test_a_history_of_any_length(lines: int) -> None:
    """Generic groundings are for 2, 4, 8, ... lines: the edges of each, and the longest history."""
    facts = parse_facts(
        " ".join(
            f"received({line}, {'folfox' if line % 2 else 'folfiri'})."
            for line in range(1, lines + 1)
        )
        + f" stopped({lines}, progression). ras(wild_type)."
    )
    solver = new_engine()
    first = asked(solver, facts)
    assert len(solver.groundings) == 1
    assert first.line == "beyond_first"
    assert len(first.history) == lines
    assert first == asked(solver, facts) == asked_once(facts)
    assert len(solver.groundings) == 2, "a history that comes again has a grounding of its own"


def test_a_line_too_many_is_refused() -> None:
    with pytest.raises(InputError):
        recommend({"history": [{"received": ["folfox"]}] * 21})


def test_the_random_patients_cover_the_sets() -> None:
    """What the agreement above is worth: patients with no set, one, many, of every grade."""
    answers = [recommend(random_facts(seed)) for seed in range(12)]
    assert {chosen.grade for advice in answers for chosen in advice.sets} == set(GRADES)
    assert {advice.line for advice in answers} == {"first", "beyond_first"}
    assert any(not advice.sets for advice in answers)
    assert any(len(advice.sets) > len(advice.preferred) > 1 for advice in answers)


# ---- several threads ------------------------------------------------------------------


def test_eight_threads_get_the_sequential_answers() -> None:
    patients = [random_facts(seed) for seed in range(100, 105)]
    answers = {facts: asked_once(facts) for facts in patients}
    patients *= 4
    random.Random(5).shuffle(patients)
    cold: Mapping[str, int] = {"fit_ecog": 1}  # its default, and so a program of its own
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda facts: recommend(facts, constants=cold), patients))
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


def test_a_patient_between_leaves_nothing_behind() -> None:
    solver = new_engine()
    for facts in (ONE, OTHER, ONE):
        assert asked(solver, facts) == asked_once(facts)
    assert asked(solver, ()) == asked_once(())


def test_random_patients_on_one_grounding_leave_nothing_behind() -> None:
    grounding = new_engine().for_lines(4)
    before = blank(grounding)
    for seed in range(200, 212):
        grounding.answer(random_facts(seed))
    assert blank(grounding) == before


def test_a_refused_patient_leaves_nothing_behind() -> None:
    with pytest.raises(InputError):
        parse_facts("age(54). age(55). side(left).")
    assert parse_facts("age(54). side(right).")


def boom(error: type[BaseException]) -> Callable[[Grounding], Any]:
    def fail(*_: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_aborted_ask_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    grounding = new_engine().for_lines(2)
    before = blank(grounding)
    with monkeypatch.context() as patch:
        patch.setattr(Grounding, "_solve", boom(error))
        with pytest.raises(error):
            grounding.answer(ONE)
    assert not grounding.lock.locked()
    assert blank(grounding) == before


def test_an_ask_aborted_before_it_solves_leaves_nothing_behind() -> None:
    grounding = new_engine().for_lines(2)
    before = blank(grounding)
    with pytest.raises((AttributeError, LookupError)):
        grounding.answer([*ONE, cast(clingo.Symbol, None)])
    assert not grounding.lock.locked()
    assert blank(grounding) == before


@pytest.mark.slow
def test_groundings_are_dropped_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crcasp.program.engine.CAPACITY", 2)
    solver = new_engine()
    patients = [random_facts(seed) for seed in range(300, 304)]
    for facts in patients * 2:
        assert asked(solver, facts) == asked_once(facts)
        assert len(solver.groundings) <= 2


# ---- to_dict --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(400, 410))
def test_the_dictionary_is_plain_json(seed: int) -> None:
    given = recommend(random_facts(seed)).to_dict()
    assert json.loads(json.dumps(given)) == given


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
