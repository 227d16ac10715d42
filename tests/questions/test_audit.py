"""The audit: what it proves is so, what it finds is there, and each property can fail."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import reading
from clingo import Function

from crcasp import Audit, UsageError, audit, parse_facts, recommend
from crcasp.cli import main
from crcasp.program import engine as engines
from crcasp.program import files as programs
from crcasp.program.files import Program
from crcasp.questions.audit import AllPatients
from crcasp.questions.explain import _WayDecoder as WayDecoder
from crcasp.questions.patient import Patient
from crcasp.results.advice import Reason
from crcasp.results.audit import Property

MUST_HOLD = {
    *("grounds", "reasons", "anti_egfr", "confined", "not_repeated", "not_again", "available"),
    *("together", "one_of_each", "single_agent", "set_of_eligible", "eligible_in_set"),
    *("untreated_served", "statement_applies", "therapy_eligible"),
}


@pytest.fixture(scope="module")
def whole() -> Audit:
    return audit()


def named(name: str, result: Audit) -> Property:
    return next(item for item in result.properties if item.name == name)


def test_some_of_it_is_proved_or_refuted_at_every_change() -> None:
    expected = dict.fromkeys(["anti_egfr", "confined", "together", "untreated_served"], "proved")
    expected |= {"first_line_served": "refuted", "later_line_served": "refuted"}
    patients = AllPatients(Program())
    declared = [item for item in patients.declared() if item[0].string in expected]
    assert not [text for *_, text in patients.declared() if text.startswith("No patient violates")]
    assert {item[0].string: patients.asked(*item).result for item in declared} == expected


@pytest.mark.slow
def test_everything_that_must_hold_is_proved(whole: Audit) -> None:
    must = {item.name: item.result for item in whole.properties if item.must_hold}
    assert must == dict.fromkeys(MUST_HOLD, "proved")
    assert whole.holds


@pytest.mark.slow
def test_statements_that_others_always_cover(whole: Audit) -> None:
    assert named("statement_matters", whole).items == ("1.2", "10.1")


@pytest.mark.slow
def test_every_statement_and_therapy_has_an_example_that_shows_it(whole: Audit) -> None:
    examples = {item.item: item for item in named("statement_applies", whole).examples}
    assert set(examples) == set(reading.STATEMENTS)
    for statement, example in examples.items():
        verdicts = recommend(parse_facts(str(example))).therapies.values()
        assert any(statement in verdict.statements for verdict in verdicts), statement
    examples = {item.item: item for item in named("therapy_eligible", whole).examples}
    assert set(examples) == set(reading.THERAPIES)
    for therapy, example in examples.items():
        verdict = recommend(parse_facts(str(example))).therapies[str(therapy)]
        assert verdict.status == "eligible", therapy


@pytest.mark.slow
def test_an_example_is_smallest(whole: Audit) -> None:
    """No patient with fewer facts has the property: none with no fact, none with one less."""
    for item in whole.properties:
        for example in item.examples:
            if example.item == "4":
                assert len(example.facts) == 3  # age, burden and one mutation
            if example.item == "8":
                assert len(example.facts) == 4  # ECOG, organs, one line with both agents, its stop


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first_line_served", "first_line_limits", "later_line_served"])
def test_who_is_not_served_has_no_set(whole: Audit, name: str) -> None:
    found = named(name, whole)
    assert found.result == "refuted"
    (example,) = found.examples
    advice = recommend(parse_facts(str(example)))
    assert advice.in_scope
    assert advice.sets == ()
    assert advice.line == ("beyond_first" if name == "later_line_served" else "first")


@pytest.mark.slow
def test_grades_that_differ_do_differ(whole: Audit) -> None:
    found = named("grades_differ", whole)
    assert "folfox+cetuximab: 1 and 1.1" in found.items
    assert "pembrolizumab: 10.1 and 10.2" in found.items
    for example in found.examples:
        therapy, _, statements = str(example.item).partition(": ")
        verdict = recommend(parse_facts(str(example))).therapies[therapy]
        assert set(statements.split(" and ")) <= set(verdict.statements), example


# ---- gaps, read a second time ---------------------------------------------------------


def complete(rng: random.Random) -> reading.Patient:
    """A random fully known patient beyond first line, in scope and without limits."""
    while True:
        patient = reading.random_patient(rng, 0)
        limits = patient.contraindicated | patient.unavailable
        read = reading.read(patient)
        if read.in_scope and read.line == "beyond_first" and not limits:
            return patient


def every_way(patient: reading.Patient) -> Iterator[Reason]:
    """What `explain` says of each therapy for one patient, who is grounded once."""
    asked = Patient.read(parse_facts(patient.facts()))
    decoder = WayDecoder(asked.completions(), asked.engine.table)
    for therapy in decoder.offers:
        yield from decoder.ways(therapy, in_scope=True)


def closes(feature: str, ways: list[Reason]) -> bool:
    """Whether a description closes a way of each branch of its statement, or all of them."""
    barred = re.fullmatch(r"(\w+) bars all that it offers", feature)
    if barred:
        return all(
            any(
                item.state == "not_met" and barred[1] in ("something", item.exclusion)
                for item in way.exclusions or ()
            )
            for way in ways
        )
    if feature == "the initial therapy holds no regimen, or two partners":
        return not ways
    words = engines.engine(Program()).table.words
    return any(
        item.state == "not_met"
        and feature.removesuffix(" (where the statement needs it)")
        == f"not met: {words.said(item.finding, sorted(item.needs))}"
        for way in ways
        for item in way.conditions
    )


@pytest.mark.slow
def test_the_gaps_are_all_gaps(whole: Audit) -> None:
    """Beyond first line and without limits: no set exactly if a description of each gap fits."""
    rng = random.Random(5)
    seen = {True: 0, False: 0}
    while min(seen.values()) < 12:
        patient = complete(rng)
        sets = reading.read(patient).sets
        if seen[not sets] >= 12:
            continue
        ways: dict[str, list[Reason]] = {gap.statement: [] for gap in whole.gaps}
        for way in every_way(patient):
            ways.setdefault(str(way.statement), []).append(way)
        described = all(
            any(
                all(closes(it, ways[gap.statement]) for it in chosen) for chosen in gap.descriptions
            )
            for gap in whole.gaps
        )
        assert described == (not sets), patient.facts()
        seen[not sets] += 1


@pytest.mark.slow
def test_the_descriptions_of_a_gap_are_minimal(whole: Audit) -> None:
    for gap in whole.gaps:
        chosen = [set(features) for features in gap.descriptions]
        assert not any(one < other for one in chosen for other in chosen), gap.statement


# ---- each property can fail -----------------------------------------------------------


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AllPatients]:
    """Return a search over the program with a text replaced in one file."""

    def search(file: str, old: str, new: str, **constants: str) -> AllPatients:
        shutil.copytree(programs.program_directory(), tmp_path / "lp")
        path = tmp_path / "lp" / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(programs, "program_directory", lambda: str(tmp_path / "lp"))
        monkeypatch.setattr(engines, "_engine", engines._engine.__wrapped__)
        return AllPatients(Program((), tuple(constants.items())))

    return search


STANDS_ALONE = ":- recommended(T), dependent(T), not chosen(X) : depends(T, X)."
HANGS_ON = "hangs_on(S, T, X) :- only_beside(S, T, X), locoregional(X)."
LATE = 'needs("13",  late, disease_extent, liver_only).'
DEAD = 'needs("13",  late, disease_extent, disseminated). withdrawn("I18").'
FIRST, LATER = 'statement("1", first,', 'statement("1", beyond_first,'
BREAKS = {
    "grounds": ("interpretations.lp", "rank(considered, 1)", "rank(conceded, 1)"),
    "reasons": ("reasons.lp", "unmet(S, B, T, X, M)             :-", "lost(S, B, T, X, M) :-"),
    "anti_egfr": ("table.lp", 'bars("X2",  mutant, anti_egfr).', ""),
    "not_repeated": ("table.lp", 'bars_repeated("X3") :-', 'bars_repeated("X3") :- line(0),'),
    "not_again": ("verdicts.lp", "failure(R), not spares(X, S, L),", "failure(R), L = 1,"),
    "confined": ("table.lp", 'bars("X5",  disseminated, locoregional).', ""),
    "available": ("table.lp", 'bars_limited("X4").', 'bars_limited("none") :- line(0).'),
    "together": ("table.lp", 'bars_pair("X1", "1.2").', 'bars_pair("X1", "none").'),
    "one_of_each": ("sets.lp", ":- #count { P : partner_chosen(P) } > max_partners.", ""),
    "single_agent": ("table.lp", 'single_agent("8").', 'single_agent("8") :- withdrawn("8").'),
    "set_of_eligible": ("sets.lp", STANDS_ALONE, ""),
    "eligible_in_set": ("offers.lp", HANGS_ON, ""),
    "untreated_served": ("table.lp", FIRST, LATER),
    "statement_applies": ("table.lp", LATE, DEAD),
    "therapy_eligible": ("table.lp", LATE, DEAD),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MUST_HOLD))
def test_a_property_is_refuted_where_the_program_is_broken(
    name: str, broken: Callable[..., AllPatients]
) -> None:
    file, old, new = BREAKS[name]
    constants = {"max_partners": "2"} if name == "together" else {}
    search = broken(file, old, new, **constants)
    declared = next(item for item in search.declared() if item[0].string == name)
    found = search.asked(*declared)
    assert found.result == "refuted"
    assert found.examples or found.items
    if name in ("statement_applies", "therapy_eligible"):
        dead = {"statement_applies": ("13",), "therapy_eligible": ("radioembolization", "tace")}
        assert found.items == dead[name]


@pytest.mark.slow
def test_a_hole_in_the_first_line_has_a_smallest_patient(
    broken: Callable[..., AllPatients],
) -> None:
    search = broken("table.lp", FIRST, LATER)
    declared = next(item for item in search.declared() if item[0].string == "untreated_served")
    (example,) = search.asked(*declared).examples
    assert not any("(1" in fact for fact in example.facts)  # nothing was received
    assert "country(other)" in example.facts  # and nothing else of the table is left


@pytest.mark.slow
def test_a_statement_matters_once_its_cover_is_gone(broken: Callable[..., AllPatients]) -> None:
    search = broken("table.lp", 'offers("10.2", deficient, pembrolizumab).', "")
    declared = next(item for item in search.declared() if item[0].string == "statement_matters")
    assert "10.1" not in search.asked(*declared).items


# ---- the user's own -------------------------------------------------------------------

SERVED = """
statement("14", beyond_first, considered).
text("14", "capecitabine for anyone").
reference("14", "a trial").
offers("14", any, capecitabine).
spares("X3", "14").
"""


@pytest.mark.slow
def test_an_overlay_closes_the_gaps_and_a_property_of_ones_own_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay, file = tmp_path / "served.lp", tmp_path / "own.lp"
    overlay.write_text(SERVED)
    file.write_text(
        "violation(old_triplet) :- eligible(folfoxiri), is(line, first), is(age, Y), Y > 65.\n"
        "violation(very_old_triplet) :- eligible(folfoxiri), is(line, first), is(age, Y), Y > 70.\n"
    )
    asked = ["--with", str(overlay), "--property", str(file)]
    assert main(["audit", "--format", "json", *asked]) == 1
    answer = json.loads(capsys.readouterr().out)
    found = {item["property"]: item for item in answer["properties"]}
    assert found["later_line_served"]["result"] == "proved"
    assert answer["gaps"] == []
    assert found["very_old_triplet"]["result"] == "proved"
    assert found["old_triplet"]["result"] == "refuted"
    assert not answer["holds"]
    (example,) = found["old_triplet"]["examples"]
    facts = parse_facts(example["facts"])
    assert recommend(facts).therapies["folfoxiri"].status == "eligible"
    age = next(fact.arguments[0].number for fact in facts if fact.name == "age")
    assert 65 < age <= 70


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age(54).", "derives no violation(Name)"),
        pytest.param("violation(x) :- eligibel(hai).", "clingo says", marks=pytest.mark.slow),
        pytest.param("violation(x) :- ", "clingo says", marks=pytest.mark.slow),
        ("violation(x) :- eligible(hai). :- not out_of_scope. :- out_of_scope.", "no patient"),
    ],
)
def test_a_property_file_that_asks_nothing_is_refused(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.lp"
    file.write_text(text)
    assert main(["audit", "--property", str(file)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err
    assert str(file) in output.err


@pytest.mark.slow
def test_a_rule_that_nothing_matches_is_said_so() -> None:
    text = "violation(misspelt) :- eligible(folfoxx). "
    text += "violation(true) :- eligible(hai), contraindicated(hai)."
    search = AllPatients(Program(), [("own.lp", text)])
    texts = {str(name): text for name, _, text in search.declared()}
    assert "nothing in the program matches its rule" in texts["misspelt"]
    assert texts["true"] == "No patient violates true."


@pytest.mark.slow
def test_a_property_may_ask_for_what_the_table_does_not_name() -> None:
    """Every drug, limit and finding is one that some patient has."""
    bodies = {
        "local": "received(_, ablation), eligible(folfox)",
        "agent": "held(1, anti_her2), eligible(hai)",
        "limit": "contraindicated(encorafenib), eligible(hai)",
        "toxic": "toxic(1, larotrectinib), eligible(hai)",
        "gene": "is(kras, mutant), eligible(folfox)",
        "finding": "is(her2, positive), eligible(folfox)",
        "unavailable": "is(oxaliplatin, unavailable), eligible(hai)",
        "history": "is(earlier(anti_vegf), yes), is(failed(bevacizumab), yes), eligible(hai)",
    }
    text = " ".join(f"violation({name}) :- {body}." for name, body in bodies.items())
    search = AllPatients(Program(), [("own.lp", text)])
    for name in bodies:
        refuted = search.asked(Function(name), "holds", "")
        assert refuted.result == "refuted", name
        if name != "history":  # whose example may have a stop for any reason
            facts = parse_facts(" ".join(f"{fact}." for fact in refuted.examples[0].facts))
            eligible = "folfox" if "folfox" in bodies[name] else "hai"
            assert recommend(facts, tests=False).therapies[eligible].status == "eligible"


@pytest.mark.parametrize("body", ["says(ras, mutant, _)", "stopped(1, progression)", "ras(mutant)"])
def test_a_property_of_facts_as_given_is_refused(body: str, tmp_path: Path) -> None:
    file = tmp_path / "own.lp"
    file.write_text(f"violation(x) :- {body}, eligible(hai).")
    with pytest.raises(UsageError, match=r"own\.lp:1:1: this hangs on facts as they are given"):
        audit(properties=[file])


def test_a_property_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--property", "nowhere.lp"]) == 2
    assert "nowhere.lp" in capsys.readouterr().err


@pytest.mark.slow
def test_the_text_says_what_the_json_says(
    whole: Audit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crcasp.cli.audit.AllPatients.audit", lambda _: whole)
    assert main(["audit"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert text.count(" proved ") >= len(MUST_HOLD)
    for item in whole.properties:
        assert item.text in text
    for gap in whole.gaps:
        for chosen in gap.descriptions:
            for feature in chosen:
                assert feature in text


def test_a_constant_that_breaks_a_property_is_named() -> None:
    with pytest.raises(UsageError):
        audit(constants={"nothing": 1})


@pytest.mark.slow
def test_a_proof_says_of_how_many_lines_it_is() -> None:
    assert audit(constants={"max_lines": 2}).lines == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rules", "result"),
    [
        (
            'exclusion("A", "x"). bars_pair("A", "A"). never_together("A", bevacizumab, by("1")).',
            "refuted",
        ),
        (
            'statement("N", any, considered). text("N", "x"). offers("N", b, capox). '
            'needs("N", b, multifocal_liver_disease, early). '
            'needs("N", b, disease_extent, (liver_only; liver_dominant)). '
            'only_beside("N", capox, hai).',
            "refuted",
        ),
        ('only_beside("5", fluorouracil_leucovorin, tace).', "proved"),
    ],
)
def test_what_stands_in_no_set_is_found(rules: str, result: str, tmp_path: Path) -> None:
    (tmp_path / "own.lp").write_text(rules)
    found = {it.name: it.result for it in audit(overlays=[tmp_path / "own.lp"]).properties}
    assert found["eligible_in_set"] == result
    assert found["set_of_eligible"] == "proved"


@pytest.mark.slow
def test_constraints_of_an_overlay_on_sets_are_said_to_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "own.lp").write_text(":- recommended(folfox).")
    texts = {it.name: it.text for it in audit(overlays=[tmp_path / "own.lp"]).properties}
    assert "these are not looked into" in texts["eligible_in_set"]
    assert "not looked into" not in texts["available"]


@pytest.mark.slow
def test_who_has_only_what_makes_no_set_is_not_served(tmp_path: Path) -> None:
    overlay = tmp_path / "pairs.lp"
    overlay.write_text(
        'statement("N", any, recommended). text("N", "n"). '
        'offers("N", a, with(capox, bevacizumab)). '
        'withdrawn(("1"; "1.1"; "2"; "3"; "4"; "5"; "12"; "13")).'
    )
    found = audit(overlays=[overlay], constants={"max_partners": 0}).properties
    results = {it.name: it.result for it in found}
    assert results["eligible_in_set"] == results["untreated_served"] == "refuted"
