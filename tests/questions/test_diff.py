"""What changes between two tables: everything that does, for everybody, and nothing else."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest
import reading
from clingo import Symbol
from trials import TRIAL, trial
from two_tables import CONSTANTS, Side, fits, kinds, known, patient, random_overlay

from crcasp import Diff, InputError, UsageError, diff, parse_facts, recommend
from crcasp.program.files import Program

ROOT = Path(__file__).parents[2]
# With few statements and two lines of treatment, tables are compared in a moment.
FEW = "".join(f'withdrawn("{name}"). ' for name in reading.STATEMENTS if name not in ("3", "6.1"))
TURNED = {
    "gained": "lost",
    "lost": "gained",
    "raised": "lowered",
    "lowered": "raised",
    "opened": "ruled_out",
    "ruled_out": "opened",
}


def test_a_small_table(tmp_path: Path) -> None:
    few, more = tmp_path / "few.lp", tmp_path / "more.lp"
    few.write_text(FEW)
    more.write_text('withdrawn("I13").')
    found = diff(overlays=[few, more], constants={"max_lines": 2}, old=[few])
    assert [(it.therapy, it.kind) for it in found.changes] == [
        (therapy, kind) for therapy in ("iris", "sox") for kind in ("lost", "ruled_out")
    ]
    for it in found.changes:
        assert {"3", "I13"} <= set(it.because)
        assert it.smallest == (("country(japan)",) if it.kind == "lost" else ())
    assert set(found.unchanged) == set(reading.THERAPIES) - {"sox", "iris"}
    assert found.preferred.changes
    japan = {"country": "japan"}
    standing = [recommend(japan, overlays=it).therapies for it in ([few], [few, more])]
    for therapy in ("sox", "iris"):
        assert [verdicts[therapy].status for verdicts in standing] == ["eligible", "excluded"]


@pytest.mark.slow
def test_a_trial() -> None:
    found = trial().to_dict()
    change = next(it for it in found["changes"] if it["kind"] == "gained")
    assert [change["therapy"], change["kind"]] == ["pembrolizumab", "gained"]
    assert change["before"] == {"status": "excluded"}
    assert change["after"] == {"status": "eligible", "grade": "benefit"}
    assert change["smallest"] == ["mmr(deficient)"]
    assert change["because"] == ["KEYNOTE-177"]
    (when,) = change["when"]
    assert {"finding": "line", "values": ["first"]} in when
    assert {"finding": "mmr", "values": ["deficient"]} in when
    assert found["preferred"]["changes"]
    (fact,) = found["preferred"]["smallest"]  # of several as small, any
    patient_of = parse_facts(f"{fact}.")
    updated = recommend(patient_of, overlays=[TRIAL])
    assert {it.therapies for it in recommend(patient_of).preferred} != {
        it.therapies for it in updated.preferred
    }
    assert [item["kind"] for item in found["changes"]] == ["lowered"] * 4 + ["gained", "opened"]
    changed = {item["therapy"] for item in found["changes"]}
    assert set(found["unchanged"]) == set(reading.THERAPIES) - changed
    lowered = found["changes"][0]
    assert lowered["therapy"] == "folfiri+bevacizumab"
    assert lowered["because"] == ["KEYNOTE-177"]
    ((*conditions,),) = lowered["when"]
    assert {it["finding"] for it in conditions if it["values"] != ["allowed"]} == {
        "line", "liver_metastases", "mmr", "side",
    }  # fmt: skip
    assert {"finding": "mmr", "values": ["deficient", "unknown"]} in conditions


@pytest.mark.slow
def test_a_table_against_itself() -> None:
    for path in ([], [TRIAL]):
        found = diff(overlays=path, old=path)
        assert found.same
        assert found.changes == ()
        assert set(found.unchanged) == set(reading.THERAPIES)


@pytest.mark.slow
def test_exchanged_it_is_turned_round() -> None:
    turned = diff(old=[TRIAL])
    assert {
        (it.therapy, TURNED[it.kind], it.when, it.after, it.before) for it in turned.changes
    } == {(it.therapy, it.kind, it.when, it.before, it.after) for it in trial().changes}
    assert turned.unchanged != ()
    assert all(it.because for it in turned.changes)


@pytest.mark.slow
def test_what_does_it_is_named(tmp_path: Path) -> None:
    fitness = diff(constants={"fit_ecog": 2})
    assert {it.because for it in fitness.changes} == {("8", "fit_ecog=2")}
    (tmp_path / "w.lp").write_text('withdrawn("I8").')
    withdrawn = diff(overlays=[tmp_path])
    assert withdrawn.changes
    assert all("I8" in it.because for it in withdrawn.changes)


def test_a_folder_without_overlays_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.lp file"):
        diff(overlays=[tmp_path])
    with pytest.raises(UsageError, match="cannot be read"):
        diff(old=["nowhere.lp"])


@pytest.mark.slow
def test_a_number_is_described_in_the_bands_of_both_tables() -> None:
    found = diff(constants={"younger_age": 75})
    ages = {
        one.values for it in found.changes for way in it.when for one in way if one.finding == "age"
    }
    assert ages == {("71 to 75",)}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('{ withdrawn("I7") }.', "o.lp:1: diff cannot compare tables with choices"),
        (":- recommended(folfox), recommended(hai).", "o.lp:1: .* constraints, which leave"),
        (":- ras(mutant). #defined ras/1.", "o.lp:1: .* constraints, which leave"),
        (":- .", "o.lp:1: .* constraints, which leave"),
        pytest.param(
            'withdrawn("I8") :- not withdrawn("I8").',
            "o.lp: diff cannot compare tables with rules that lead back to themselves",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            'withdrawn("I8") :- not withdrawn("I7"). withdrawn("I7") :- not withdrawn("I8").',
            "o.lp: diff cannot compare tables with rules that lead back to themselves",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_it_would_ignore_is_refused(tmp_path: Path, rule: str, said: str) -> None:
    (tmp_path / "o.lp").write_text(rule)
    with pytest.raises(UsageError, match=said):
        diff(overlays=[tmp_path])


@pytest.mark.slow
def test_a_set_with_two_partners_is_preferred(tmp_path: Path) -> None:
    overlay = tmp_path / "two.lp"
    overlay.write_text(
        "partner(encorafenib).\n"
        'statement("T", first, benefit). text("T", "two partners"). reference("T", "a trial").\n'
        'offers("T", b, with(folfox, cetuximab, encorafenib)).\n'
    )
    assert diff(overlays=[overlay]).preferred.smallest == ("ras(wild_type)",)


@pytest.mark.slow
def test_all_that_do_a_change_are_named(tmp_path: Path) -> None:
    overlay = tmp_path / "two.lp"
    overlay.write_text(
        'statement("A", first, benefit). offers("A", b, nivolumab). needs("A", b, braf, mutant).\n'
        'statement("B", first, benefit). offers("B", b, nivolumab). needs("B", b, side, left).\n'
        'text(("A"; "B"), "a trial"). reference(("A"; "B"), "a trial").\n'
    )
    found = {it.kind: it.because for it in diff(overlays=[overlay]).changes}
    assert found == {"gained": ("A", "B"), "opened": ("A", "B")}


@pytest.mark.slow
def test_a_case_that_bars_is_named() -> None:
    found = diff(overlays=[ROOT / "examples/overlays/since_2019/paradigm.lp"])
    assert {it.because for it in found.changes} == {("PARADIGM",)}
    assert {it.kind for it in found.changes} == {"lost", "raised", "ruled_out"}


@pytest.mark.slow
def test_a_partner_that_only_one_table_knows_is_not_dropped_from_the_initial_therapy() -> None:
    """FOLFOX is not what was given where encorafenib stood beside it."""
    found = diff(overlays=[ROOT / "examples/overlays/since_2019/breakwater.lp"])
    assert {(it.therapy, it.kind) for it in found.changes if it.kind != "lowered"} == {
        ("folfox+cetuximab+encorafenib", "gained"),
        ("folfox+cetuximab+encorafenib", "opened"),
    }
    assert {it.because for it in found.changes if it.kind == "lowered"} == {("BREAKWATER",)}


@pytest.mark.slow
def test_what_only_one_table_knows_and_none_offers_is_left_out() -> None:
    found = diff(overlays=[ROOT / "examples/overlays/since_2019/fresco_2.lp"])
    assert {it.therapy for it in found.changes} == {"fruquintinib"}
    assert "fruquintinib+bevacizumab" in found.left_out
    assert all(it.before != it.after for it in found.changes)


def checked(
    found: Diff, overlays: list[Path], constants: dict[str, int], rng: random.Random
) -> int:
    """Hold a diff against both answers for random patients, and return how many changed."""
    programs = Program.build([]), Program.build(overlays, constants)
    of = {(it.therapy, it.kind): it for it in found.changes}
    cases = [patient(it.smallest) for it in found.changes]
    for it in rng.sample(found.changes, min(len(found.changes), 6)):
        some = [*map(str, parse_facts(reading.random_patient(rng).facts()))]
        cases += _joined(it.smallest, rng.sample(some, min(len(some), 4)))
    cases += [parse_facts(reading.random_patient(rng).facts()) for _ in range(8)]
    changed = 0
    for facts in cases:
        old = Side(programs[0], [], known(facts))
        new = Side(programs[1], [str(path) for path in overlays], facts)
        real = kinds(old.advice, new.advice)
        real = {therapy: kind for therapy, kind in real.items() if therapy not in found.left_out}
        assert real.items() <= of.keys(), facts
        for (therapy, kind), it in of.items():
            covered = any(all(fits(one, (old, new), facts) for one in way) for way in it.when)
            assert covered == (real.get(therapy) == kind), (therapy, kind, facts)
        assert not real.keys() & set(found.unchanged)
        sets = [{chosen.therapies for chosen in side.advice.preferred} for side in (old, new)]
        assert found.preferred.changes or sets[0] == sets[1], facts
        changed += bool(real)
    for it in found.changes:
        assert it.because
        facts = patient(it.smallest)
        answers = recommend(known(facts)), recommend(facts, overlays=overlays, constants=constants)
        verdicts = [advice.therapies.get(it.therapy) for advice in answers]
        for verdict, standing in zip(verdicts, (it.before, it.after), strict=True):
            assert (verdict.status if verdict else "excluded") == standing.status
            assert (verdict.grade if verdict else None) == standing.grade
    return changed


def _joined(first: tuple[str, ...], more: list[str]) -> list[tuple[Symbol, ...]]:
    facts = patient(dict.fromkeys([*first, *more]))
    try:
        recommend(known(facts))
    except InputError:  # they contradict each other
        return []
    return [facts]


def smaller(found: Diff, overlays: list[Path], constants: dict[str, int]) -> None:
    """No patient with some of the facts of a smallest one shows the change."""
    for it in found.changes[:6]:
        for some in combinations(it.smallest, max(0, len(it.smallest) - 1)):
            if len(some) == len(it.smallest):
                continue
            facts = patient(some)
            try:
                old = recommend(known(facts))
            except InputError:
                continue
            answers = old, recommend(facts, overlays=overlays, constants=constants)
            assert kinds(*answers).get(it.therapy) != it.kind


@pytest.mark.slow
def test_the_trial_against_both_answers() -> None:
    assert checked(trial(), [TRIAL], {}, random.Random(1)) >= 2
    smaller(trial(), [TRIAL], {})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_overlays_against_both_answers(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path = tmp_path / "random.lp"
    path.write_text("\n".join(random_overlay(rng, n) for n in range(rng.choice((1, 1, 2)))))
    name = rng.choice([*CONSTANTS])
    constants = {name: rng.choice(CONSTANTS[name])} if rng.random() < 0.3 else {}
    try:
        found = diff(overlays=[path], constants=constants)
    except UsageError as error:  # the overlay is not whole
        pytest.skip(str(error))
    checked(found, [path], constants, rng)
    smaller(found, [path], constants)
    if found.preferred.changes:
        facts = patient(found.preferred.smallest)
        answers = recommend(known(facts)), recommend(facts, overlays=[path], constants=constants)
        sets = [{chosen.therapies for chosen in advice.preferred} for advice in answers]
        assert sets[0] != sets[1]
