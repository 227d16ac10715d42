"""Each statement, exclusion and interpretation, by hand from the paper.

A row names what it guards. Rows of `APPLIES` fail when the statement is removed; rows
of `SILENT` fail when one of its conditions is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import reading

from crcasp import Advice, parse_facts, recommend
from crcasp.cli import main
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import natural
from crcasp.results.advice import Condition
from crcasp.results.shapes import as_json

AFTER_OX = "received(1, folfox). stopped(1, progression)."
AFTER_IRI = "received(1, folfiri). stopped(1, progression)."
REFRACTORY = (
    "received(1, folfox). stopped(1, progression). received(2, folfiri). stopped(2, toxicity)."
)
# Nothing that it holds is on the list of X3.
INTOLERABLE = "received(1, fluorouracil_leucovorin). stopped(1, toxicity)."
LIVER = "disease_extent(liver_only)."
EARLY = f"{LIVER} multifocal_liver_disease(early)."
LATE = f"{LIVER} multifocal_liver_disease(late)."
EARLY_DOMINANT = EARLY.replace("only", "dominant")
LATE_DOMINANT = LATE.replace("only", "dominant")
FIT = "ecog(1). organ_function(adequate)."
THIRD = (
    "received(1, (folfox; bevacizumab)). stopped(1, progression)."
    "received(2, folfiri). stopped(2, progression)."
    "received(3, (folfox; bevacizumab))."
)
BOTH_WITH_BEVACIZUMAB = (
    "received(1, (folfox; bevacizumab)). stopped(1, progression)."
    "received(2, (folfiri; bevacizumab)). stopped(2, progression). ras(wild_type). side(left)."
)
OXALIPLATIN_SECOND = (
    "received(1, (capecitabine; bevacizumab)). stopped(1, progression)."
    "received(2, folfox). stopped(2, progression)."
)

TRIPLET = "received(1, folfirinox). stopped(1, completed)."
CHECKPOINT = "received(1, pembrolizumab). stopped(1, completed)."
AFTER_CHECKPOINT = (
    f"{CHECKPOINT} received(2, capox). stopped(2, completed). received(3, capecitabine)."
)
UNRESECTABLE = f"liver_metastases(unresectable). {LIVER}"
ONE_BY_ONE = "received(1, (fluorouracil; oxaliplatin; bevacizumab)). stopped(1, completed)."


@cache
def advise(facts: str) -> Advice:
    return recommend(parse_facts(facts), tests=False)


APPLIES = [
    # statement, facts, therapies, grade
    ("1", "", "folfox folfiri folfox+bevacizumab folfiri+bevacizumab", "recommended"),
    ("1", "ras(wild_type).", "folfox+cetuximab folfiri+cetuximab", "recommended"),
    ("1.1", "ras(wild_type). side(left).", "folfox+cetuximab folfiri+cetuximab", "benefit"),
    ("1.1", "side(right).", "folfox+bevacizumab folfiri+bevacizumab", "benefit"),
    ("2", "ras(wild_type).", "folfox+panitumumab folfiri+panitumumab", "recommended"),
    ("3", "country(japan).", "sox iris", "recommended"),
    ("4", "age(60). tumor_burden(high). ras(mutant).", "folfirinox folfoxiri", "considered"),
    ("4", "age(70). tumor_burden(high). braf(mutant).", "folfirinox folfoxiri", "considered"),
    (
        "5",
        f"liver_metastases(unresectable). {LIVER}",
        "hai fluorouracil_leucovorin",
        "recommended",
    ),
    ("6.1", "received(1, capox). stopped(1, progression).", "folfiri", "recommended"),
    ("6.2", f"{AFTER_OX} ras(mutant).", "folfiri+bevacizumab", "recommended"),
    (
        "6.3",
        f"{AFTER_OX} ras(wild_type).",
        "folfiri+cetuximab folfiri+panitumumab",
        "recommended",
    ),
    ("6.4", AFTER_OX, "folfiri+aflibercept", "recommended"),
    ("6.5", AFTER_OX, "folfiri+ramucirumab", "recommended"),
    ("7.1", AFTER_IRI, "folfox", "considered"),
    ("7.2", f"{AFTER_IRI} ras(wild_type).", "folfox+cetuximab folfox+panitumumab", "recommended"),
    ("7.2", AFTER_IRI, "folfox+bevacizumab", "considered"),
    ("7.2", f"{AFTER_IRI} ras(wild_type).", "folfox+bevacizumab", "considered"),
    ("7.2", f"{AFTER_IRI} ras(mutant).", "folfox+bevacizumab", "recommended"),
    (
        "8",
        f"{REFRACTORY} ecog(1). organ_function(adequate).",
        "regorafenib trifluridine_tipiracil",
        "recommended",
    ),
    ("9", f"{AFTER_OX} liver_metastases(unresectable). {LIVER}", "hai", "considered"),
    (
        "10.1",
        f"{AFTER_OX} mmr(deficient).",
        "pembrolizumab nivolumab nivolumab+ipilimumab",
        "benefit",
    ),
    ("10.2", f"{AFTER_OX} msi(high).", "pembrolizumab", "benefit"),
    ("10.3", f"{AFTER_OX} msi(high).", "nivolumab nivolumab+ipilimumab", "benefit"),
    (
        "11",
        "received(1, (capox; bevacizumab)). stopped(1, progression). received(2, folfiri).",
        "capox+bevacizumab",
        "considered",
    ),
    ("11", REFRACTORY, "folfox", "considered"),
    ("11", f"{ONE_BY_ONE} received(2, capecitabine).", "folfox+bevacizumab", "considered"),
    ("12", f"{LIVER} multifocal_liver_disease(early).", "hai", "recommended"),
    (
        "13",
        "disease_extent(liver_dominant). multifocal_liver_disease(late).",
        "tace radioembolization",
        "recommended",
    ),
]


@pytest.mark.parametrize(("statement", "facts", "therapies", "grade"), APPLIES)
def test_statement_supports(statement: str, facts: str, therapies: str, grade: str) -> None:
    advice = advise(facts)
    for therapy in therapies.split():
        verdict = advice.therapies[therapy]
        assert verdict.status == "eligible", f"statement {statement}: {therapy}"
        assert statement in verdict.statements, f"statement {statement}: {therapy}"
        assert verdict.grade == grade, f"statement {statement}: {therapy}"
        reason = next(item for item in verdict.because if item.statement == statement)
        assert reason.text


REFERENCES = {
    "1": (163, 164),
    "1.1": (165,),
    "2": (168, 169),
    "3": (170, 171),
    "5": (40, 41),
    "6.4": (172, 173),
    "6.5": (174,),
    "8": (175, 176),
    "9": (40, 41, 177),
    "10.2": (178, 179),
    "10.3": (180,),
}


def test_references_are_those_of_the_table() -> None:
    found = {}
    for _, facts, therapies, _ in APPLIES:
        advice = advise(facts)
        for therapy in therapies.split():
            for reason in advice.therapies[therapy].because:
                found[reason.statement] = reason.references
    assert {key: value for key, value in found.items() if value} == REFERENCES


SILENT = [
    # statement, facts, therapies, status, the finding that fails
    ("1", AFTER_OX, "sox iris", "excluded", "line"),
    ("2", "ras(mutant).", "folfox+panitumumab folfiri+panitumumab", "excluded", "ras"),
    ("3", "country(other).", "sox iris", "excluded", "country"),
    (
        "4",
        "age(71). tumor_burden(high). ras(mutant).",
        "folfirinox folfoxiri",
        "excluded",
        "age",
    ),
    ("4", "age(60). tumor_burden(low). ras(mutant).", "folfirinox", "excluded", "tumor_burden"),
    (
        "4",
        "age(60). tumor_burden(high). ras(wild_type). braf(wild_type).",
        "folfirinox",
        "excluded",
        "braf",
    ),
    (
        "5",
        f"liver_metastases(resectable). multifocal_liver_disease(absent). {LIVER}",
        "hai fluorouracil_leucovorin",
        "excluded",
        "liver_metastases",
    ),
    (
        "6.1",
        AFTER_IRI,
        "folfiri+aflibercept folfiri+ramucirumab",
        "excluded",
        "earlier(oxaliplatin)",
    ),
    ("6.2", f"{AFTER_OX} ras(wild_type).", "folfiri+bevacizumab", "excluded", "ras"),
    ("6.3", f"{AFTER_OX} ras(mutant).", "folfiri+cetuximab", "excluded", "ras"),
    ("7.1", "received(1, capecitabine).", "folfox", "excluded", "earlier(irinotecan)"),
    ("8", f"{REFRACTORY} ecog(2). organ_function(adequate).", "regorafenib", "excluded", "ecog"),
    (
        "8",
        f"{REFRACTORY} ecog(0). organ_function(inadequate).",
        "regorafenib",
        "excluded",
        "organ_function",
    ),
    (
        "8",
        f"{AFTER_OX} ecog(0). organ_function(adequate).",
        "trifluridine_tipiracil",
        "excluded",
        "failed(irinotecan)",
    ),
    (
        "8",
        f"{AFTER_IRI} ecog(0). organ_function(adequate).",
        "trifluridine_tipiracil",
        "excluded",
        "failed(oxaliplatin)",
    ),
    (
        "9",
        f"{AFTER_OX} liver_metastases(resectable). multifocal_liver_disease(late). {LIVER}",
        "hai",
        "excluded",
        "liver_metastases",
    ),
    ("10.1", f"{AFTER_OX} mmr(proficient).", "pembrolizumab nivolumab", "excluded", "mmr"),
    ("10.1", "mmr(deficient).", "pembrolizumab nivolumab", "excluded", "line"),
    ("11", "received(1, folfox).", "folfox", "excluded", "later_line"),
    (
        "11",
        f"{INTOLERABLE} received(2, folfiri).",
        "fluorouracil_leucovorin",
        "excluded",
        "stopped(1)",
    ),
    (
        "12",
        f"{LATE} liver_metastases(resectable).",
        "hai",
        "excluded",
        "multifocal_liver_disease",
    ),
    (
        "13",
        f"{LIVER} multifocal_liver_disease(early).",
        "tace",
        "excluded",
        "multifocal_liver_disease",
    ),
    ("X2", "ras(mutant).", "folfox+cetuximab folfiri+cetuximab", "excluded", "ras"),
    ("X3", AFTER_IRI.replace("folfiri", "folfirinox"), "folfox folfiri", "excluded", "stopped(1)"),
    (
        "X3",
        f"{AFTER_OX.replace('folfox', '(folfox; cetuximab)')} ras(wild_type).",
        "folfiri+panitumumab",
        "excluded",
        "stopped(1)",
    ),
    (
        "X3",
        f"{AFTER_OX} received(2, pembrolizumab). stopped(2, progression). mmr(deficient).",
        "nivolumab nivolumab+ipilimumab",
        "excluded",
        "stopped(2)",
    ),
    (
        "X3",
        f"{REFRACTORY} received(3, regorafenib). stopped(3, progression).",
        "regorafenib",
        "excluded",
        "stopped(3)",
    ),
    (
        "X3",
        f"{REFRACTORY} received(3, trifluridine_tipiracil). stopped(3, progression).",
        "trifluridine_tipiracil",
        "excluded",
        "stopped(3)",
    ),
    (
        "X3",
        "received(1, (folfox; bevacizumab)). stopped(1, toxicity). toxic(1, bevacizumab)."
        "ras(mutant).",
        "folfiri+bevacizumab",
        "excluded",
        "stopped(1)",
    ),
    (
        "X3",
        f"{AFTER_OX} received(2, (nivolumab; ipilimumab)). stopped(2, toxicity)."
        "toxic(2, ipilimumab). mmr(deficient).",
        "pembrolizumab nivolumab nivolumab+ipilimumab",
        "excluded",
        "stopped(2)",
    ),
    (
        "X3",
        "received(1, (folfox; bevacizumab)). stopped(1, toxicity). toxic(1, anti_vegf).",
        "folfiri+bevacizumab folfiri+aflibercept folfiri+ramucirumab",
        "excluded",
        "stopped(1)",
    ),
    ("X4", "contraindicated(oxaliplatin).", "folfox folfirinox sox", "excluded", "oxaliplatin"),
    ("X4", "unavailable(anti_vegf).", "folfox+bevacizumab", "excluded", "anti_vegf"),
    ("X4", "unavailable(hai).", "hai fluorouracil_leucovorin", "excluded", "hai"),
    (
        "X5",
        "disease_extent(disseminated). liver_metastases(unresectable).",
        "hai fluorouracil_leucovorin tace radioembolization",
        "excluded",
        "disease_extent",
    ),
]


@pytest.mark.parametrize(("guard", "facts", "therapies", "status", "finding"), SILENT)
def test_condition_is_needed(
    guard: str, facts: str, therapies: str, status: str, finding: str
) -> None:
    advice = advise(facts)
    for therapy in therapies.split():
        verdict = advice.therapies[therapy]
        assert verdict.status == status, f"{guard}: {therapy}"
        failing = {item.finding for why in verdict.against for item in why.conditions}
        assert finding in failing, f"{guard}: {therapy}"
        if guard.startswith("X"):
            assert guard in {why.exclusion for why in verdict.against}


def sets(facts: str, **options: str) -> set[frozenset[str]]:
    advice = recommend(parse_facts(facts), constants=dict(options), tests=False)
    return {frozenset(chosen.therapies) for chosen in advice.sets}


def test_1_2_and_x1_keep_anti_vegf_and_anti_egfr_apart() -> None:
    """Only with a second partner allowed can the pair be proposed at all."""
    pairs = {
        frozenset(name.split("+")[1] for name in chosen)
        for chosen in sets("ras(wild_type).", max_partners="2")
        if all("+" in name for name in chosen)
    }
    assert frozenset({"cetuximab", "panitumumab"}) in pairs
    assert not any("bevacizumab" in pair and len(pair) > 1 for pair in pairs)


def test_one_partner_at_most() -> None:
    assert all(len(chosen) == 1 for chosen in sets("ras(wild_type)."))


def test_5_hai_stands_beside_its_companions_only() -> None:
    facts = f"liver_metastases(unresectable). {LIVER} ras(wild_type). country(japan)."
    beside_hai = {chosen - {"hai"} for chosen in sets(facts) if "hai" in chosen}
    expected = [(), ("folfox",), ("folfiri",), ("fluorouracil_leucovorin",)]
    assert beside_hai == set(map(frozenset, expected))


def test_5_fluorouracil_leucovorin_stands_only_beside_hai() -> None:
    found = sets(f"liver_metastases(unresectable). {LIVER}")
    assert {c for c in found if "fluorouracil_leucovorin" in c} == {
        frozenset({"fluorouracil_leucovorin", "hai"})
    }


def test_11_fluorouracil_leucovorin_reused_stands_alone() -> None:
    facts = "received(1, fluorouracil_leucovorin). stopped(1, completed). received(2, folfiri)."
    assert frozenset({"fluorouracil_leucovorin"}) in sets(facts)


def test_11_two_partners_are_not_reused() -> None:
    facts = "received(1, (capox; bevacizumab; cetuximab)). received(2, folfiri)."
    assert not [name for name in advise(facts).therapies if name.startswith("capox")]


def test_x3_spares_11_and_fluoropyrimidines_and_anti_vegf() -> None:
    facts = "received(1, (folfox; bevacizumab)). stopped(1, progression). ras(mutant)."
    advice = advise(facts + " received(2, irinotecan).")
    assert advice.therapies["folfox+bevacizumab"].statements == ("11",)
    assert advise(facts).therapies["folfiri+bevacizumab"].status == "eligible"


def test_scope() -> None:
    advice = advise("liver_metastases(none).")
    assert not advice.in_scope
    assert not advice.sets
    assert not advice.therapies
    assert len(advice.notices) == 1
    resectable = advise("liver_metastases(resectable).")
    assert resectable.in_scope
    assert resectable.sets
    assert "curative" in " ".join(resectable.notices)


# ---- the reading, point by point ------------------------------------------------------------


def status(facts: str, therapy: str) -> str | None:
    verdict = advise(facts).therapies.get(therapy)
    return None if verdict is None else verdict.status


def statuses(facts: str, therapies: str) -> set[str | None]:
    return {status(facts, therapy) for therapy in therapies.split()}


def test_11_does_not_offer_a_third_time_what_failed_when_given_again() -> None:
    for reason in ("toxicity", "progression"):
        verdict = advise(f"{THIRD} stopped(3, {reason}).").therapies["folfox+bevacizumab"]
        assert (verdict.status, verdict.deciding) == ("excluded", "X3")
    for reason in ("completed", "other"):
        verdict = advise(f"{THIRD} stopped(3, {reason}).").therapies["folfox+bevacizumab"]
        assert verdict.statements == ("11",)
    assert advise(THIRD).therapies["folfox+bevacizumab"].missing == ["stopped(3)"]


def test_11_gives_again_what_no_list_bars_and_nothing_blames() -> None:
    """X3 lets fluoropyrimidines go on, unless `toxic` names them."""
    again = "received(1, capecitabine). stopped(1, progression). received(2, capecitabine)."
    assert status(f"{again} stopped(2, progression).", "capecitabine") == "eligible"
    stopped = f"{again} stopped(2, toxicity)."
    assert status(stopped, "capecitabine") == "eligible"
    assert status(f"{stopped} toxic(2, capecitabine).", "capecitabine") is None


def test_the_grade_of_a_set_is_the_lowest_of_its_therapies() -> None:
    graded = {
        frozenset(chosen.therapies): chosen.grade
        for chosen in advise(f"{AFTER_OX} {UNRESECTABLE} {LATE} mmr(deficient).").sets
    }
    assert graded[frozenset({"folfiri", "hai"})] == "considered"  # HAI by 9, FOLFIRI by 6.1
    assert graded[frozenset({"folfiri", "tace"})] == "recommended"
    assert graded[frozenset({"pembrolizumab", "tace"})] == "recommended"
    assert graded[frozenset({"pembrolizumab"})] == "benefit"


def lines(*held: str) -> Advice:
    return advise(" ".join(f"received({n}, ({it}))." for n, it in enumerate(held, start=1)))


def test_a_drug_known_to_histories_alone_makes_a_line_of_chemotherapy() -> None:
    drugs = ("other_systemic", "trastuzumab", "s1", "irinotecan")
    advice = lines(*drugs, *(f"{drug}; resection" for drug in drugs))
    assert (advice.line, advice.number) == ("beyond_first", 9)  # each of the eight lines counts


def test_local_treatment_and_checkpoint_inhibitors_make_none() -> None:
    none = ("resection", "ablation", "radiotherapy", "hai", "atezolizumab", "dostarlimab")
    spared = (*none, *(f"{item}; nivolumab" for item in none))
    assert (lines(*spared).line, lines(*spared).number) == ("first", 1)
    mixed = lines(*(f"{item}; nivolumab; capecitabine" for item in none))
    assert (mixed.line, mixed.number) == ("beyond_first", 7)


def test_i21_leaves_the_initial_therapy_to_the_first_line_of_chemotherapy() -> None:
    assert status(AFTER_CHECKPOINT, "capox") == "eligible"
    later = AFTER_CHECKPOINT.replace("capecitabine", "nivolumab")  # systemic, which is enough
    assert status(later, "capox") == "eligible"
    assert status(AFTER_CHECKPOINT.partition("received(3")[0], "capox") is None


MADE_UP = [
    # drugs of the initial line, what 11 gives again; None where they are not exactly a regimen
    ("fluorouracil; oxaliplatin", "folfox"),
    ("fluorouracil; leucovorin; oxaliplatin", "folfox"),
    ("fluorouracil; irinotecan", "folfiri"),
    ("fluorouracil; oxaliplatin; irinotecan", "folfoxiri"),
    ("capecitabine; oxaliplatin", "capox"),
    ("capecitabine; irinotecan", "capiri"),
    ("s1; oxaliplatin", "sox"),
    ("s1; irinotecan", "iris"),
    ("fluorouracil", "fluorouracil_leucovorin"),
    ("oxaliplatin", None),
    ("s1; capecitabine; oxaliplatin", None),
    ("fluorouracil; oxaliplatin; other_systemic", None),
]


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("drugs", "regimen"), MADE_UP)
def test_11_gives_the_regimen_again_that_drugs_make_up(drugs: str, regimen: str | None) -> None:
    facts = f"received(1, ({drugs})). stopped(1, completed). received(2, regorafenib)."
    again = {name for name, item in advise(facts).therapies.items() if "11" in item.statements}
    # What is a regimen by its own name is given again, unless it is part of one made up.
    by_name = {name for name in ("capecitabine", "irinotecan") if name in drugs}
    assert again == ({regimen} if regimen else by_name)


@pytest.mark.parametrize(
    ("facts", "finding", "value"),
    [
        ("braf_v600e(yes).", "braf", "mutant"),
        ("braf_v600e(no).", "braf", None),
        ("kras_g12c(yes).", "ras", "mutant"),
        ("kras_g12c(no).", "ras", None),
        ("her2(positive).", "her2", None),
    ],
)
def test_a_finding_of_later_sources_says_what_it_implies(
    facts: str, finding: str, value: str | None
) -> None:
    understood = {item.name: item for item in advise(facts).findings}
    assert not {"braf_v600e", "kras_g12c", "her2"} & understood.keys()
    if value is not None:
        assert (understood[finding].value, understood[finding].facts) == (value, (facts[:-1],))
    assert all(finding == name or item.value is None for name, item in understood.items())


def test_a_grade_is_the_lowest_over_the_completions() -> None:
    """Of a patient of whom the side is unknown, cetuximab has the grade that it always has."""
    assert advise("ras(wild_type).").therapies["folfox+cetuximab"].grade == "recommended"
    assert advise(AFTER_IRI).therapies["folfox+bevacizumab"].grade == "considered"


def test_reuse_outside_the_table_is_listed_unless_it_is_excluded() -> None:
    facts = "received(1, capox). received(2, folfiri)."
    assert advise(facts).therapies["capox"].missing == ["stopped(1)"]
    assert status(f"{facts} stopped(1, completed).", "capox") == "eligible"
    assert "capox" not in advise(f"{facts} stopped(1, toxicity).").therapies
    assert "capox" not in advise("received(1, capox).").therapies


FIRST_ANTI_EGFR = "folfiri+cetuximab folfiri+panitumumab"


def test_6_3_may_give_irinotecan_again_with_the_first_anti_egfr_agent() -> None:
    assert statuses(BOTH_WITH_BEVACIZUMAB, FIRST_ANTI_EGFR) == {"eligible"}
    without = "folfiri folfiri+aflibercept folfiri+ramucirumab"
    assert statuses(BOTH_WITH_BEVACIZUMAB, without) == {"excluded"}
    barred = [
        BOTH_WITH_BEVACIZUMAB.replace("folfox; bevacizumab", "folfox; cetuximab"),
        BOTH_WITH_BEVACIZUMAB.replace("folfiri; bevacizumab", "folfiri; panitumumab"),
        f"{BOTH_WITH_BEVACIZUMAB} received(3, cetuximab). stopped(3, completed).",
        BOTH_WITH_BEVACIZUMAB.replace("(2, progression)", "(2, toxicity)"),
        BOTH_WITH_BEVACIZUMAB.replace("(2, progression)", "(2, toxicity). toxic(2, irinotecan)"),
        BOTH_WITH_BEVACIZUMAB.replace("(2, progression)", "(2, toxicity). toxic(2, leucovorin)"),
        BOTH_WITH_BEVACIZUMAB.replace("wild_type", "mutant"),
    ]
    for facts in barred:
        assert statuses(facts, FIRST_ANTI_EGFR) == {"excluded"}, facts


def test_7_2_does_not_give_oxaliplatin_again_with_the_first_anti_egfr_agent() -> None:
    assert statuses(BOTH_WITH_BEVACIZUMAB, "folfox+cetuximab folfox+panitumumab") == {"excluded"}


def test_8_is_a_single_agent() -> None:
    facts = f"{REFRACTORY} {FIT} {LATE} liver_metastases(resectable)."
    found = sets(facts)
    for therapy in ("regorafenib", "trifluridine_tipiracil"):
        assert {chosen for chosen in found if therapy in chosen} == {frozenset({therapy})}
    assert frozenset({"folfox", "tace"}) in found


def test_8_keeps_alone_only_what_rests_on_it() -> None:
    facts = f"received(1, regorafenib). stopped(1, completed). received(2, folfoxiri). {LATE}"
    assert advise(facts).therapies["regorafenib"].statements == ("11",)
    assert frozenset({"regorafenib", "tace"}) in sets(facts)
    assert frozenset({"pembrolizumab", "tace"}) in sets(f"{AFTER_OX} mmr(deficient). {LATE}")


def test_6_counts_oxaliplatin_in_any_earlier_line() -> None:
    after = "folfiri folfiri+aflibercept folfiri+ramucirumab"
    assert statuses(OXALIPLATIN_SECOND, after) == {"eligible"}
    assert status(f"{OXALIPLATIN_SECOND} ras(mutant).", "folfiri+bevacizumab") == "eligible"
    assert status(f"{OXALIPLATIN_SECOND} ras(wild_type).", "folfiri+cetuximab") == "eligible"
    never = OXALIPLATIN_SECOND.replace("folfox", "fluorouracil_leucovorin")
    assert statuses(never, after) == {"excluded"}


def test_7_counts_irinotecan_in_any_earlier_line() -> None:
    facts = "received(1, capecitabine). received(2, (irinotecan; cetuximab)). ras(mutant)."
    assert statuses(facts, "folfox folfox+bevacizumab") == {"eligible"}
    assert status(facts.replace("irinotecan", "capecitabine"), "folfox") == "excluded"


NEUROPATHY = [
    # what stopped for toxicity, what was toxic, what stays open, what stays barred
    ("folfox; cetuximab", "oxaliplatin", "folfiri+cetuximab folfiri+panitumumab", ""),
    ("folfox; cetuximab", "cetuximab", "folfiri", "folfiri+cetuximab folfiri+panitumumab"),
    ("folfox; cetuximab", "oxaliplatin; cetuximab", "folfiri", "folfiri+panitumumab"),
    ("folfoxiri", "oxaliplatin", "folfiri folfiri+aflibercept", "folfox folfox+bevacizumab"),
    ("folfoxiri", "irinotecan", "folfox folfox+bevacizumab", "folfiri folfiri+aflibercept"),
    ("folfox; bevacizumab", "bevacizumab", "folfiri folfiri+aflibercept", ""),
    ("capox", "capecitabine", "folfiri", ""),
    ("folfox", "fluorouracil", "", "folfiri folfiri+cetuximab folfox"),
    ("capox", "fluoropyrimidine", "", "folfiri folfiri+cetuximab"),
    ("folfox; bevacizumab", "anti_vegf", "folfiri", "folfiri+aflibercept"),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("line", "toxic", "eligible", "excluded"), NEUROPATHY)
def test_toxicity_counts_against_the_agents_it_was_due_to(
    line: str, toxic: str, eligible: str, excluded: str
) -> None:
    facts = f"received(1, ({line})). stopped(1, toxicity). ras(wild_type)."
    named = f"{facts} toxic(1, ({toxic}))."
    assert statuses(named, eligible) <= {"eligible"}
    assert statuses(named, excluded) <= {"excluded"}


def test_toxicity_of_nothing_named_counts_against_the_whole_line() -> None:
    line = "received(1, (folfox; cetuximab)). stopped(1, toxicity). ras(wild_type)."
    assert statuses(line, "folfiri+cetuximab folfiri+panitumumab") == {"excluded"}
    line = "received(1, folfoxiri). stopped(1, toxicity)."
    assert statuses(line, "folfiri folfox") == {"excluded"}


def test_toxicity_of_another_agent_is_no_failure_for_8() -> None:
    facts = f"{REFRACTORY} {FIT}"
    assert status(f"{facts} toxic(2, irinotecan).", "regorafenib") == "eligible"
    verdict = advise(f"{facts} toxic(2, leucovorin).").therapies["regorafenib"]
    failing = {item.finding for why in verdict.against for item in why.conditions}
    assert (verdict.status, failing) == ("excluded", {"failed(irinotecan)"})


@pytest.mark.parametrize("therapy", ["hai", "tace", "radioembolization"])
def test_x3_bars_a_locoregional_therapy_that_failed(therapy: str) -> None:
    facts = f"{EARLY if therapy == 'hai' else LATE} received(1, {therapy})."
    for reason in ("progression", "toxicity"):
        verdict = advise(f"{facts} stopped(1, {reason}).").therapies[therapy]
        assert (verdict.status, verdict.deciding) == ("excluded", "X3"), reason
    assert status(f"{facts} stopped(1, completed).", therapy) == "eligible"
    assert advise(facts).therapies[therapy].missing == ["stopped(1)"]


def test_x3_bars_no_other_locoregional_therapy() -> None:
    facts = f"{LATE} received(1, tace). stopped(1, progression)."
    assert status(facts, "radioembolization") == "eligible"
    facts = f"{EARLY} received(1, (hai; folfox)). stopped(1, toxicity)."
    assert status(f"{facts} toxic(1, oxaliplatin).", "hai") == "eligible"
    assert status(f"{facts} toxic(1, floxuridine).", "hai") == "excluded"


def test_5_fluorouracil_leucovorin_falls_with_hai_that_failed() -> None:
    facts = f"liver_metastases(unresectable). {LIVER} received(1, hai)."
    assert status(f"{facts} stopped(1, progression).", "fluorouracil_leucovorin") == "excluded"
    assert status(f"{facts} stopped(1, completed).", "fluorouracil_leucovorin") == "eligible"


DISAGREE = "MMR and MSI tests disagree"
UNFIT = "presuppose a fit patient"
WHOLE_LINE = "no toxic fact says of what"
OF_CLASS = "if the class is meant, name the class"
COMPLETED = "The last line was completed"
NONE = "No therapy of the table is eligible"
SILENCE = "the table is silent on what follows it"
BLAMED = "received(1, folfox). stopped(1, toxicity). toxic(1, oxaliplatin)."
UNASKED = "received(1, (capecitabine; bevacizumab)). stopped(1, progression)."
NOTHING = "contraindicated(fluoropyrimidine). liver_metastases(resectable)."
NOTICES = [
    # the notice, facts with which it stands, facts just outside
    (DISAGREE, "mmr(deficient). msi(low).", "mmr(deficient). msi(high)."),
    (DISAGREE, "mmr(deficient). msi(stable).", "mmr(deficient)."),
    (DISAGREE, "mmr(proficient). msi(high).", "mmr(proficient). msi(stable)."),
    (UNFIT, "ecog(3).", "ecog(2)."),
    (UNFIT, "ecog(4).", ""),
    (UNFIT, "ecog(0). organ_function(inadequate).", "ecog(0). organ_function(adequate)."),
    (WHOLE_LINE, "received(1, folfox). stopped(1, toxicity).", BLAMED),
    (
        WHOLE_LINE,
        f"{BLAMED} received(2, hai). stopped(2, toxicity).",
        f"{BLAMED} received(2, hai). stopped(2, other).",
    ),
    (WHOLE_LINE, "received(1, hai). stopped(1, toxicity).", AFTER_OX),
    (OF_CLASS, "contraindicated(s1).", "contraindicated(fluoropyrimidine)."),
    (OF_CLASS, "unavailable(cetuximab).", "unavailable(cetuximab). ras(mutant)."),
    (
        OF_CLASS,
        "received(1, (folfox; bevacizumab)). stopped(1, toxicity). toxic(1, bevacizumab).",
        BLAMED,
    ),
    (COMPLETED, CHECKPOINT, f"{CHECKPOINT} received(2, capox). stopped(2, progression)."),
    (COMPLETED, TRIPLET, "received(1, folfox)."),
    (NONE, NOTHING, ""),
    (SILENCE, UNASKED, f"{UNASKED} {UNRESECTABLE}"),
    (SILENCE, "received(1, other_systemic).", f"{AFTER_OX} contraindicated(fluoropyrimidine)."),
    (SILENCE, "received(1, encorafenib).", NOTHING),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("notice", "facts", "outside"), NOTICES)
def test_notice_stands_where_it_should(notice: str, facts: str, outside: str) -> None:
    def stands(text: str) -> int:
        return sum(notice in said for said in advise(text).notices)

    assert stands(facts) == 1
    assert stands(outside) == 0


def test_the_line_is_a_condition_like_any_other() -> None:
    lines = {
        (reason.statement, *(item for item in reason.conditions if item.finding == "line"))
        for facts in ("", f"{AFTER_OX} {EARLY} mmr(deficient).")
        for verdict in advise(facts).therapies.values()
        for reason in verdict.because
    }
    first = Condition("line", ("first",), "first", ())
    beyond = Condition("line", ("beyond_first",), "beyond_first", ("received(1,folfox)",))
    expected = {"1": first, **dict.fromkeys(("6.1", "6.4", "6.5", "10.1", "10.2", "10.3"), beyond)}
    assert lines == {*expected.items(), ("12",)}


DECIDING = [
    # therapy, facts, what decides
    ("hai", f"liver_metastases(resectable). multifocal_liver_disease(absent). {LIVER}", "5"),
    ("hai", f"{AFTER_OX} liver_metastases(resectable). {LATE}", "9"),
    ("hai", "liver_metastases(resectable). disease_extent(disseminated).", "X5"),
    ("hai", "unavailable(hai). disease_extent(disseminated).", "X4"),
    ("folfox+cetuximab", "ras(mutant). contraindicated(folfox).", "X2"),
    ("folfiri+aflibercept", "", "6.4"),
    ("pembrolizumab", f"{AFTER_OX} mmr(proficient).", "10.1"),
    ("folfox", "received(1, folfox). stopped(1, completed).", "7.1"),
    ("sox", f"{AFTER_OX} country(other).", "3"),
]


@pytest.mark.parametrize(("therapy", "facts", "source"), DECIDING)
def test_the_first_in_the_order_of_the_table_decides(therapy: str, facts: str, source: str) -> None:
    verdict = advise(facts).therapies[therapy]
    assert verdict.deciding == source
    assert as_json(verdict)["deciding"] == source


def test_the_text_names_what_decides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "patient.lp"
    path.write_text(f"liver_metastases(resectable). multifocal_liver_disease(absent). {LIVER}")
    assert main(["recommend", str(path)]) == 0
    excluded = " ".join(capsys.readouterr().out.partition("EXCLUDED")[2].split())
    needs = "Statement 5 needs liver metastases unresectable"
    assert re.search(rf"{needs}; here liver metastases resectable: [^:]*HAI", excluded), excluded


ORDER = [*reading.STATEMENTS, "X2", "X3", "X4", "X5"]


@pytest.mark.slow
def test_one_objection_decides_about_every_therapy_excluded() -> None:
    """An exclusion before a statement, one of this line before one of the other."""
    rng = random.Random(81)
    seen = set()
    for _ in range(40):
        patient = reading.random_patient(rng)
        for name, verdict in advise(patient.facts()).therapies.items():
            if verdict.status != "excluded":
                assert verdict.deciding is None
                continue
            ranked = [
                (
                    why.exclusion is None,
                    "line" in {item.finding for item in why.conditions},
                    ORDER.index(str(why.source)),
                )
                for why in verdict.against
            ]
            assert verdict.deciding == ORDER[min(ranked)[2]], (name, patient.facts())
            seen.add(verdict.deciding)
    assert {"X2", "X3", "X4", "X5", "3", "4", "8", "10.1", "13"} <= seen


def test_out_of_scope_there_is_no_verdict() -> None:
    noticed = " ".join(facts for _, facts, _ in (NOTICES[0], NOTICES[4], NOTICES[7], NOTICES[9]))
    noticed += " received(3, encorafenib). stopped(3, completed)."
    for facts in ("", noticed, "received(1, other_systemic)."):
        advice = advise(f"{facts} liver_metastases(none).")
        assert (advice.sets, dict(advice.therapies)) == ((), {})
        assert len(advice.notices) == 1


# ---- interpretations --------------------------------------------------------------------


Without = Callable[[str, str], Advice]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Without:
    """Answers a patient without an interpretation, by one table that withdraws any of them."""
    path = tmp_path_factory.mktemp("overlay") / "overlay.lp"
    codes = [f"I{number}" for number in range(1, 23)]
    rule = 'limitable(no_{}). withdrawn("I{}") :- contraindicated(no_{}).'
    path.write_text("".join(rule.format(*[it[1:]] * 3) for it in codes))

    @cache
    def answer(name: str, facts: str) -> Advice:
        known = parse_facts(f"{facts} contraindicated(no_{name[1:]}).", overlays=[path])
        return recommend(known, overlays=[path], tests=False)

    return answer


INTERPRETATIONS = [
    # interpretation, facts, therapy, what the verdict has with it, and withdrawn
    ("I1", "primary_site(transverse_colon).", "folfox+bevacizumab", "benefit", "recommended"),
    ("I1", "primary_site(rectum). ras(wild_type).", "folfox+cetuximab", "benefit", "recommended"),
    ("I2", "kras(wild_type). nras(wild_type).", "folfox+cetuximab", "eligible", "undetermined"),
    ("I2", "nras(mutant).", "folfox+cetuximab", "excluded", "undetermined"),
    ("I3", f"{AFTER_OX} msi(high).", "nivolumab", "eligible", "undetermined"),
    ("I3", f"{AFTER_OX} mmr(proficient). msi(high).", "nivolumab", "eligible", "excluded"),
    ("I5", AFTER_OX, "folfiri", "eligible", "eligible"),
    (
        "I5",
        f"{REFRACTORY} ecog(1). organ_function(adequate).",
        "regorafenib",
        "eligible",
        "excluded",
    ),
    (
        "I7",
        f"{AFTER_OX.replace('folfox', '(folfox; cetuximab)')} ras(wild_type).",
        "folfiri+panitumumab",
        "excluded",
        "eligible",
    ),
    (
        "I8",
        "disease_extent(disseminated). liver_metastases(unresectable).",
        "hai",
        "excluded",
        "eligible",
    ),
    (
        "I8",
        f"{AFTER_OX} disease_extent(disseminated). liver_metastases(unresectable).",
        "hai",
        "excluded",
        "eligible",
    ),
    ("I10", f"{AFTER_OX} liver_metastases(resectable). {LIVER}", "hai", "undetermined", "eligible"),
    (
        "I11",
        f"{INTOLERABLE} received(2, folfiri).",
        "fluorouracil_leucovorin",
        "excluded",
        "eligible",
    ),
    ("I11", "received(1, folfox).", "folfox", "excluded", "eligible"),
    ("I11", f"{THIRD} stopped(3, toxicity).", "folfox+bevacizumab", "excluded", "considered"),
    ("I13", "country(korea).", "iris", "eligible", "excluded"),
    ("I15", "ras(mutant).", "folfox+cetuximab", "excluded", "recommended"),
    ("I15", "kras(wild_type). side(left).", "folfiri+cetuximab", "undetermined", "benefit"),
    ("I15", "kras(mutant). side(left).", "folfiri+cetuximab", "excluded", "recommended"),
    ("I15", "nras(mutant).", "folfox+panitumumab", "excluded", "excluded"),
    (
        "I15",
        "received(1, (folfox; cetuximab)). stopped(1, completed)."
        "received(2, capecitabine). ras(mutant).",
        "folfox+cetuximab",
        "excluded",
        "considered",
    ),
    ("I16", BOTH_WITH_BEVACIZUMAB, "folfiri+cetuximab", "recommended", "excluded"),
    ("I17", OXALIPLATIN_SECOND, "folfiri", "recommended", "excluded"),
    ("I17", AFTER_OX, "folfiri", "recommended", "recommended"),
    (
        "I17",
        "received(1, capecitabine). received(2, folfiri).",
        "folfox+bevacizumab",
        "considered",
        "excluded",
    ),
    ("I18", f"{AFTER_OX} {EARLY_DOMINANT}", "hai", "eligible", "undetermined"),
    ("I18", LATE_DOMINANT, "tace", "eligible", "excluded"),
    ("I18", LATE, "tace", "eligible", "eligible"),
    ("I20", TRIPLET, "folfiri", "recommended", "excluded"),
    ("I20", TRIPLET, "folfox", "considered", "excluded"),
    (
        "I20",
        f"received(1, folfoxiri). stopped(1, progression). {FIT}",
        "regorafenib",
        "eligible",
        "eligible",
    ),
    ("I21", CHECKPOINT, "folfox", "recommended", "excluded"),
    ("I21", CHECKPOINT, "folfiri+bevacizumab", "recommended", "excluded"),
    ("I21", f"{CHECKPOINT} {UNRESECTABLE}", "hai", "recommended", "considered"),
    (
        "I22",
        f"{ONE_BY_ONE} received(2, capecitabine).",
        "folfox+bevacizumab",
        "eligible",
        "excluded",
    ),
    ("I22", f"{ONE_BY_ONE} received(2, hai).", "folfiri", "eligible", "eligible"),
]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("name", "facts", "therapy", "with_it", "lacking_it"), INTERPRETATIONS)
def test_interpretation_decides(
    name: str,
    facts: str,
    therapy: str,
    with_it: str,
    lacking_it: str,
    without: Without,
) -> None:
    def seen(advice: Advice) -> tuple[str | None, str]:
        verdict = advice.therapies[therapy]
        return verdict.grade, verdict.status

    assert with_it in seen(advise(facts)), name
    assert lacking_it in seen(without(name, facts)), name


@pytest.mark.parametrize(
    ("name", "constant", "value", "facts", "therapy"),
    [
        ("I4", "younger_age", 75, "age(75). tumor_burden(high). ras(mutant).", "folfoxiri"),
        ("I6", "fit_ecog", 2, f"{REFRACTORY} ecog(2). organ_function(adequate).", "regorafenib"),
    ],
)
def test_threshold_is_a_constant(
    name: str, constant: str, value: int, facts: str, therapy: str
) -> None:
    source = parse_facts(facts)
    assert recommend(source, tests=False).therapies[therapy].status == "excluded", name
    turned = recommend(source, constants={constant: value}, tests=False).therapies[therapy]
    assert turned.status == "eligible", name
    assert name in {item for reason in turned.because for item in reason.interpretations}


def test_i9_systemic_and_locoregional_stand_together(without: Without) -> None:
    facts = f"liver_metastases(unresectable). {LIVER} multifocal_liver_disease(late)."
    with_tace = [chosen for chosen in advise(facts).sets if "tace" in chosen.therapies]
    assert {len(chosen.therapies) for chosen in with_tace} == {1, 2}
    assert all(
        ("I9" in chosen.interpretations) == (len(chosen.therapies) == 2) for chosen in with_tace
    )
    apart = without("I9", facts).sets
    pairs = [set(chosen.therapies) for chosen in apart if len(chosen.therapies) == 2]
    assert {"folfox", "hai"} in pairs
    assert not [pair for pair in pairs if "tace" in pair]


def test_i19_hai_by_12_stands_beside_what_5_puts_there(without: Without) -> None:
    facts = f"{AFTER_OX} {EARLY} liver_metastases(resectable). ras(mutant)."

    def beside(advice: Advice) -> dict[frozenset[str], tuple[str, ...]]:
        return {
            frozenset(chosen.therapies) - {"hai"}: chosen.interpretations
            for chosen in advice.sets
            if "hai" in chosen.therapies
        }

    alone, folfiri = frozenset[str](), frozenset({"folfiri"})
    assert beside(advise(facts)) == {alone: (), folfiri: ("I19",)}
    partners = ("bevacizumab", "aflibercept", "ramucirumab")
    free = {alone, folfiri, *(frozenset({f"folfiri+{partner}"}) for partner in partners)}
    assert set(beside(without("I19", facts))) == free
    by_9 = f"{AFTER_OX} liver_metastases(unresectable). {LIVER} ras(mutant)."
    assert beside(advise(by_9)) == {alone: (), folfiri: ("I19",)}
    assert set(beside(without("I19", by_9))) == free
    by_5 = f"liver_metastases(unresectable). multifocal_liver_disease(absent). {LIVER}"
    kept = beside(advise(by_5))
    assert set(kept.values()) == {()}
    assert beside(without("I19", by_5)) == kept


def test_i12_oxaliplatin_based_is_folfox() -> None:
    advice = advise(f"{AFTER_IRI} ras(mutant).")
    relied = {
        item for reason in advice.therapies["folfox"].because for item in reason.interpretations
    }
    assert "I12" in relied
    offered = [name for name, verdict in advice.therapies.items() if "7.2" in verdict.statements]
    assert offered == ["folfox+bevacizumab"]


def test_i13_a_country_is_added_as_a_fact(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("overlay") / "taiwan.lp"
    path.write_text("s1_used_in(taiwan).")
    advice = recommend({"country": "taiwan"}, overlays=[path])
    assert "3" in advice.therapies["sox"].statements


def test_i14_the_highest_grade_counts() -> None:
    advice = advise(f"{AFTER_OX} msi(high).")
    assert [chosen.grade for chosen in advice.preferred] == ["benefit"] * 3
    best = advice.therapies["pembrolizumab"]
    assert best.statements == ("10.1", "10.2")
    assert best.grade == "benefit"
    relied = {reason.statement: reason.interpretations for reason in best.because}
    assert "I14" in relied["10.2"]
    assert "I14" not in relied["10.1"]


NAMED = [
    ("I1", "ras(wild_type). primary_site(rectum).", "folfox+cetuximab", "1.1"),
    ("I2", "kras(wild_type). nras(wild_type).", "folfox+panitumumab", "2"),
    ("I3", f"{AFTER_OX} mmr(deficient).", "pembrolizumab", "10.1"),
    ("I4", "age(50). tumor_burden(high). braf(mutant).", "folfirinox", "4"),
    ("I5", f"{REFRACTORY} ecog(0). organ_function(adequate).", "regorafenib", "8"),
    ("I6", f"{REFRACTORY} ecog(0). organ_function(adequate).", "regorafenib", "8"),
    ("I7", "received(1, folfirinox). stopped(1, completed).", "folfiri", "6.1"),
    ("I8", f"liver_metastases(unresectable). {LIVER}", "hai", "5"),
    ("I10", f"{AFTER_OX} liver_metastases(unresectable). {LIVER}", "hai", "9"),
    ("I11", REFRACTORY, "folfox", "11"),
    ("I12", AFTER_IRI, "folfox", "7.1"),
    ("I13", "country(japan).", "sox", "3"),
    ("I15", "ras(wild_type).", "folfox+cetuximab", "1"),
    ("I15", "ras(wild_type). side(left).", "folfox+cetuximab", "1.1"),
    ("I16", BOTH_WITH_BEVACIZUMAB, "folfiri+panitumumab", "6.3"),
    ("I17", OXALIPLATIN_SECOND, "folfiri", "6.1"),
    ("I17", f"{OXALIPLATIN_SECOND} ras(mutant).", "folfiri+bevacizumab", "6.2"),
    ("I17", f"{OXALIPLATIN_SECOND} ras(wild_type).", "folfiri+cetuximab", "6.3"),
    ("I17", OXALIPLATIN_SECOND, "folfiri+aflibercept", "6.4"),
    ("I17", OXALIPLATIN_SECOND, "folfiri+ramucirumab", "6.5"),
    ("I17", AFTER_IRI, "folfox", "7.1"),
    ("I17", AFTER_IRI, "folfox+bevacizumab", "7.2"),
    ("I18", EARLY_DOMINANT, "hai", "12"),
    ("I18", LATE_DOMINANT, "radioembolization", "13"),
    ("I20", TRIPLET, "folfiri", "6.1"),
    ("I20", TRIPLET, "folfox", "7.1"),
    ("I20", f"received(1, folfoxiri). stopped(1, progression). {FIT}", "regorafenib", "8"),
    ("I21", CHECKPOINT, "folfox", "1"),
    ("I21", f"{CHECKPOINT} {UNRESECTABLE}", "hai", "5"),
    ("I21", AFTER_CHECKPOINT, "capox", "11"),
    ("I22", f"{ONE_BY_ONE} received(2, capecitabine).", "folfox+bevacizumab", "11"),
]


@pytest.mark.parametrize(("name", "facts", "therapy", "statement"), NAMED)
def test_interpretation_is_named_where_a_reason_rests_on_it(
    name: str, facts: str, therapy: str, statement: str
) -> None:
    because = {item.statement: item for item in advise(facts).therapies[therapy].because}
    assert name in because[statement].interpretations


UNNAMED = [
    ("I15", "ras(wild_type).", "folfox+panitumumab", "2"),
    ("I16", f"{AFTER_OX} ras(wild_type).", "folfiri+cetuximab", "6.3"),
    ("I18", EARLY, "hai", "12"),
    ("I20", AFTER_OX, "folfiri", "6.1"),
    ("I20", f"{TRIPLET} received(2, capox). stopped(2, completed).", "folfiri", "6.1"),
    ("I20", REFRACTORY + FIT, "regorafenib", "8"),
    ("I21", "received(1, hai). stopped(1, completed).", "folfox", "1"),
    ("I21", f"{AFTER_CHECKPOINT} ras(mutant).", "folfiri", "6.1"),
    ("I22", REFRACTORY, "folfox", "11"),
]


@pytest.mark.parametrize(("name", "facts", "therapy", "statement"), UNNAMED)
def test_interpretation_is_not_named_where_no_reason_rests_on_it(
    name: str, facts: str, therapy: str, statement: str
) -> None:
    because = {item.statement: item for item in advise(facts).therapies[therapy].because}
    assert name not in because[statement].interpretations


def test_every_interpretation_is_named_in_words() -> None:
    table = engine(Program()).table
    assert sorted(table.interpretations, key=natural) == [f"I{n}" for n in range(1, 23)]
    assert all(table.interpretations.values())


DECIDE = {name for name, *_ in INTERPRETATIONS} | {"I9", "I19"}  # are withdrawn above


@pytest.mark.parametrize(
    "name", [name for name in (f"I{number}" for number in range(1, 23)) if name not in DECIDE]
)
def test_every_other_interpretation_can_be_withdrawn(name: str, without: Without) -> None:
    assert without(name, "age(50). ras(mutant).").in_scope


def test_what_bars_a_reuse_by_another_line_is_named() -> None:
    """I11: the failure of a later line that held the same counts against reuse by 11."""
    facts = "received(1, folfiri). stopped(1, completed). received(2, folfirinox). "
    verdict = advise(facts + "stopped(2, progression).").therapies["folfiri"]
    (objection,) = (item for item in verdict.against if item.exclusion == "X3")
    assert "I11" in objection.interpretations
