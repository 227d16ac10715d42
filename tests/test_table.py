"""Each statement, exclusion and interpretation, by hand from the paper.

A row names what it guards. Rows of `APPLIES` fail when the statement is removed; rows
of `SILENT` fail when one of its conditions is.
"""

from __future__ import annotations

import pytest

from crcasp import Advice, parse_facts, recommend
from crcasp.order import natural
from crcasp.program import Program
from crcasp.recommendation import reader

AFTER_OX = "received(1, folfox). stopped(1, progression)."
AFTER_IRI = "received(1, folfiri). stopped(1, progression)."
REFRACTORY = (
    "received(1, folfox). stopped(1, progression). received(2, folfiri). stopped(2, toxicity)."
)
LIVER = "disease_extent(liver_only)."


def advise(facts: str) -> Advice:
    return recommend(parse_facts(facts))


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
    ("9", f"{AFTER_OX} liver_metastases(unresectable). {LIVER}", "hai", "recommended"),
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
        "initial(oxaliplatin)",
    ),
    ("6.2", f"{AFTER_OX} ras(wild_type).", "folfiri+bevacizumab", "excluded", "ras"),
    ("6.3", f"{AFTER_OX} ras(mutant).", "folfiri+cetuximab", "excluded", "ras"),
    ("7.1", "received(1, capecitabine).", "folfox", "excluded", "initial(irinotecan)"),
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
    ("11", "received(1, capox).", "capox", "excluded", "later_line"),
    (
        "11",
        "received(1, capox). stopped(1, toxicity). received(2, folfiri).",
        "capox",
        "excluded",
        "stopped(1)",
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
    advice = recommend(parse_facts(facts), constants=dict(options))
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


def test_no_set_says_why() -> None:
    advice = advise("contraindicated(fluoropyrimidine). liver_metastases(resectable).")
    assert not advice.sets
    assert any("eligible" in notice for notice in advice.notices)


# ---- interpretations --------------------------------------------------------------------


def overlaid(facts: str, overlay: str, tmp_path_factory: pytest.TempPathFactory) -> Advice:
    path = tmp_path_factory.mktemp("overlay") / "overlay.lp"
    path.write_text(overlay)
    return recommend(parse_facts(facts), overlays=[path])


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
        "received(1, capox). stopped(1, toxicity). received(2, folfiri).",
        "capox",
        "excluded",
        "eligible",
    ),
    ("I11", "received(1, capox).", "capox", "excluded", "eligible"),
    ("I13", "country(korea).", "iris", "eligible", "excluded"),
]


@pytest.mark.parametrize(("name", "facts", "therapy", "with_it", "without"), INTERPRETATIONS)
def test_interpretation_decides(
    name: str,
    facts: str,
    therapy: str,
    with_it: str,
    without: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def seen(advice: Advice) -> tuple[str | None, str]:
        verdict = advice.therapies[therapy]
        return verdict.grade, verdict.status

    assert with_it in seen(advise(facts)), name
    withdrawn = overlaid(facts, f'withdrawn("{name}").', tmp_path_factory)
    assert without in seen(withdrawn), name


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
    assert recommend(source).therapies[therapy].status == "excluded", name
    turned = recommend(source, constants={constant: value}).therapies[therapy]
    assert turned.status == "eligible", name
    assert name in {item for reason in turned.because for item in reason.interpretations}


def test_i9_systemic_and_locoregional_stand_together(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    facts = f"liver_metastases(unresectable). {LIVER} multifocal_liver_disease(late)."
    with_tace = [chosen for chosen in advise(facts).sets if "tace" in chosen.therapies]
    assert {len(chosen.therapies) for chosen in with_tace} == {1, 2}
    assert all(
        ("I9" in chosen.interpretations) == (len(chosen.therapies) == 2) for chosen in with_tace
    )
    withdrawn = overlaid(facts, 'withdrawn("I9").', tmp_path_factory)
    pairs = [set(chosen.therapies) for chosen in withdrawn.sets if len(chosen.therapies) == 2]
    assert {"folfox", "hai"} in pairs
    assert not [pair for pair in pairs if "tace" in pair]


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
]


@pytest.mark.parametrize(("name", "facts", "therapy", "statement"), NAMED)
def test_interpretation_is_named_where_a_reason_rests_on_it(
    name: str, facts: str, therapy: str, statement: str
) -> None:
    because = {item.statement: item for item in advise(facts).therapies[therapy].because}
    assert name in because[statement].interpretations


def test_every_interpretation_is_named_in_words() -> None:
    table = reader(Program())
    assert sorted(table.interpretations, key=natural) == [f"I{n}" for n in range(1, 15)]
    assert all(table.interpretations.values())
