"""The overlays since 2019: each trial's population, just outside it, and not known.

Each line of a case is checked against the trial: who is offered what, at which grade, and
which source is named for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import crcasp
from crcasp import Advice, Verdict, parse_facts, recommend
from crcasp.program.files import Program
from crcasp.questions.audit import AllPatients

FOLDER = Path(__file__).parents[2] / "examples" / "overlays" / "since_2019"
ALL = (FOLDER,)
FIT = (
    "liver_metastases(unresectable). disease_extent(disseminated). "
    "organ_function(adequate). ecog(1). age(60)."
)
FIRST = f"{FIT} side(left). ras(wild_type). braf(wild_type). mmr(proficient)."
OXALIPLATIN = "received(1,folfox). received(1,bevacizumab). stopped(1,progression)."
REFRACTORY = f"{OXALIPLATIN} received(2,folfiri). received(2,aflibercept). stopped(2,progression)."


def but(facts: str, *others: str) -> str:
    """Facts with some findings as others say; `-name` takes one away."""
    names = {other.removeprefix("-").partition("(")[0] for other in others}
    kept = [fact for fact in facts.split() if fact.partition("(")[0] not in names]
    return " ".join([*kept, *(f"{other}." for other in others if not other.startswith("-"))])


class Case(NamedTuple):
    """What is expected of one therapy for one patient, by one file, and by all of them."""

    name: str
    file: str
    facts: str
    therapy: str
    # "eligible GRADE SOURCE", "lowered GRADE SOURCE", "excluded SOURCE", "undetermined MISSING"
    expected: str


CASES = [
    # KEYNOTE-177: first line, MMR-deficient
    Case(
        "inside",
        "keynote_177",
        but(FIRST, "mmr(deficient)"),
        "pembrolizumab",
        "eligible benefit KEYNOTE-177",
    ),
    Case(
        "inside by MSI",
        "keynote_177",
        but(FIRST, "-mmr", "msi(high)"),
        "pembrolizumab",
        "eligible benefit KEYNOTE-177",
    ),
    Case(
        "chemotherapy",
        "keynote_177",
        but(FIRST, "mmr(deficient)"),
        "folfox+cetuximab",
        "lowered recommended KEYNOTE-177",
    ),
    Case("outside", "keynote_177", FIRST, "pembrolizumab", "excluded KEYNOTE-177"),
    Case("outside, chemotherapy", "keynote_177", FIRST, "folfox+cetuximab", "eligible benefit 1.1"),
    Case("not known", "keynote_177", but(FIRST, "-mmr"), "pembrolizumab", "undetermined mmr"),
    # CheckMate 8HW: any line, MMR-deficient, no immunotherapy before
    Case(
        "first line",
        "checkmate_8hw",
        but(FIRST, "mmr(deficient)"),
        "nivolumab+ipilimumab",
        "eligible benefit CheckMate 8HW",
    ),
    Case(
        "chemotherapy",
        "checkmate_8hw",
        but(FIRST, "mmr(deficient)"),
        "folfiri+cetuximab",
        "lowered recommended CheckMate 8HW",
    ),
    Case(
        "later",
        "checkmate_8hw",
        but(f"{FIRST} {OXALIPLATIN}", "mmr(deficient)"),
        "nivolumab+ipilimumab",
        "eligible benefit CheckMate 8HW",
    ),
    Case(
        "alone",
        "checkmate_8hw",
        but(f"{FIRST} {OXALIPLATIN}", "mmr(deficient)"),
        "nivolumab",
        "lowered recommended CheckMate 8HW",
    ),
    Case(
        "immunotherapy before",
        "checkmate_8hw",
        but(FIRST, "mmr(deficient)", "received(1,pembrolizumab)", "stopped(1,completed)"),
        "nivolumab+ipilimumab",
        "not by CheckMate 8HW",
    ),
    # BREAKWATER: first line, BRAF mutant, not MMR-deficient
    Case(
        "inside",
        "breakwater",
        but(FIRST, "braf(mutant)"),
        "folfox+cetuximab+encorafenib",
        "eligible benefit BREAKWATER",
    ),
    Case(
        "other chemotherapy",
        "breakwater",
        but(FIRST, "braf(mutant)"),
        "folfox+cetuximab",
        "lowered recommended BREAKWATER",
    ),
    Case(
        "on the right",
        "breakwater",
        but(FIRST, "braf(mutant)", "side(right)"),
        "folfiri+bevacizumab",
        "lowered recommended BREAKWATER",
    ),
    Case(
        "MMR-deficient",
        "breakwater",
        but(FIRST, "braf(mutant)", "mmr(deficient)"),
        "folfox+cetuximab+encorafenib",
        "excluded BREAKWATER",
    ),
    Case(
        "BRAF wild-type", "breakwater", FIRST, "folfox+cetuximab+encorafenib", "excluded BREAKWATER"
    ),
    Case(
        "RAS mutant",
        "breakwater",
        but(FIRST, "braf(mutant)", "ras(mutant)"),
        "folfox+cetuximab+encorafenib",
        "excluded X2",
    ),
    Case(
        "not known",
        "breakwater",
        but(FIRST, "-braf"),
        "folfox+cetuximab+encorafenib",
        "undetermined braf",
    ),
    # BEACON: after one or two lines, BRAF mutant
    Case(
        "after one",
        "beacon",
        but(f"{FIRST} {OXALIPLATIN}", "braf(mutant)"),
        "encorafenib+cetuximab",
        "eligible benefit BEACON",
    ),
    Case(
        "after two",
        "beacon",
        but(f"{FIRST} {REFRACTORY}", "braf(mutant)"),
        "encorafenib+cetuximab",
        "eligible benefit BEACON",
    ),
    Case(
        "after three",
        "beacon",
        but(
            f"{FIRST} {REFRACTORY} received(3,regorafenib). stopped(3,progression).", "braf(mutant)"
        ),
        "encorafenib+cetuximab",
        "excluded BEACON",
    ),
    Case(
        "FOLFIRI",
        "beacon",
        but(f"{FIRST} {OXALIPLATIN}", "braf(mutant)"),
        "folfiri+cetuximab",
        "excluded BEACON",
    ),
    Case(
        "FOLFIRI, wild-type",
        "beacon",
        f"{FIRST} {OXALIPLATIN}",
        "folfiri+cetuximab",
        "eligible recommended 6.3",
    ),
    Case(
        "FOLFIRI, not known",
        "beacon",
        but(f"{FIRST} {OXALIPLATIN}", "-braf"),
        "folfiri+panitumumab",
        "undetermined braf",
    ),
    # PARADIGM: first line, RAS wild-type
    Case("left", "paradigm", FIRST, "folfox+panitumumab", "eligible benefit PARADIGM"),
    Case("right", "paradigm", but(FIRST, "side(right)"), "folfox+panitumumab", "excluded PARADIGM"),
    Case(
        "right, cetuximab",
        "paradigm",
        but(FIRST, "side(right)"),
        "folfiri+cetuximab",
        "excluded PARADIGM",
    ),
    Case(
        "side not known", "paradigm", but(FIRST, "-side"), "folfox+panitumumab", "undetermined side"
    ),
    Case(
        "later",
        "paradigm",
        but(f"{FIRST} {OXALIPLATIN}", "side(right)"),
        "folfiri+panitumumab",
        "eligible recommended 6.3",
    ),
    # CAIRO5: first line, the liver alone, unresectable
    Case(
        "right",
        "cairo5",
        but(FIRST, "side(right)", "disease_extent(liver_only)"),
        "folfoxiri+bevacizumab",
        "eligible considered CAIRO5",
    ),
    Case(
        "RAS mutant",
        "cairo5",
        but(FIRST, "ras(mutant)", "disease_extent(liver_only)"),
        "folfoxiri+bevacizumab",
        "eligible considered CAIRO5",
    ),
    Case(
        "left and wild-type",
        "cairo5",
        but(FIRST, "disease_extent(liver_only)"),
        "folfoxiri+bevacizumab",
        "excluded CAIRO5",
    ),
    Case(
        "left, cetuximab",
        "cairo5",
        but(FIRST, "disease_extent(liver_only)"),
        "folfox+cetuximab",
        "lowered recommended CAIRO5",
    ),
    Case("beyond the liver", "cairo5", FIRST, "folfox+cetuximab", "eligible benefit 1.1"),
    Case(
        "resectable",
        "cairo5",
        but(FIRST, "liver_metastases(resectable)", "disease_extent(liver_only)"),
        "folfox+cetuximab",
        "eligible benefit 1.1",
    ),
    Case(
        "extent not known",
        "cairo5",
        but(FIRST, "side(right)", "-disease_extent"),
        "folfoxiri+bevacizumab",
        "undetermined disease_extent",
    ),
    # SUNLIGHT: third line
    Case(
        "RAS mutant",
        "sunlight",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)"),
        "trifluridine_tipiracil+bevacizumab",
        "eligible benefit SUNLIGHT",
    ),
    Case(
        "RAS wild-type without anti-EGFR",
        "sunlight",
        f"{FIRST} {REFRACTORY}",
        "trifluridine_tipiracil+bevacizumab",
        "excluded SUNLIGHT",
    ),
    Case(
        "RAS wild-type with anti-EGFR",
        "sunlight",
        f"{FIRST} {REFRACTORY.replace('aflibercept', 'cetuximab')}",
        "trifluridine_tipiracil+bevacizumab",
        "eligible benefit SUNLIGHT",
    ),
    Case(
        "single agent",
        "sunlight",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)"),
        "trifluridine_tipiracil",
        "eligible recommended 8",
    ),
    Case(
        "ECOG 2",
        "sunlight",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)", "ecog(2)"),
        "trifluridine_tipiracil+bevacizumab",
        "excluded SUNLIGHT",
    ),
    Case(
        "ECOG not known",
        "sunlight",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)", "-ecog"),
        "trifluridine_tipiracil+bevacizumab",
        "undetermined ecog",
    ),
    Case(
        "three lines",
        "sunlight",
        but(
            f"{FIRST} {REFRACTORY} received(3,regorafenib). stopped(3,progression).", "ras(mutant)"
        ),
        "trifluridine_tipiracil+bevacizumab",
        "excluded SUNLIGHT",
    ),
    # FRESCO-2: after trifluridine-tipiracil or regorafenib
    Case(
        "after regorafenib",
        "fresco_2",
        f"{FIRST} {REFRACTORY} received(3,regorafenib). stopped(3,progression).",
        "fruquintinib",
        "eligible benefit FRESCO-2",
    ),
    Case("before them", "fresco_2", f"{FIRST} {REFRACTORY}", "fruquintinib", "excluded FRESCO-2"),
    Case(
        "again",
        "fresco_2",
        f"{FIRST} {REFRACTORY} received(3,regorafenib). received(4,fruquintinib). "
        "stopped(4,progression).",
        "fruquintinib",
        "excluded X3",
    ),
    # CodeBreaK 300 and KRYSTAL-1: KRAS G12C
    Case(
        "G12C",
        "kras_g12c",
        but(f"{FIRST} {REFRACTORY}", "-ras", "kras_g12c(yes)"),
        "sotorasib+panitumumab",
        "eligible benefit CodeBreaK 300",
    ),
    Case(
        "G12C, adagrasib",
        "kras_g12c",
        but(f"{FIRST} {REFRACTORY}", "-ras", "kras_g12c(yes)"),
        "adagrasib+cetuximab",
        "eligible recommended KRYSTAL-1",
    ),
    Case(
        "RAS wild-type",
        "kras_g12c",
        f"{FIRST} {REFRACTORY}",
        "sotorasib+panitumumab",
        "excluded CodeBreaK 300",
    ),
    Case(
        "mutant otherwise",
        "kras_g12c",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)", "kras_g12c(no)"),
        "sotorasib+panitumumab",
        "excluded CodeBreaK 300",
    ),
    Case(
        "not known",
        "kras_g12c",
        but(f"{FIRST} {REFRACTORY}", "ras(mutant)"),
        "sotorasib+panitumumab",
        "undetermined kras_g12c",
    ),
    Case(
        "irinotecan lacking",
        "kras_g12c",
        but(f"{FIRST} {OXALIPLATIN}", "-ras", "kras_g12c(yes)"),
        "sotorasib+panitumumab",
        "excluded CodeBreaK 300",
    ),
    # MOUNTAINEER and DESTINY-CRC02: HER2-positive
    Case(
        "RAS wild-type",
        "her2",
        f"{FIRST} {REFRACTORY} her2(positive).",
        "tucatinib+trastuzumab",
        "eligible recommended MOUNTAINEER",
    ),
    Case(
        "RAS mutant",
        "her2",
        but(f"{FIRST} {REFRACTORY} her2(positive).", "ras(mutant)"),
        "tucatinib+trastuzumab",
        "excluded MOUNTAINEER",
    ),
    Case(
        "second to tucatinib",
        "her2",
        f"{FIRST} {REFRACTORY} her2(positive).",
        "trastuzumab_deruxtecan",
        "eligible considered DESTINY-CRC02",
    ),
    Case(
        "RAS mutant, deruxtecan",
        "her2",
        but(f"{FIRST} {REFRACTORY} her2(positive).", "ras(mutant)"),
        "trastuzumab_deruxtecan",
        "eligible recommended DESTINY-CRC02",
    ),
    Case(
        "after tucatinib",
        "her2",
        f"{FIRST} {REFRACTORY} her2(positive). received(3,tucatinib). received(3,trastuzumab). "
        "stopped(3,progression).",
        "trastuzumab_deruxtecan",
        "eligible recommended DESTINY-CRC02",
    ),
    Case(
        "negative",
        "her2",
        f"{FIRST} {REFRACTORY} her2(negative).",
        "trastuzumab_deruxtecan",
        "excluded DESTINY-CRC02",
    ),
    Case(
        "not known", "her2", f"{FIRST} {REFRACTORY}", "tucatinib+trastuzumab", "undetermined her2"
    ),
    # FOXFIRE and EPOCH: radioembolization
    Case(
        "first line",
        "radioembolization",
        but(FIRST, "disease_extent(liver_only)", "multifocal_liver_disease(late)"),
        "radioembolization",
        "excluded FOXFIRE",
    ),
    Case(
        "second line",
        "radioembolization",
        but(f"{FIRST} {OXALIPLATIN}", "disease_extent(liver_only)"),
        "radioembolization",
        "eligible considered EPOCH",
    ),
    Case(
        "no chemotherapy left",
        "radioembolization",
        but(
            f"{FIRST} {REFRACTORY}", "disease_extent(liver_only)", "multifocal_liver_disease(late)"
        ),
        "radioembolization",
        "excluded EPOCH",
    ),
    Case(
        "extent not known",
        "radioembolization",
        but(f"{FIRST} {OXALIPLATIN}", "-disease_extent"),
        "radioembolization",
        "undetermined disease_extent",
    ),
]


@cache
def answer(facts: str, overlays: tuple[Path, ...]) -> Advice:
    return recommend(parse_facts(facts, overlays=overlays), overlays=overlays, tests=False)


def check(verdict: Verdict, expected: str) -> None:
    status, _, rest = expected.partition(" ")
    if status == "not":
        assert rest.removeprefix("by ") not in verdict.statements
    elif status == "undetermined":
        assert (verdict.status, verdict.missing) == ("undetermined", [rest])
    elif status == "excluded":
        assert (verdict.status, verdict.deciding) == ("excluded", rest)
    else:
        grade, _, source = rest.partition(" ")
        assert (verdict.status, verdict.grade) == ("eligible", grade)
        reasons = verdict.lowered if status == "lowered" else verdict.because
        (named,) = [reason for reason in reasons if reason.statement == source]
        assert named.references or source[0].isdigit()
        assert named.text


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            marks=[pytest.mark.slow] if number % 9 else [],
            id=f"{case.file}: {case.name}, {case.therapy}",
        )
        for number, case in enumerate(CASES)
    ],
)
def test_what_the_trial_says(case: Case) -> None:
    overlays = (FOLDER / f"{case.file}.lp",)
    check(answer(case.facts, overlays).therapies[case.therapy], case.expected)


def of(facts: str) -> Advice:
    return answer(facts, ALL)


def preferred(facts: str) -> list[str]:
    return [str(chosen) for chosen in of(facts).preferred]


def why(facts: str, therapy: str) -> set[str]:
    """The sources named for a therapy: for it, against it, or against a higher grade."""
    verdict = of(facts).therapies[therapy]
    named = {item.statement for item in (*verdict.because, *verdict.lowered)}
    return {str(name) for name in named} | ({str(verdict.deciding)} if verdict.deciding else set())


# Twenty patients for the table of today, each with what it prefers and which source says so.
TODAY: list[tuple[str, list[str], dict[str, set[str]]]] = [
    (but(FIRST, "mmr(deficient)"), ["nivolumab+ipilimumab", "pembrolizumab"],
     {"pembrolizumab": {"KEYNOTE-177"}, "nivolumab+ipilimumab": {"CheckMate 8HW"},
      "folfox+cetuximab": {"1", "1.1", "KEYNOTE-177", "CheckMate 8HW"}}),
    (FIRST, ["folfiri+cetuximab", "folfox+cetuximab", "folfox+panitumumab"],
     {"folfox+panitumumab": {"2", "PARADIGM"}, "folfox+cetuximab": {"1", "1.1"}}),
    (but(FIRST, "side(right)"), ["folfiri+bevacizumab", "folfox+bevacizumab"],
     {"folfox+cetuximab": {"PARADIGM"}, "folfox+bevacizumab": {"1", "1.1"}}),
    (but(FIRST, "braf(mutant)"), ["folfox+cetuximab+encorafenib"],
     {"folfox+cetuximab+encorafenib": {"BREAKWATER"},
      "folfox+cetuximab": {"1", "1.1", "BREAKWATER"}}),
    (but(FIRST, "braf(mutant)", "side(right)"), ["folfox+cetuximab+encorafenib"],
     {"folfox+bevacizumab": {"1", "1.1", "BREAKWATER"}, "folfox+cetuximab": {"PARADIGM"}}),
    (but(FIRST, "braf(mutant)", "mmr(deficient)"), ["nivolumab+ipilimumab", "pembrolizumab"],
     {"folfox+cetuximab+encorafenib": {"BREAKWATER"}}),
    (but(FIRST, "disease_extent(liver_only)"), [],
     {"folfox+cetuximab": {"1", "1.1", "CAIRO5"},
      "folfox+panitumumab": {"2", "PARADIGM", "CAIRO5"}}),
    (but(FIRST, "ras(mutant)", "disease_extent(liver_only)", "side(right)"),
     ["folfiri+bevacizumab", "folfox+bevacizumab"], {"folfoxiri+bevacizumab": {"CAIRO5"}}),
    (but(f"{FIRST} {OXALIPLATIN}", "braf(mutant)"), ["encorafenib+cetuximab"],
     {"encorafenib+cetuximab": {"BEACON"}, "folfiri+cetuximab": {"BEACON"}}),
    (f"{FIRST} {OXALIPLATIN}",
     [], {"folfiri+cetuximab": {"6.3"}}),
    (but(f"{FIRST} {OXALIPLATIN}", "mmr(deficient)"),
     ["nivolumab+ipilimumab", "pembrolizumab"], {"nivolumab": {"10.1", "10.3", "CheckMate 8HW"}}),
    (but(f"{FIRST} {REFRACTORY}", "ras(mutant)"), ["trifluridine_tipiracil+bevacizumab"],
     {"trifluridine_tipiracil+bevacizumab": {"SUNLIGHT"}, "trifluridine_tipiracil": {"8"}}),
    (f"{FIRST} {REFRACTORY} her2(positive).", [],
     {"tucatinib+trastuzumab": {"MOUNTAINEER"}, "trastuzumab_deruxtecan": {"DESTINY-CRC02"}}),
    (but(f"{FIRST} {REFRACTORY}", "-ras", "kras_g12c(yes)"),
     ["sotorasib+panitumumab", "trifluridine_tipiracil+bevacizumab"],
     {"sotorasib+panitumumab": {"CodeBreaK 300"}, "adagrasib+cetuximab": {"KRYSTAL-1"}}),
    (f"{FIRST} {REFRACTORY} received(3,trifluridine_tipiracil). stopped(3,progression).",
     ["fruquintinib"],
     {"fruquintinib": {"FRESCO-2"}}),
    (but(FIRST, "disease_extent(liver_only)", "multifocal_liver_disease(late)"), [],
     {"radioembolization": {"FOXFIRE"}, "tace": {"13"}}),
    (but(f"{FIRST} {OXALIPLATIN}", "ras(mutant)", "disease_extent(liver_only)"), [],
     {"radioembolization": {"EPOCH"}}),
    (f"{FIRST} received(1,folfox). received(1,cetuximab). received(1,encorafenib). "
     "stopped(1,completed). received(2,folfiri). stopped(2,completed).",
     [], {"folfox+cetuximab+encorafenib": {"11"}}),
    (but(FIRST, "-mmr"), [], {"folfox+cetuximab": {"1", "1.1", "KEYNOTE-177", "CheckMate 8HW"}}),
    (but(FIRST, "-braf"), [], {"folfox+cetuximab": {"1", "1.1", "BREAKWATER"}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "sets", "sources"), TODAY, ids=map(str, range(1, len(TODAY) + 1))
)
def test_the_table_of_today(facts: str, sets: list[str], sources: dict[str, set[str]]) -> None:
    if sets:
        assert preferred(facts) == sets
    assert {therapy: why(facts, therapy) for therapy in sources} == sources


def test_a_merely_considered_therapy_grades_the_set() -> None:
    facts = but(f"{FIRST} {OXALIPLATIN}", "disease_extent(liver_only)", "ras(mutant)")
    grades = {str(chosen): chosen.grade for chosen in of(facts).sets}
    assert grades["folfiri & radioembolization"] == "considered"
    assert grades["folfiri"] == "recommended"
    assert "radioembolization" not in grades


def test_transplantation_is_a_notice() -> None:
    facts = but(FIRST, "disease_extent(liver_only)")
    assert any("TransMet" in notice for notice in of(facts).notices)
    for other in ("age(66)", "ecog(2)", "braf(mutant)", "disease_extent(liver_dominant)", "-age"):
        assert not any("TransMet" in notice for notice in of(but(facts, other)).notices)


@pytest.mark.slow
def test_the_order_of_the_files_does_not_matter() -> None:
    files = tuple(sorted(FOLDER.glob("*.lp")))
    for facts, *_ in TODAY[::5]:
        assert answer(facts, files) == answer(facts, files[::-1])


@pytest.mark.slow
def test_the_properties_hold_of_the_table_of_today() -> None:
    search = AllPatients(Program.build(ALL))
    held = [search.asked(*item) for item in search.declared() if item[1] == "holds"]
    assert len(held) > 10
    assert [item.name for item in held if item.result != "proved"] == []


DOUBLETS = ("folfox", "folfiri")
FOUR = {f"{name}+{partner}" for name in DOUBLETS for partner in ("cetuximab", "bevacizumab")}
SUNLIGHT = {"trifluridine_tipiracil+bevacizumab"}
ROWS: list[tuple[str, dict[str, set[str]]]] = [
    ("keynote_177", {"gained": {"pembrolizumab"}, "lowered": FOUR}),
    (
        "cairo5",
        {
            "gained": {"folfoxiri+bevacizumab"},
            "lowered": {"folfox+cetuximab", "folfiri+cetuximab"},
        },
    ),
    ("sunlight", {"gained": SUNLIGHT, "raised": SUNLIGHT}),
    ("transmet", {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "row"), ROWS)
def test_the_rows_of_the_readme(file: str, row: dict[str, set[str]]) -> None:
    found: dict[str, set[str]] = {}
    for change in crcasp.diff(overlays=[FOLDER / f"{file}.lp"]).changes:
        found.setdefault(change.kind, set()).add(change.therapy)
    assert found == row
