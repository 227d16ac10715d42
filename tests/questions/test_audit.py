"""The audit: what it proves is so, what it finds is there, and each property can fail."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest
import reading

from crcasp import Audit, Property, UsageError, audit, parse_facts, recommend
from crcasp.cli import main
from crcasp.program import engine as engines
from crcasp.program import files as programs
from crcasp.program.files import Program
from crcasp.questions.audit import AllPatients

Fits: TypeAlias = Callable[[reading.Patient], bool]

MUST_HOLD = {
    *("one_verdict", "grounds", "reasons", "anti_egfr", "not_repeated", "not_again"),
    *("confined", "available"),
    *("vegf_with_egfr", "one_of_each", "partner_with_regimen", "single_agent", "set_of_eligible"),
    *("eligible_in_set", "first_line_served", "statement_applies", "therapy_eligible"),
}


@pytest.fixture(scope="module")
def whole() -> Audit:
    return audit()


def named(name: str, result: Audit) -> Property:
    return next(item for item in result.properties if item.name == name)


def test_some_of_it_is_proved_or_refuted_at_every_change() -> None:
    expected = dict.fromkeys(["one_verdict", "anti_egfr", "confined", "vegf_with_egfr"], "proved")
    expected |= {"first_line_served": "proved", "later_line_served": "refuted"}
    patients = AllPatients(Program())
    declared = [item for item in patients.declared() if item[0].string in expected]
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
@pytest.mark.parametrize("name", ["first_line_limits", "later_line_served"])
def test_who_is_not_served_has_no_set(whole: Audit, name: str) -> None:
    found = named(name, whole)
    assert found.result == "refuted"
    (example,) = found.examples
    assert len(example.facts) == 1
    advice = recommend(parse_facts(str(example)))
    assert advice.in_scope
    assert advice.sets == ()
    assert advice.line == ("first" if name == "first_line_limits" else "beyond_first")


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


Reasons: TypeAlias = tuple[str | None, ...]
FAILURES: Reasons = ("progression", "toxicity", None)  # None: why the line stopped is not known


def failed(patient: reading.Patient, what: str, reasons: Reasons, lines: Collection[int]) -> bool:
    """Whether an agent, or one of a class, failed in a line that stopped for such a reason."""
    agents = {what, *reading.CLASSES.get(what, ())}
    for line in lines:
        reason = patient.stopped.get(line)
        named = patient.toxic.get(line, frozenset()) if reason == "toxicity" else frozenset()
        held = reading.agents_of(patient.received[line])
        if reason in reasons and (named or held) & held & agents:
            return True
    return False


def may_have_failed(*what: str, reasons: Reasons = FAILURES) -> Fits:
    return lambda patient: all(failed(patient, one, reasons, patient.received) for one in what)


def not_known_failed(what: str) -> Fits:
    return lambda patient: not failed(patient, what, FAILURES[:2], patient.received)


def blamed(agent: str) -> Fits:
    return lambda patient: any(agent in agents for agents in patient.toxic.values())


def never_held(what: str) -> Fits:
    return lambda patient: not ever_held(patient, what)


def ever_held(patient: reading.Patient, what: str) -> bool:
    therapies = frozenset[str]().union(*patient.received.values())
    return any(what in reading.held(therapy) for therapy in therapies)


def exhausted(patient: reading.Patient) -> bool:
    """Whether all that could be reused holds what may have failed in another line."""
    others = set(patient.received) - {systemic(patient)[0]}
    partners = initial(patient) & reading.PARTNERS
    for regimen in initial(patient) & set(reading.REGIMENS):
        parts = reading.held(regimen).union(*map(reading.held, partners))
        spoiled = any(failed(patient, what, FAILURES, others) for what in parts & NOT_REPEATED)
        named = frozenset[str]().union(*(patient.toxic.get(line, frozenset()) for line in others))
        if not spoiled and not parts & named:
            return False
    return True


NOT_REPEATED = {
    *("oxaliplatin", "irinotecan", "regorafenib", "trifluridine_tipiracil"),
    *("anti_egfr", "checkpoint_inhibitor"),
}


def systemic(patient: reading.Patient) -> list[int]:
    lines = patient.received.items()
    return sorted(line for line, names in lines if names - reading.LOCOREGIONAL)


def initial(patient: reading.Patient) -> frozenset[str]:
    return patient.received[systemic(patient)[0]] - reading.LOCOREGIONAL


def initial_holds(patient: reading.Patient, agent: str) -> bool:
    return any(agent in reading.held(therapy) for therapy in initial(patient))


def ras_wild_type(patient: reading.Patient) -> bool:
    known = patient.findings
    both = known.get("kras") == known.get("nras") == "wild_type"
    return known.get("ras") == "wild_type" or both


def deficient(patient: reading.Patient) -> bool:
    return patient.findings.get("mmr") == "deficient" or patient.findings.get("msi") == "high"


def reusable(patient: reading.Patient) -> bool:
    partners = initial(patient) & reading.PARTNERS
    return bool(initial(patient) & set(reading.REGIMENS)) and len(partners) < 2


def confined(patient: reading.Patient) -> bool:
    return patient.findings.get("disease_extent") in ("liver_only", "liver_dominant")


def is_not(finding: str, *values: reading.Value) -> Fits:
    return lambda patient: patient.findings.get(finding) not in values


FITS: Mapping[str, Fits] = {
    "irinotecan may have failed in an earlier line": may_have_failed("irinotecan"),
    "irinotecan may have failed in an earlier line, and not for progression": may_have_failed(
        "irinotecan", reasons=("toxicity", None)
    ),
    "an earlier line held: anti-EGFR agent": lambda p: ever_held(p, "anti_egfr"),
    "anti-EGFR agent may have failed in an earlier line": may_have_failed("anti_egfr"),
    "oxaliplatin may have failed in an earlier line": may_have_failed("oxaliplatin"),
    "regorafenib may have failed in an earlier line": may_have_failed("regorafenib"),
    "trifluridine-tipiracil may have failed in an earlier line": may_have_failed(
        "trifluridine_tipiracil"
    ),
    "checkpoint inhibitor may have failed in an earlier line": may_have_failed(
        "checkpoint_inhibitor"
    ),
    "floxuridine may have failed in an earlier line": may_have_failed("floxuridine"),
    "TACE may have failed in an earlier line": may_have_failed("tace"),
    "radioembolization may have failed in an earlier line": may_have_failed("radioembolization"),
    "a toxicity was due to fluorouracil": blamed("fluorouracil"),
    "a toxicity was due to leucovorin": blamed("leucovorin"),
    "all that could be reused holds what may have failed in another line": exhausted,
    "not known to be so: oxaliplatin in an earlier line": never_held("oxaliplatin"),
    "not known to be so: irinotecan in an earlier line": never_held("irinotecan"),
    "not known to be so: irinotecan failed": not_known_failed("irinotecan"),
    "not known to be so: oxaliplatin failed": not_known_failed("oxaliplatin"),
    "ECOG performance status not known to be at most 1": is_not("ecog", 0, 1),
    "organ function not known to be adequate": is_not("organ_function", "adequate"),
    "disease extent not known to be liver-dominant or liver-only": lambda p: not confined(p),
    "liver metastases not known to be unresectable": is_not("liver_metastases", "unresectable"),
    "multifocal liver disease not known to be early": is_not("multifocal_liver_disease", "early"),
    "multifocal liver disease not known to be late": is_not("multifocal_liver_disease", "late"),
    "MMR not known to be deficient": lambda p: not deficient(p),
    "RAS not known to be wild-type": lambda p: not ras_wild_type(p),
    "not known to be so: a later systemic line": lambda p: len(systemic(p)) < 2,
    "the initial line may have stopped for a reason that rules out its reuse": lambda p: (
        p.stopped.get(systemic(p)[0], "toxicity") == "toxicity"
    ),
    "the initial therapy holds no regimen, or two partners": lambda p: not reusable(p),
    "all that could be reused is subject to X2": lambda p: initial_holds(p, "anti_egfr"),
}


@pytest.mark.slow
def test_the_gaps_are_all_gaps(whole: Audit) -> None:
    """Beyond first line and without limits: no set exactly if a description of each gap fits."""
    rng = random.Random(5)
    seen = {True: 0, False: 0}
    while min(seen.values()) < 300:
        patient = reading.random_patient(rng)
        limits = patient.contraindicated | patient.unavailable
        out_of_scope = patient.findings.get("liver_metastases") == "none"
        if not systemic(patient) or limits or out_of_scope:
            continue
        described = all(
            any(all(FITS[feature](patient) for feature in chosen) for chosen in gap.descriptions)
            for gap in whole.gaps
        )
        sets = reading.read(patient).sets
        assert described == (not sets), patient.facts()
        seen[described] += 1


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


PAIRED = "recommended(with(R, P)) :- regimen_chosen(R), partner_chosen(P), partner(P)."
STANDS_ALONE = "dependent(T, X), locoregional(X), not locoregional_chosen(X)."
SUBJECT = "subject(S, T, X) :- only_beside(S, T, X), locoregional(X)."
LATE = 'needs("13",  late, disease_extent, liver_only).'
DEAD = 'needs("13",  late, disease_extent, disseminated). withdrawn("I18").'
FIRST, LATER = 'statement("1", first,', 'statement("1", beyond_first,'
BREAKS = {
    "one_verdict": ("reasons.lp", "gives(S, B, G)  :-", "excluded(hai).\ngives(S, B, G)  :-"),
    "grounds": ("interpretations.lp", "rank(considered, 1)", "rank(conceded, 1)"),
    "reasons": ("reasons.lp", "against(T, X, Y, allowed) :-", "withheld(T, X, Y, allowed) :-"),
    "anti_egfr": ("table.lp", 'bars("X2", anti_egfr).', ""),
    "not_repeated": ("table.lp", 'bars_repeated("X3") :-', 'bars_repeated("X3") :- line(0),'),
    "not_again": ("table.lp", 'extends("X3", "11", "I11").', 'spares("X3", "11").'),
    "confined": ("table.lp", 'bars("X5", locoregional).', ""),
    "available": ("table.lp", 'bars_limited("X4").', 'bars_limited("none") :- line(0).'),
    "vegf_with_egfr": ("table.lp", 'bars_pair("X1", "1.2").', 'bars_pair("X1", "none").'),
    "one_of_each": ("sets.lp", ":- #count { P : partner_chosen(P) } > max_partners.", ""),
    "partner_with_regimen": ("sets.lp", PAIRED, ""),
    "single_agent": ("table.lp", 'single_agent("8").', 'single_agent("none") :- line(0).'),
    "set_of_eligible": ("sets.lp", STANDS_ALONE, "line(0)."),
    "eligible_in_set": ("eligibility.lp", SUBJECT, ""),
    "first_line_served": ("table.lp", FIRST, LATER),
    "statement_applies": ("table.lp", LATE, DEAD),
    "therapy_eligible": ("table.lp", LATE, DEAD),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MUST_HOLD))
def test_a_property_is_refuted_where_the_program_is_broken(
    name: str, broken: Callable[..., AllPatients]
) -> None:
    file, old, new = BREAKS[name]
    constants = {"max_partners": "2"} if name == "vegf_with_egfr" else {}
    search = broken(file, old, new, **constants)
    declared = next(item for item in search.declared() if item[0].string == name)
    found = search.asked(*declared)
    assert found.result == "refuted"
    assert found.examples or found.items
    if name in ("statement_applies", "therapy_eligible"):
        dead = {"statement_applies": ("13",), "therapy_eligible": ("radioembolization", "tace")}
        assert found.items == dead[name]


def test_a_hole_in_the_first_line_has_a_smallest_patient(
    broken: Callable[..., AllPatients],
) -> None:
    search = broken("table.lp", FIRST, LATER)
    declared = next(item for item in search.declared() if item[0].string == "first_line_served")
    (example,) = search.asked(*declared).examples
    assert example.facts == ()  # nothing is known, and nothing is left to give


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
def test_an_overlay_closes_the_gaps(tmp_path: Path) -> None:
    overlay = tmp_path / "served.lp"
    overlay.write_text(SERVED)
    closed = audit(overlays=[overlay])
    assert named("later_line_served", closed).result == "proved"
    assert closed.gaps == ()


@pytest.mark.slow
def test_a_property_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.lp"
    file.write_text(
        "violation(old_triplet) :- eligible(folfoxiri), is(line, first), is(age, Y), Y > 65.\n"
        "violation(very_old_triplet) :- eligible(folfoxiri), is(line, first), is(age, Y), Y > 70.\n"
    )
    assert main(["audit", "--format", "json", "--property", str(file)]) == 1
    answer = json.loads(capsys.readouterr().out)
    own = {item["property"]: item for item in answer["properties"]}
    assert own["very_old_triplet"]["result"] == "proved"
    assert own["old_triplet"]["result"] == "refuted"
    assert not answer["holds"]
    (example,) = own["old_triplet"]["examples"]
    facts = parse_facts(example["facts"])
    assert recommend(facts).therapies["folfoxiri"].status == "eligible"
    age = next(fact.arguments[0].number for fact in facts if fact.name == "age")
    assert 65 < age <= 70


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


def test_a_rule_that_nothing_matches_is_said_so() -> None:
    text = (
        "violation(misspelt) :- eligible(folfoxx). violation(true) :- eligible(hai), excluded(hai)."
    )
    search = AllPatients(Program(), [("own.lp", text)])
    texts = {str(name): text for name, _, text in search.declared()}
    assert "nothing in the program matches its rule" in texts["misspelt"]
    assert texts["true"] == "No patient violates true."


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
