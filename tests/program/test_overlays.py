"""Rules of the user's own on top of the program: what they add, and what is refused of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crcasp import Advice, InputError, UsageError, cli, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program

OVERLAYS = Path(__file__).parents[2] / "examples" / "overlays" / "since_2019"
KEYNOTE_SOURCES = ("Lancet Oncol 2022;23:659-670", "N Engl J Med 2020;383:2207-2218")
KEYNOTE, BEACON = OVERLAYS / "keynote_177.lp", OVERLAYS / "beacon.lp"

FIRST_LINE = {"mmr": "deficient", "liver_metastases": "unresectable"}
TREATED: dict[str, object] = {
    "braf_v600e": "yes",
    "ras": "wild_type",
    "history": [{"received": ["folfox", "bevacizumab"], "stopped": "progression"}],
}
PAIR = "encorafenib+cetuximab"

Overlay = Callable[[str], Path]


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Writes an overlay."""

    def write(text: str) -> Path:
        path = tmp_path / f"overlay{len(list(tmp_path.iterdir()))}.lp"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def names(advice: Advice) -> list[str]:
    return [str(chosen) for chosen in advice.preferred]


# ---- a new statement ------------------------------------------------------------------


def test_keynote_is_recommended() -> None:
    advice = recommend(FIRST_LINE, overlays=[KEYNOTE])
    assert names(advice) == ["pembrolizumab"]
    assert advice.preferred[0].grade == "benefit"
    assert advice.therapies["nivolumab"].status == "excluded"


@pytest.mark.slow
def test_without_keynote_the_table_answers() -> None:
    before = recommend(FIRST_LINE)
    recommend(FIRST_LINE, overlays=[KEYNOTE])
    assert recommend(FIRST_LINE) == before
    assert before.therapies["pembrolizumab"].status == "excluded"


def test_keynote_justifies_itself() -> None:
    (reason,) = recommend(FIRST_LINE, overlays=[KEYNOTE]).therapies["pembrolizumab"].because
    assert reason.statement == "KEYNOTE-177"
    assert reason.text.startswith("pembrolizumab if MMR-deficient")
    assert reason.references == KEYNOTE_SOURCES
    assert reason.interpretations == ("I3",)
    before, line, condition = reason.conditions
    assert (before.finding, before.value) == ("earlier(checkpoint_inhibitor)", "no")
    assert (line.finding, line.needs, line.value, line.facts) == ("line", ("first",), "first", ())
    assert (condition.finding, condition.needs, condition.value) == (
        "mmr",
        ("deficient",),
        "deficient",
    )
    assert condition.facts == ("mmr(deficient)",)


@pytest.mark.slow
def test_keynote_speaks_of_its_line_and_asks_for_its_test() -> None:
    unknown = recommend({"side": "left"}, overlays=[KEYNOTE]).therapies["pembrolizumab"]
    assert (unknown.status, unknown.missing) == ("undetermined", ["mmr"])
    negative = recommend({"msi": "stable"}, overlays=[KEYNOTE]).therapies["pembrolizumab"]
    assert negative.status == "excluded"
    assert "KEYNOTE-177" in {item.statement for item in negative.against}
    later = recommend({**TREATED, "mmr": "deficient"}, overlays=[KEYNOTE])
    assert later.therapies["pembrolizumab"].statements == ("10.1", "10.2")


def test_keynote_in_json_and_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "patient.json"
    path.write_text(json.dumps(FIRST_LINE), encoding="utf-8")
    argv = ["recommend", "--with", str(KEYNOTE), str(path)]
    assert cli.main([*argv, "--format", "json"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert given["sets"][0] == {
        "grade": "benefit",
        "preferred": True,
        "therapies": ["pembrolizumab"],
    }
    assert given["therapies"]["pembrolizumab"]["statements"] == ["KEYNOTE-177"]
    (reason,) = given["therapies"]["pembrolizumab"]["because"]
    assert reason["references"] == [*KEYNOTE_SOURCES]
    assert given == recommend(FIRST_LINE, overlays=[KEYNOTE]).to_dict()
    assert cli.main(argv) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "KEYNOTE-177" in text
    assert f"[{', '.join(KEYNOTE_SOURCES)}]" in text


# ---- a new therapy --------------------------------------------------------------------


@pytest.mark.slow
def test_beacon_is_recommended_and_justified() -> None:
    advice = recommend(TREATED, overlays=[BEACON])
    assert names(advice) == [PAIR]
    (reason,) = advice.therapies[PAIR].because
    assert (reason.statement, reason.references) == (
        "BEACON",
        ("N Engl J Med 2019;381:1632-1643",),
    )
    findings = {condition.finding: condition.facts for condition in reason.conditions}
    assert findings == {
        "braf_v600e": ("braf_v600e(yes)",),
        "line": ("received(1,bevacizumab)", "received(1,folfox)"),
        "ras": ("ras(wild_type)",),
    }


@pytest.mark.slow
def test_exclusions_hold_of_a_new_therapy() -> None:
    def verdict(**facts: object) -> Any:
        return recommend({**TREATED, **facts}, overlays=[BEACON]).therapies[PAIR]

    def exclusions(**facts: object) -> set[str]:
        given = verdict(**facts)
        assert given.status == "excluded"
        return {item.exclusion for item in given.against if item.exclusion}

    assert exclusions(ras="mutant") == {"X2"}
    assert verdict(ras=None).missing == ["ras"]
    assert exclusions(contraindicated=["encorafenib"]) == {"X4"}
    assert exclusions(unavailable=["anti_egfr"]) == {"X4"}
    failed = [{"received": ["folfox", "cetuximab"], "stopped": "progression"}]
    assert exclusions(history=failed) == {"X3"}
    assert verdict(history=[]).status == "excluded"


NEW = 'regimen(fizzumab). statement("F", any, benefit). text("F", "f"). offers("F", b, fizzumab).'


@pytest.mark.slow
def test_a_new_therapy_extends_what_is_accepted(overlay: Overlay) -> None:
    facts = {"history": [{"received": ["fizzumab", "cetuximab"]}], "unavailable": ["fizzumab"]}
    advice = recommend(facts, overlays=[overlay(NEW)])
    assert set(advice.history[0].received) == {"cetuximab", "fizzumab"}
    with pytest.raises(InputError, match="fizzumab"):
        recommend(facts)
    with pytest.raises(InputError, match="fizzumab"):
        recommend(facts, overlays=[KEYNOTE])


def test_a_new_therapy_is_named_by_the_vocabulary(
    overlay: Overlay, capsys: pytest.CaptureFixture[str]
) -> None:
    path = overlay(NEW)
    for options in ([], ["--format", "json"]):
        assert cli.main(["vocabulary", *options]) == 0
        assert "fizzumab" not in capsys.readouterr().out
        assert cli.main(["vocabulary", *options, "--with", str(path)]) == 0
        assert "fizzumab" in capsys.readouterr().out
    schema = engine(Program.build([path])).vocabulary.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate({"history": [{"received": ["fizzumab"]}], "unavailable": ["fizzumab"]})


def test_a_new_country_extends_what_is_accepted(overlay: Overlay) -> None:
    facts = {"country": "taiwan"}
    advice = recommend(facts, overlays=[overlay("s1_used_in(taiwan).")])
    assert advice.therapies["sox"].statements == ("3",)
    with pytest.raises(InputError, match="taiwan"):
        recommend(facts)


@pytest.mark.slow
def test_a_new_finding_is_asked_for_in_every_way(
    overlay: Overlay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command grounds with the fact itself, the library with an external for it."""
    path = overlay(
        "value(stage, (iii; iv)). given(stage, V, stage(V)) :- stage(V). #defined stage/1.\n"
        'statement("Z", first, benefit). text("Z", "by stage"). offers("Z", b, capecitabine).\n'
        'needs("Z", b, stage, iv).'
    )
    assert recommend({}, overlays=[path]).therapies["capecitabine"].missing == ["stage"]
    patient = tmp_path / "patient.lp"
    patient.write_text("stage(iv).", encoding="utf-8")
    assert cli.main(["recommend", "--format", "json", "--with", str(path), str(patient)]) == 0
    by_command = json.loads(capsys.readouterr().out)
    assert by_command["therapies"]["capecitabine"]["statements"] == ["Z"]
    assert recommend(patient, overlays=[path]).to_dict() == by_command


@pytest.mark.slow
def test_two_overlays_together() -> None:
    for overlays in ([KEYNOTE, BEACON], [BEACON, KEYNOTE]):
        assert names(recommend(FIRST_LINE, overlays=overlays)) == ["pembrolizumab"]
        assert names(recommend(TREATED, overlays=overlays)) == [PAIR]


def test_an_overlay_as_text_or_path_is_the_same() -> None:
    assert recommend(TREATED, overlays=[str(BEACON)]) == recommend(TREATED, overlays=[BEACON])


@pytest.mark.slow
def test_an_overlay_that_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "overlay.lp"
    path.write_text(KEYNOTE.read_text(encoding="utf-8"), encoding="utf-8")
    assert names(recommend(FIRST_LINE, overlays=[path])) == ["pembrolizumab"]
    path.write_text("", encoding="utf-8")
    assert recommend(FIRST_LINE, overlays=[path]) == recommend(FIRST_LINE)


# ---- withdrawals, constants, constraints ----------------------------------------------


def test_an_interpretation_is_withdrawn(overlay: Overlay) -> None:
    """Disease beyond the liver bars HAI by statement 5 only as I8 reads it."""
    facts = {"liver_metastases": "unresectable", "disease_extent": "disseminated"}
    by_default = recommend(facts).therapies["hai"]
    assert by_default.status == "excluded"
    (barred,) = (item for item in by_default.against if item.exclusion == "X5")
    assert "I8" in barred.interpretations
    taken_back = recommend(facts, overlays=[overlay('withdrawn("I8").')]).therapies
    assert (taken_back["hai"].status, taken_back["hai"].statements) == ("eligible", ("5",))
    assert "I8" not in taken_back["hai"].because[0].interpretations
    assert taken_back["tace"].status == "excluded"


@pytest.mark.slow
def test_a_withdrawn_derivation_no_longer_derives(overlay: Overlay) -> None:
    facts = {"primary_site": "rectum", "ras": "wild_type"}
    assert recommend(facts).therapies["folfox+cetuximab"].statements == ("1", "1.1")
    advice = recommend(facts, overlays=[overlay('withdrawn("I1").')])
    assert advice.therapies["folfox+cetuximab"].statements == ("1",)


@pytest.mark.slow
def test_a_constant_of_an_overlay_can_be_overridden(overlay: Overlay) -> None:
    path = overlay(
        "#const youth = 40.\n"
        'statement("Z", first, benefit). text("Z", "the young"). offers("Z", b, capecitabine).\n'
        'needs("Z", b, age, at_most(youth)).'
    )
    assert recommend({"age": 45}, overlays=[path]).therapies["capecitabine"].status == "excluded"
    wider = recommend({"age": 45}, overlays=[path], constants={"youth": 45})
    assert wider.therapies["capecitabine"].statements == ("Z",)


ALWAYS_SYSTEMIC = ":- not regimen_chosen(_)."


@pytest.mark.slow
def test_a_constraint_leaves_fewer_sets(overlay: Overlay) -> None:
    facts = {"liver_metastases": "unresectable", "disease_extent": "liver_only"}
    every = {chosen.therapies for chosen in recommend(facts).sets}
    constrained = recommend(facts, overlays=[overlay(ALWAYS_SYSTEMIC)])
    assert ("hai",) in every
    assert {chosen.therapies for chosen in constrained.sets} == every - {("hai",)}


@pytest.mark.slow
def test_a_constraint_on_sets_reads_what_is_eligible_and_the_history(overlay: Overlay) -> None:
    bevacizumab = "recommended(with(folfiri, bevacizumab))"
    path = overlay(
        f":- {bevacizumab}, eligible(with(folfox, bevacizumab)), not received(1, capox)."
    )
    assert "folfox+bevacizumab" in names(recommend({"ras": "mutant"}, overlays=[path]))
    assert "folfiri+bevacizumab" not in names(recommend({"ras": "mutant"}, overlays=[path]))


def test_a_constraint_does_not_switch_off_the_input_check(overlay: Overlay) -> None:
    """The check must not become inconsistent by a constraint on what it does not define."""
    with pytest.raises(InputError, match="contradicts"):
        recommend({"kras": "mutant", "ras": "wild_type"}, overlays=[overlay(ALWAYS_SYSTEMIC)])


def test_a_fact_of_an_overlay_that_contradicts_the_patient_is_named(overlay: Overlay) -> None:
    with pytest.raises(InputError) as refused:
        recommend({"age": 50}, overlays=[overlay("age(60).")])
    assert "age(60), which an overlay states: the finding is given more than" in str(refused.value)


def test_a_constraint_that_leaves_no_model_is_refused(overlay: Overlay) -> None:
    """There is no answer to read then, not even one that says why there is no set."""
    path = overlay(ALWAYS_SYSTEMIC)
    with pytest.raises(UsageError, match=re.escape(str(path))):
        recommend({"contraindicated": ["fluoropyrimidine"]}, overlays=[path])


# ---- broken overlays: what is refused of them stands in test_check.py -------------------


def refused(path: Path, also: Sequence[Path] = ()) -> str:
    """What the refusal of an overlay says; the file is named in it."""
    with pytest.raises(UsageError) as caught:
        recommend({}, overlays=[path, *also])
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_of_several_overlays_the_broken_one_is_named(overlay: Overlay) -> None:
    """A line number is of no use without the file that it counts in."""
    broken = overlay("needs(")
    message = refused(broken, also=[KEYNOTE])
    assert str(KEYNOTE) not in message


def test_an_overlay_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlay.lp"
    path.write_bytes(b"\xff\xfe\x00")
    refused(path)
    refused(tmp_path / "missing.lp")
    refused(tmp_path)


def test_a_refused_overlay_is_refused_again(overlay: Overlay) -> None:
    path = overlay("needs(")
    assert refused(path) == refused(path)
    assert recommend({}).in_scope


@pytest.mark.slow
def test_a_year_changes_nothing(overlay: Overlay) -> None:
    text = KEYNOTE.read_text(encoding="utf-8")
    undated = overlay(text.replace('year("KEYNOTE-177", 2022).', ""))
    found, dated = (recommend(FIRST_LINE, overlays=[path]) for path in (undated, KEYNOTE))
    assert undated.read_text(encoding="utf-8") != text
    assert found == dated
