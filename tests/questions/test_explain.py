"""Explanations: the derivation is the verdict's, and the changes are all and minimal."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from pathlib import Path

import pytest
import reading
from variants import domain, known, numbers, stops, varied

from crcasp import Explanation, InputError, UsageError, explain, missing, parse_facts, recommend
from crcasp.cli import main

PATIENTS = 2


def cases(seed: int, count: int) -> Iterator[tuple[reading.Patient, str, Explanation]]:
    """Random patients, each with a random therapy that it could be asked about."""
    rng = random.Random(seed)
    for _ in range(count):
        patient = reading.random_patient(rng)
        names = list(reading.read(patient).status) or list(reading.THERAPIES)
        therapy = rng.choice(names)
        yield patient, therapy, explain(parse_facts(patient.facts()), therapy)


def values_of(name: str, to: tuple[str, ...]) -> list[reading.Value]:
    if name in ("age", "ecog"):
        return [number for bound in to for number in numbers(name, bound)]
    return list(to)


def check_changes(patient: reading.Patient, therapy: str, explanation: Explanation) -> None:
    """Every change does what it says, all values that do are named, and no smaller change does."""
    where = f"{therapy}: {patient.facts()}"
    before = known(patient)
    found: dict[tuple[str, ...], set[tuple[reading.Value, ...]]] = {}
    for changes in explanation.changes:
        names = tuple(change.finding for change in changes)
        assert [change.value for change in changes] == [before.get(name) for name in names], where
        columns = [values_of(change.finding, change.to) for change in changes]
        found.setdefault(names, set()).update(product(*columns))
    assert [*found] == sorted(found, key=len), where
    for names, values in found.items():
        assert all(enough(patient, therapy, names, one) for one in values), where
        if "age" not in names and "ecog" not in names:
            choices = product(*map(domain, names))
            assert values == {one for one in choices if enough(patient, therapy, names, one)}, where
        for part in range(len(names)):
            for fewer in combinations(names, part):
                assert not reachable(patient, therapy, fewer), where
    if explanation.status != "eligible":
        every = [*reading.DOMAINS, "side", *stops(patient)]
        for few in (*combinations(every, 1), *combinations(every, 2)):
            if reachable(patient, therapy, few):
                assert any({*names} <= {*few} for names in found), f"{where} lacks {few}"


def enough(
    patient: reading.Patient, therapy: str, names: Sequence[str], values: Sequence[reading.Value]
) -> bool:
    return reading.is_eligible(varied(patient, dict(zip(names, values, strict=True))), therapy)


def reachable(patient: reading.Patient, therapy: str, names: Sequence[str]) -> bool:
    every = product(*map(domain, names))
    return any(enough(patient, therapy, names, values) for values in every)


def check_ways(patient: reading.Patient, therapy: str, explanation: Explanation) -> None:
    where = f"{therapy}: {patient.facts()}"
    truth = reading.read(patient)
    if not truth.in_scope:
        assert explanation.status is None, where
        assert not explanation.in_scope
        return
    assert explanation.status == truth.status[therapy], where
    states = {way.state for way in explanation.ways}
    if explanation.status == "eligible":
        assert explanation.grade == truth.grade[therapy], where
        statements = list(dict.fromkeys(way.statement for way in explanation.ways))
        assert statements == truth.statements[therapy], where
        assert states == {"met"}
        assert explanation.changes == ()
        assert explanation.barred_by == ()
    elif explanation.status == "excluded":
        assert states <= {"not_met"}, where
    else:
        assert "open" in states, where
        assert "met" not in states, where


def check_barred(patient: reading.Patient, therapy: str, explanation: Explanation) -> None:
    """With all the facts that bar it nothing helps; without some of them some findings would.

    Where what was not received is in the way, too, and is said in words, they do not suffice.
    """
    barred = [text for text in explanation.barred_by if f"{text}." in patient.facts().split()]
    if explanation.changes or not barred or len(barred) < len(explanation.barred_by):
        return
    assert explanation.status in ("excluded", None)
    parts = (part for size in range(len(barred) + 1) for part in combinations(barred, size))
    helped = [part for part in parts if hope(patient, therapy, part)]
    assert helped, f"{therapy} is not barred by {barred}: {patient.facts()}"
    assert helped[0], f"{therapy} is not barred at all: {patient.facts()}"


def hope(patient: reading.Patient, therapy: str, gone: Sequence[str]) -> bool:
    """Whether any findings let a therapy through, without some facts of history and limits."""

    def kept(shape: str, items: Iterable[str]) -> frozenset[str]:
        return frozenset(it for it in items if shape.format(it) not in gone)

    lines = patient.received
    left = reading.Patient(
        received={n: kept(f"received({n},{{}})", items) for n, items in lines.items()},
        stopped={n: why for n, why in patient.stopped.items() if f"stopped({n},{why})" not in gone},
        toxic={n: kept(f"toxic({n},{{}})", agents) for n, agents in patient.toxic.items()},
        contraindicated=kept("contraindicated({})", patient.contraindicated),
        unavailable=kept("unavailable({})", patient.unavailable),
    )
    return reading.read(left).status.get(therapy, "excluded") != "excluded"


def test_random_explanations() -> None:
    for patient, therapy, explanation in cases(1, PATIENTS):
        check_ways(patient, therapy, explanation)
        check_changes(patient, therapy, explanation)
        check_barred(patient, therapy, explanation)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_random_explanations_of_many(seed: int) -> None:
    for patient, therapy, explanation in cases(seed, 25):
        check_ways(patient, therapy, explanation)
        check_changes(patient, therapy, explanation)
        check_barred(patient, therapy, explanation)


def test_the_derivation_goes_down_to_the_facts() -> None:
    explanation = explain(
        parse_facts("primary_site(rectum). kras(wild_type). nras(wild_type)."), "folfox+cetuximab"
    )
    way = next(way for way in explanation.ways if way.statement == "1.1")
    side = next(item for item in way.conditions if item.finding == "side")
    assert (side.value, side.facts, side.interpretations) == (
        "left",
        ("primary_site(rectum)",),
        ("I1",),
    )
    (passed,) = [item for item in way.exclusions or () if item.exclusion == "X2"]
    assert passed.state == "met"
    assert passed.conditions[0].facts == ("kras(wild_type)", "nras(wild_type)")
    assert passed.conditions[0].interpretations == ("I2",)
    assert {item.exclusion for item in way.exclusions or ()} == {"X2", "X3", "X4"}


@pytest.mark.slow
def test_the_derivation_names_what_failed_in_which_line() -> None:
    patient = parse_facts(
        "received(1,(folfox;bevacizumab)). stopped(1,toxicity). received(2,folfiri). "
        "stopped(2,progression). ecog(0). organ_function(adequate)."
    )
    (way,) = explain(patient, "regorafenib").ways
    facts = {item.finding: item.facts for item in way.conditions}
    assert facts["failed(oxaliplatin)"] == ("received(1,folfox)", "stopped(1,toxicity)")
    assert facts["failed(irinotecan)"] == ("received(2,folfiri)", "stopped(2,progression)")
    again = explain(patient, "folfiri+aflibercept").ways[0].exclusions or ()
    (check,) = next(item for item in again if item.exclusion == "X3").conditions
    assert check.facts == ("received(2,folfiri)", "stopped(2,progression)")
    (objection,) = recommend(patient).therapies["folfiri+aflibercept"].against
    assert objection.exclusion == "X3"
    assert objection.conditions[0].facts == ("received(2,folfiri)", "stopped(2,progression)")


def test_an_unknown_is_settled_and_a_known_is_changed() -> None:
    settled = explain(parse_facts("side(left)."), "folfox+cetuximab").changes
    assert [[(c.finding, c.value, c.to) for c in changes] for changes in settled] == [
        [("ras", None, ("wild_type",))]
    ]
    changed = explain(
        parse_facts("age(75). tumor_burden(high). braf(mutant)."), "folfoxiri"
    ).changes
    assert [[(c.finding, c.value, c.to) for c in changes] for changes in changed] == [
        [("age", 75, ("at most 70",))]
    ]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("facts", "therapy", "barred"),
    [
        ("contraindicated(oxaliplatin).", "folfox", ("contraindicated(oxaliplatin)",)),
        ("unavailable(s1).", "iris", ("unavailable(s1)",)),
        ("received(1,folfox).", "sox", ("received(1,folfox)",)),
        ("", "regorafenib", ("first line",)),
        (
            "received(1,folfox). received(2,folfiri). stopped(2,progression).",
            "folfiri",
            ("received(2,folfiri)", "stopped(2,progression)"),
        ),
        ("", "capox", ()),
    ],
)
def test_what_no_finding_helps_is_barred_by(
    facts: str, therapy: str, barred: tuple[str, ...]
) -> None:
    explanation = explain(parse_facts(facts), therapy)
    assert explanation.status == "excluded"
    assert explanation.changes == ()
    assert explanation.barred_by == barred


def test_out_of_scope_has_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patient = tmp_path / "patient.lp"
    patient.write_text("liver_metastases(none).")
    assert explain(patient, "folfox").to_dict()["status"] is None
    assert main(["explain", str(patient), "folfox"]) == 0
    assert "FOLFOX has no verdict; out of scope" in capsys.readouterr().out


def test_out_of_scope_can_be_changed() -> None:
    explanation = explain(parse_facts("liver_metastases(none)."), "folfox")
    ((change,),) = explanation.changes
    assert (change.finding, change.value) == ("liver_metastases", "none")
    assert set(change.to) == {"resectable", "unresectable"}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("folfox+cetuximb", "folfox+cetuximab"),
        ("bevacizumab", "folfox+bevacizumab"),
        ("regorafenb", "regorafenib"),
    ],
)
def test_a_therapy_that_nobody_knows(name: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=rf"no therapy .*{nearest.replace('+', '.')}"):
        explain({}, name)


def test_a_therapy_as_it_is_printed() -> None:
    assert explain({}, "FOLFOX + cetuximab").therapy == "folfox+cetuximab"


def test_limits_are_all_named() -> None:
    facts = "received(1,folfox). stopped(1,progression). contraindicated(oxaliplatin)."
    explanation = explain(parse_facts(facts), "folfox")
    assert "contraindicated(oxaliplatin)" in explanation.barred_by


CEA = """
value(cea, 0..30). given(cea, V, cea(V)) :- cea(V). #defined cea/1.
means(cea, "CEA"). label(cea, "CEA").
statement("CEA", first, benefit). text("CEA", "capox if CEA is at least 20").
offers("CEA", high, capox). needs("CEA", high, cea, at_least(20)).
"""


@pytest.mark.slow
def test_a_finding_that_an_overlay_declares(tmp_path: Path) -> None:
    overlay = tmp_path / "cea.lp"
    overlay.write_text(CEA)
    facts = {"age": 54, "ras": "mutant", "cea": 10}
    ((change,),) = explain(facts, "capox", overlays=[overlay]).changes
    assert (change.finding, change.value, change.to) == ("cea", 10, ("at least 20",))
    found = missing({"age": 54, "ras": "mutant"}, overlays=[overlay]).findings
    assert "cea" in {item.finding for item in found}
    assert recommend({"cea": 25}, overlays=[overlay]).therapies["capox"].grade == "benefit"


@pytest.mark.slow
def test_a_fact_that_an_overlay_states(tmp_path: Path) -> None:
    overlay = tmp_path / "here.lp"
    overlay.write_text("country(japan).")
    explanation = explain({"age": 50}, "tace", overlays=[overlay])
    assert [{change.finding for change in changes} for changes in explanation.changes] == [
        {"disease_extent", "multifocal_liver_disease"}
    ]
    found = {item.finding for item in missing({"age": 50}, overlays=[overlay]).findings}
    assert "ras" in found
    assert "country" not in found


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("need", "passes", "fails"),
    [
        ("ecog, 2", "ecog(2).", "ecog(1)."),
        ("ecog, (0; 3)", "ecog(3).", "ecog(2)."),
        ('age, at_least(60)). needs("N", a, age, at_most(70)', "age(65).", "age(71)."),
        (
            "failed(irinotecan), no",
            "received(1, irinotecan). stopped(1, completed).",
            "received(1, irinotecan). stopped(1, progression).",
        ),
    ],
)
def test_a_need_of_an_overlay(need: str, passes: str, fails: str, tmp_path: Path) -> None:
    overlay = tmp_path / "own.lp"
    overlay.write_text(
        'statement("N", any, recommended). text("N", "capecitabine"). reference("N", "a trial"). '
        f'offers("N", a, capecitabine). needs("N", a, {need}).'
    )
    for facts, status in ((passes, "eligible"), (fails, "excluded")):
        explanation = explain(parse_facts(facts), "capecitabine", overlays=[overlay])
        (way,) = (way for way in explanation.ways if way.statement == "N")
        assert explanation.status == status
        (condition,) = way.conditions
        assert condition.state == ("met" if status == "eligible" else "not_met")
        assert condition.facts


def test_faults_are_refused_first() -> None:
    with pytest.raises(InputError):
        explain({"age": 500}, "folfox")


def test_an_overlay_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    files = ["examples/mmr_deficient.lp", "--with", "examples/overlays/since_2019/keynote_177.lp"]
    assert (
        main(["explain", "examples/overlays/keynote_177_patient.lp", "pembrolizumab", *files[1:]])
        == 0
    )
    assert "KEYNOTE-177" in capsys.readouterr().out


def test_json_has_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "examples/after_irinotecan.lp", "hai", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == [
        "format",
        "therapy",
        "status",
        "deciding",
        "against",
        "changes",
        "barred_by",
        "preferred",
    ]
    assert answer["changes"] == [
        [
            {
                "finding": "disease_extent",
                "from": "disseminated",
                "to": ["liver_only", "liver_dominant"],
            }
        ]
    ]
    assert {way["statement"] for way in answer["against"]} == {"5", "9", "12"}


def test_dot_is_a_graph_whose_nodes_are_drawn_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "examples/left_sided_wild_type.lp", "hai", "--format", "dot"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("digraph")
    assert text.count("{") == text.count("}") == 1
    declared = {line.split()[0] for line in text.splitlines() if "label=" in line}
    used = {name for line in text.splitlines() if "->" in line for name in line.split()[0:3:2]}
    assert used <= declared
    labels = [line.partition("label=")[2] for line in text.splitlines() if "label=" in line]
    assert len(labels) == len(set(labels))


def test_text_names_what_bars_and_what_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "examples/after_irinotecan.lp", "sox"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "SOX is EXCLUDED: statement 3 is for first line only." in text
    assert "in the way: line 1 FOLFIRI." in text
    assert main(["explain", "examples/after_irinotecan.lp", "hai"]) == 0
    assert (
        "eligible if this were so: liver-only or liver-dominant disease (it is disseminated)"
        in (" ".join(capsys.readouterr().out.split()))
    )


def test_what_is_known_to_have_failed_is_met_though_it_bars_the_therapy() -> None:
    """The line that failed held irinotecan and the therapy itself: 8 is met there, X3 is not."""
    facts = "received(1, (folfiri; regorafenib)). stopped(1, progression)."
    ways = {way.statement: way for way in explain(parse_facts(facts), "regorafenib").ways}
    states = {item.finding: item.state for item in ways["8"].conditions}
    assert states["failed(irinotecan)"] == "met"
    assert states["failed(oxaliplatin)"] == "not_met"
    assert {item.exclusion: item.state for item in ways["8"].exclusions or ()}["X3"] == "not_met"


def test_what_a_later_source_bars_is_explained_in_its_words(tmp_path: Path) -> None:
    overlay = tmp_path / "later.lp"
    text = 'statement("Z", any, benefit). text("Z", "later evidence"). reference("Z", "a trial"). '
    overlay.write_text(text + 'bars("Z", all, folfox).')
    ways = explain({"side": "left"}, "folfox", overlays=[overlay]).ways
    assert ("Z", "later evidence") in [
        (reason.exclusion, reason.text) for way in ways for reason in way.exclusions or ()
    ]


AGAIN = "6.3 allows irinotecan of line 1 again"


@pytest.mark.parametrize(
    ("history", "therapy", "statement", "passed"),
    [
        ("folfox stopped(1, progression)", "folfox", "11", "11 allows oxaliplatin of line 1 again"),
        ("folfox stopped(1, completed)", "folfox", "11", "nothing in it failed"),
        ("folfiri stopped(1, progression)", "folfiri+cetuximab", "6.3", AGAIN),
        ("folfiri stopped(1, completed)", "folfiri+cetuximab", "6.3", ""),
        ("folfiri stopped(1, toxicity)", "folfiri+cetuximab", "6.3", ""),
    ],
)
def test_what_x3_does_not_hold_against_a_therapy(
    history: str, therapy: str, statement: str, passed: str
) -> None:
    """I11 and I16: only what failed is said to be allowed again, and only where it is."""
    first, stopped = history.split(maxsplit=1)
    later = "received(2, capecitabine). stopped(2, progression)." if statement == "11" else ""
    facts = f"received(1, {first}). {stopped}. {later} ras(wild_type)."
    ways = explain(parse_facts(facts), therapy).ways
    found = [it for way in ways if way.source == statement for it in way.exclusions or ()]
    (x3,) = (it for it in found if it.source == "X3")
    assert x3.passed.startswith(passed)
    assert bool(x3.passed) == bool(passed)


@pytest.mark.parametrize(
    ("rule", "passed"),
    [
        ("", [""]),
        ('withdrawn("I15").', ["what 1 offers is exempt"]),
        ('withdrawn(("I15"; "X2")).', []),
    ],
)
def test_what_is_exempt_from_x2_is_said_to_be(rule: str, passed: list[str], tmp_path: Path) -> None:
    (tmp_path / "own.lp").write_text(rule)
    own = [tmp_path / "own.lp"]
    explained = explain({"ras": "mutant", "side": "left"}, "folfox+cetuximab", overlays=own)
    found = (way.exclusions or () for way in explained.ways if way.source == "1")
    assert [it.passed for every in found for it in every if it.source == "X2"] == passed


# ---- in words ---------------------------------------------------------------------------------

AFTER = "received(1, {}). stopped(1, {}). "


@pytest.mark.parametrize(
    ("facts", "therapy", "said"),
    [
        # The initial therapy again, which the table does not name.
        (AFTER.format("capox", "progression"), "capox", "no later systemic line has ended (statem"),
        (
            AFTER.format("folfirinox", "toxicity"),
            "folfiri",
            "in the way: line 1 FOLFIRINOX, until t",
        ),
        (
            AFTER.format("(hai; tace)", "toxicity") + "toxic(1, fluoropyrimidine).",
            "folfox",
            "line 1 HAI stopped for toxicity of fluoropyrimidine",
        ),
        (
            "age(50). tumor_burden(high). ras(wild_type). braf(wild_type).",
            "folfirinox",
            "Another branch of statement 4 does not apply: it needs RAS mutant",
        ),
        (
            "received(1, folfox). multifocal_liver_disease(early).",
            "hai",
            "Statement 12 may offer it",  # which lacks less than 9
        ),
    ],
)
def test_it_is_said_what_is_so(facts: str, therapy: str, said: str) -> None:
    assert said in " ".join(explain(parse_facts(facts), therapy).to_text().split())


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("side(left).", "Statement 1.1 may apply: it needs RAS wild-type (X2)."),
        ("ecog(1).", "Statement 1.1 may apply: it needs left side and RAS wild-type (X2)."),
    ],
)
def test_what_an_open_exclusion_asks_of_another_statement_is_said(facts: str, said: str) -> None:
    text = explain(parse_facts(facts), "folfox+cetuximab").to_text()
    assert said in " ".join(text.split())


@pytest.mark.parametrize(
    ("facts", "therapy", "barred"),
    [
        ("received(1, folfox). stopped(1, progression).", "sox", ["received(1,folfox)"]),
        ("contraindicated(oxaliplatin). age(50).", "folfox", ["contraindicated(oxaliplatin)"]),
        (
            "received(1, (folfox; cetuximab)). stopped(1, toxicity). toxic(1, cetuximab). "
            "contraindicated(irinotecan).",
            "folfiri+cetuximab",
            ["contraindicated(irinotecan)", "received(1,cetuximab)", "stopped(1,toxicity)"],
        ),
        (
            "received(1, folfox). stopped(1, progression). received(2, folfiri). "
            "stopped(2, progression). contraindicated(folfiri).",
            "folfiri+aflibercept",
            ["contraindicated(folfiri)", "received(2,folfiri)", "stopped(2,progression)"],
        ),
        ("age(50).", "regorafenib", ["first line"]),
        ("received(1, capox).", "folfox+bevacizumab", ["received(1,capox)"]),
        ("ras(mutant).", "folfox+cetuximab", []),
    ],
)
def test_what_of_the_history_is_in_the_way(facts: str, therapy: str, barred: list[str]) -> None:
    assert [*explain(parse_facts(facts), therapy).barred_by] == barred


def test_after_checkpoint_inhibitors_alone_what_failed_is_in_the_way_too() -> None:
    facts = "mmr(deficient). received(1, pembrolizumab). stopped(1, progression)."
    barred = explain(parse_facts(facts), "pembrolizumab").barred_by
    assert barred == ("first line", "received(1,pembrolizumab)", "stopped(1,progression)")


def test_a_statement_that_bars_is_not_taken_for_one_of_another_line() -> None:
    beacon = Path(__file__).parents[2] / "examples" / "overlays" / "since_2019" / "beacon.lp"
    facts = "received(1, folfox). stopped(1, progression). ras(wild_type). braf_v600e(yes)."
    found = explain(parse_facts(facts, overlays=[beacon]), "folfiri+cetuximab", overlays=[beacon])
    assert "is EXCLUDED: BRAF V600E mutant (BEACON)." in " ".join(found.to_text().split())
