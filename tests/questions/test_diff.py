"""What changes between two tables: everything that does, for everybody, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import reading
from clingo import Function, Symbol, parse_term
from trials import TRIAL, trial
from two_tables import CONSTANTS, Table, changes, fits, random_overlay, random_patient

from crcasp import Diff, UsageError, diff, parse_facts, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import word
from crcasp.questions.both import Both
from crcasp.questions.diff import TableComparison
from crcasp.questions.side_by_side import read_apart
from crcasp.results.diff import Changed

TURNED = {"gained": "lost", "lost": "gained", "raised": "lowered", "lowered": "raised"}


@pytest.mark.slow
def test_a_trial() -> None:
    found = trial()
    (change,) = [it for it in found.changes if it.kind == "gained"]
    assert change.therapy == "pembrolizumab"
    assert (change.before.status, change.after) == ("excluded", ("eligible", "benefit"))
    assert change.example.facts == ("mmr(deficient)",)
    assert change.example.preferred.after == (("pembrolizumab",),)
    assert change.because == ("KEYNOTE-177",)
    (when,) = change.when
    conditions = {(one.finding, one.values) for one in when}
    assert {("line", ("first",)), ("mmr", ("deficient",))} <= conditions
    assert [it.kind for it in found.changes].count("lowered") == 4
    assert set(found.unchanged) == set(reading.THERAPIES) - {it.therapy for it in found.changes}
    assert found.preferred.example
    assert found.preferred.example.facts == ("mmr(deficient)",)


@pytest.mark.slow
def test_a_table_against_itself() -> None:
    assert diff(overlays=[TRIAL], old=[TRIAL]).same


@pytest.mark.slow
def test_exchanged_it_is_turned_round() -> None:
    turned = diff(old=[TRIAL])
    assert {(it.therapy, TURNED[it.kind], it.after, it.before) for it in turned.changes} == {
        (it.therapy, it.kind, it.before, it.after) for it in trial().changes
    }


@pytest.mark.slow
def test_a_number_is_described_in_the_bands_of_both_tables() -> None:
    found = diff(constants={"younger_age": 75})
    ages = {
        one.values for it in found.changes for way in it.when for one in way if one.finding == "age"
    }
    assert ages == {("71 to 75",)}
    assert {it.because for it in found.changes} == {("4", "younger_age=75")}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('{ withdrawn("I7") }.', "o.lp:1:1: this leaves more than one answer"),
        (":- recommended(folfox), recommended(hai).", "o.lp:1:1: .* constraints, which leave"),
    ],
)
def test_what_it_would_ignore_is_refused(tmp_path: Path, rule: str, said: str) -> None:
    (tmp_path / "o.lp").write_text(rule)
    with pytest.raises(UsageError, match=said):
        diff(overlays=[tmp_path])


TWO_NEEDS = """exclusion("N", "frail"). bars("N", k, oxaliplatin). needs("N", k, age, at_least(80)).
bars("N", k2, irinotecan). needs("N", k2, organ_function, inadequate).
needs("N", k2, ecog, at_least(1)).
bars("N", k3, by("1", any, folfox)). needs("N", k3, tumor_burden, high).
"""
NEW_AGENTS = """regimen(newfox). composed(newfox, (agent_a; agent_b)).
statement("NEW", beyond_first, recommended). text("NEW", "a trial"). reference("NEW", "a trial").
offers("NEW", b, newfox). needs("NEW", b, mmr, deficient).
"""
MEMBER = "member(anti_vegf, regorafenib)."
CAPOX = """statement("N", beyond_first, benefit). text("N", "a trial"). reference("N", "a trial").
offers("N", b, capox)."""
OF_ONE_LINE = (
    CAPOX + 'needs("N", b, stopped(2), toxicity).',
    CAPOX + 'needs("N", b, stopped(1), (toxicity; progression)). exclusion("Y", "a warning").'
    'bars("Y", k, regorafenib). needs("Y", k, stopped(2), completed).',
)
TWO_GRADES = """exclusion("Z", "cetuximab is worth less in the frail").
lowers("Z", k1, cetuximab, recommended). needs("Z", k1, ecog, at_least(2)).
lowers("Z", k2, cetuximab, considered). needs("Z", k2, organ_function, inadequate).
"""


@pytest.mark.slow
def test_each_pair_of_grades_has_its_own_patients(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(TWO_GRADES)
    found = diff(overlays=[overlay]).changes
    unknown = {
        (it.before.grade, it.after.grade): {
            only.finding for way in it.when for only in way if only.or_unknown
        }
        for it in found
        if it.therapy == "folfox+cetuximab"
    }
    assert unknown == {
        ("benefit", "recommended"): {"ecog"},  # not side: without it, it was recommended before
        ("benefit", "considered"): {"organ_function"},
        ("recommended", "considered"): {"organ_function", "side"},
    }
    frail = {"ras": "wild_type", "side": "left", "ecog": 2, "organ_function": "adequate"}
    for unknown_too in ({}, {"ecog": None}, {"side": None}, {"organ_function": None}):
        patient = {**frail, **unknown_too}
        grades = [
            recommend(patient, overlays=files).therapies["folfox+cetuximab"].grade
            for files in ([], [overlay])
        ]
        lowered = not unknown_too or "ecog" in unknown_too
        assert (grades == ["benefit", "recommended"]) == lowered, patient


@pytest.mark.slow
@pytest.mark.parametrize("text", [TWO_NEEDS, NEW_AGENTS, TWO_GRADES, *OF_ONE_LINE, MEMBER])
def test_overlays_that_were_too_much(text: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(text)
    assert checked(Program.build(), Program.build([overlay]), random.Random(1)) > 0


# Overlays that say nothing else of a fully known patient, with what is not compared then.
AS_GIVEN: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    'withdrawn("I1").': [("side", ("I1",))],
    'withdrawn("I2").': [("ras", ("I2",))],
    'withdrawn("I3").': [("mmr", ("I3",)), ("notice", ())],
    "implies(braf, mutant, ras, wild_type).": [("braf", ()), ("ras", ())],
    "assumed_never(mmr, deficient).": [("mmr", ())],
    "value(tumor_burden, medium).": [("tumor_burden", ())],
    "stop_reason(wish).": [("stop_reason", ())],
    "regimen(fruquintinib).": [("again(fruquintinib)", ())],
    "partner(encorafenib).": [("again(encorafenib)", ())],
    'notice("N", "a note") :- says(ecog, 2, _).': [("notice", ())],
    "drug(resection).": [("notice", ()), ("again(resection)", ())],
    CAPOX + 'needs("N", b, lines_before, at_least(5)). needs("N", b, earlier(tace), yes).': [
        ("notice", ())
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("text", AS_GIVEN)
def test_what_the_facts_as_given_say_is_not_the_same(text: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(text)
    found = diff(overlays=[overlay])
    assert not found.changes
    assert [tuple(it) for it in found.as_given] == AS_GIVEN[text]
    assert not found.same
    written = found.to_dict()["as_given"]
    assert [(it["what"], tuple(it["interpretations"])) for it in written] == AS_GIVEN[text]
    turned = [engine(Program.build(it)) for it in ([overlay], [])]
    assert list(map(str, read_apart(turned))) == [what for what, _ in AS_GIVEN[text]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        *("received(2, folfox)", "stopped(1, toxicity)", "is(stopped(2), toxicity)"),
        *("toxic(1, oxaliplatin)", "contraindicated(oxaliplatin)", "unavailable(oxaliplatin)"),
        *("eligible(folfox)", 'because(folfox, "1")', 'met("8", refractory, ecog)'),
        *('holds("1", any)', 'offer("1", any, folfox)', 'applies("1", any, folfox)'),
        *("grade(folfox, recommended)", "has_grade(folfox, 2)", "is(ras, mutant)"),
    ],
)
def test_notices_differ_whatever_they_hang_on(body: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(f'notice("N", "a note") :- {body}.')
    engines = [engine(Program.build(it)) for it in ([], [overlay])]
    assert list(map(str, read_apart(engines))) == ["notice"]


# Rules that say of the facts as they are given what is said already.
GIVEN_ALIKE = (
    'implies(braf_v600e, yes, braf, mutant) :- in_force("I1").',
    "value(spleen, (yes; no)). given(spleen, V, spleen(V)) :- spleen(V). #defined spleen/1."
    " given(spleen, yes, primary_site(S)) :- primary_site(S), S = splenic_flexure."
    " implies(spleen, yes, side, S) :- sided(splenic_flexure, S)."
    ' means(spleen, "a finding").',
    'needs("4", (ras; braf), ecog, at_most(4)).',
)


@pytest.mark.slow
@pytest.mark.parametrize("text", GIVEN_ALIKE)
def test_what_is_read_alike_is_the_same(text: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(text)
    assert diff(overlays=[overlay]).as_given == ()


@pytest.mark.slow
def test_a_value_that_one_table_never_assumes_is_compared(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text('assumed_never(mmr, deficient). withdrawn("10.2").')
    found = {it.therapy: it.after.grade for it in diff(overlays=[overlay]).changes}
    assert found == {"pembrolizumab": "considered"}


@pytest.mark.slow
def test_a_class_is_compared_with_what_each_table_says_of_it(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(MEMBER)
    changed = {named(it) for it in diff(overlays=[overlay]).changes}
    assert ("regorafenib", "lost", "recommended", None) in changed


@pytest.mark.slow
def test_only_constants_that_bound_a_need_are_named() -> None:
    found = diff(overlays=[TRIAL], constants={"younger_age": 60, "fit_ecog": 1, "unfit_ecog": 2})
    because = {it.therapy: it.because for it in found.changes}
    assert because["pembrolizumab"] == ("KEYNOTE-177",)
    assert because["folfoxiri"] == ("4", "younger_age=60")
    assert all("=" not in it or it == "younger_age=60" for own in because.values() for it in own)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_what_is_unchanged_is_so_of_partly_known_patients(seed: int, tmp_path: Path) -> None:
    rng = random.Random(100 + seed)
    overlay = tmp_path / "random.lp"
    overlay.write_text("\n".join(random_overlay(rng, n) for n in range(2)))
    found = diff(overlays=[overlay])
    read_apart = {it.what for it in found.as_given}
    assert read_apart <= {"notice", "country"}
    for _ in range(30):
        facts = reading.random_patient(rng).facts()
        before, after = (
            recommend(parse_facts(facts), overlays=it, tests=False) for it in ([], [overlay])
        )
        for name in found.unchanged if "country" not in read_apart else ():
            old, new = (
                (it.therapies[name].status, it.therapies[name].grade)
                if name in it.therapies
                else ("excluded", None)  # as it is not offered
                for it in (before, after)
            )
            assert old == new, (name, facts)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_overlays_against_both_answers(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    overlay = tmp_path / "random.lp"
    overlay.write_text("\n".join(random_overlay(rng, n) for n in range(rng.choice((1, 1, 2)))))
    name = rng.choice([*CONSTANTS])
    constants = {name: rng.choice(CONSTANTS[name])} if rng.random() < 0.3 else {}
    checked(Program.build(), Program.build([overlay], constants), rng)


def checked(old: Program, new: Program, rng: random.Random) -> int:
    """Check a comparison against both tables, patient by patient; return how many change."""
    both = Both(old, new)
    found = TableComparison(both).diff()
    of = {named(it): it for it in found.changes}
    changed = 0
    for _ in range(40):
        facts = random_patient(rng, new)
        if of and rng.random() < 0.5:
            facts = _near(rng.choice([*of.values()]).example.facts, facts, rng)
        if any(engine(program).issues(facts) for program in both.given):
            continue
        before, after = (Table(program, facts) for program in both.programs)
        real = changes(before, after)
        assert real <= of.keys(), facts
        for name, it in of.items():
            ways = [way for way in it.when if all(fits(one, before, after, facts) for one in way)]
            assert bool(ways) == (name in real), (name, facts)
            for way in ways:
                unknown = {one.finding for one in way if one.or_unknown}
                known = [fact for fact in facts if fact.name not in unknown]
                if unknown and rng.random() < 0.3:
                    grades = [certain_grade(it.therapy, own, known) for own in both.programs]
                    assert grades == [it.before.grade, it.after.grade], (name, known)
        assert not {therapy for therapy, *_ in real} & set(found.unchanged)
        changed += bool(real)
    _examples(found, both)
    return changed


def named(change: Changed) -> tuple[str, str, str | None, str | None]:
    """What changes and how, as `two_tables.changes` says it."""
    return change.therapy, change.kind, change.before.grade, change.after.grade


def certain_grade(therapy: str, program: Program, facts: list[Symbol]) -> str | None:
    """The grade of a therapy that is eligible whatever is unknown turns out to be, else None."""
    completions = engine(program).completions(facts)
    ranks = {str(rank): str(grade) for grade, rank in completions.facts("rank", 2)}
    found = [atom.arguments for atom in completions.certain if atom.name == "has_grade"]
    own = [str(rank) for name, rank in found if str(word(name)) == therapy]
    return ranks[max(own)] if own else None


def _near(example: tuple[str, ...], facts: list[Symbol], rng: random.Random) -> list[Symbol]:
    """Return the example with the findings that it leaves open as those of another patient."""
    given = [parse_term(fact) for fact in example]
    names = {fact.name for fact in given} | {"received", "stopped", "toxic", "contraindicated"}
    stopped = {fact.arguments[0] for fact in given if fact.name == "stopped"}
    lines = {fact.arguments[0] for fact in given if fact.name == "received"} - stopped
    reasons = [Function(rng.choice(("progression", "toxicity", "completed"))) for _ in lines]
    stops = [Function("stopped", [*it]) for it in zip(lines, reasons, strict=True)]
    return [*given, *stops, *(fact for fact in facts if fact.name not in names)]


def _examples(found: Diff, both: Both) -> None:
    for it in found.changes:
        assert it.because
        assert any(it.before) or any(it.after)
        facts = [parse_term(fact) for fact in it.example.facts]
        before, after = (Table(program, facts) for program in both.programs)
        assert named(it) in changes(before, after), facts
