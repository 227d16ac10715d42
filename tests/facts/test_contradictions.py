"""Facts that contradict each other, and what a fact implies."""

from __future__ import annotations

import pytest
from words import VOCABULARY

from crcasp import InputError, recommend
from crcasp.program.files import Program
from crcasp.program.solver import Solver

SEVERAL = "the finding is given more than one value"
IMPLIED = "the one implies that the other is wrong"
WILD, MUTANT = "is wild-type only if every gene", "is mutant only if a gene"
NOT_HELD, NO_TOXICITY = "did not hold the agent or class", "did not stop for toxicity"
LINE = "received(1, (folfox; cetuximab)). stopped(1, toxicity). "


def checked(facts: str) -> Solver:
    return Solver(Program().vocabulary_control("check/patient.lp", facts))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("kras(mutant). kras(wild_type).", [SEVERAL, SEVERAL]),
        ("primary_site(rectum). side(right).", ["the primary site lies on the other side"]),
        ("ras(wild_type). nras(mutant).", [WILD]),
        ("ras(mutant). kras(wild_type). nras(wild_type).", [MUTANT, MUTANT]),
        ("ras(mutant). kras(wild_type).", []),
        ("braf_v600e(yes). braf(wild_type).", [IMPLIED]),
        ("braf_v600e(no). braf(mutant).", []),
        ("kras_g12c(yes). kras(wild_type).", [IMPLIED]),
        ("kras_g12c(yes). ras(wild_type).", [WILD]),
        ("kras_g12c(yes). kras(mutant). braf_v600e(yes). ras(mutant).", []),
        ("received(2, hai).", ["the line before this one is missing"]),
        ("stopped(1, other).", ["nothing was received in this line: add the therapy (other_syst"]),
        (LINE + "stopped(1, other).", ["the line is given more than one reason"] * 2),
        (LINE + "toxic(1, (oxaliplatin; fluoropyrimidine; anti_egfr)).", []),
        (LINE + "toxic(1, (irinotecan; anti_vegf)).", [NOT_HELD, NOT_HELD]),
        ("received(1, hai). stopped(1, toxicity). toxic(1, floxuridine).", []),
        ("received(1, hai). stopped(1, other). toxic(1, floxuridine).", [NO_TOXICITY]),
        ("received(1, hai). toxic(1, floxuridine).", [NO_TOXICITY]),
        ("received(1, fluorouracil). stopped(1, toxicity). toxic(1, fluoropyrimidine).", []),
    ],
)
def test_contradictions(facts: str, words: list[str]) -> None:
    issues = checked(facts).facts("issue", 3)
    assert len(issues) == len(words)
    for (*_, text), word in zip(issues, words, strict=True):
        assert word in str(text)


@pytest.mark.parametrize(
    ("fact", "implied"),
    [
        ("braf_v600e(yes)", {("braf", "mutant")}),
        ("braf(wild_type)", {("braf_v600e", "no")}),
        ("braf_v600e(no)", set()),
        ("braf(mutant)", set()),
        ("kras(wild_type)", {("kras_g12c", "no")}),
    ],
)
def test_what_a_fact_implies(fact: str, implied: set[tuple[str, str]]) -> None:
    said = {(str(name), str(value)) for name, value, _ in checked(f"{fact}.").facts("says", 3)}
    name, _, value = fact.rstrip(")").partition("(")
    assert said == {(name, value), *implied}


def test_implication_of_several_steps_and_values() -> None:
    """If the last finding is not what is implied, the first has the only value left."""
    rules = "implies(msi, high, her2, positive). implies(msi, low, kras_g12c, yes). "
    said = checked(rules + "her2(negative). kras(wild_type).").facts("says", 3)
    assert {str(value) for name, value, _ in said if name == "msi"} == {"stable"}
    said = checked(rules + "her2(negative).").facts("says", 3)
    assert not [name for name, *_ in said if name == "msi"]
    said = checked(rules + "msi(low).").facts("says", 3)
    assert ("kras", "mutant", "msi(low)") in [tuple(map(str, row)) for row in said]


def test_names_of_the_vocabulary() -> None:
    solver = checked("")
    names = {
        predicate: {str(name) for (name,) in solver.facts(predicate, 1)}
        for predicate in ("agent", "class", "locoregional", "local_treatment", "systemic_therapy")
    }
    therapies, blamable = set(VOCABULARY.therapies), set(VOCABULARY.blamable)
    assert names["local_treatment"] == {"resection", "ablation", "radiotherapy"}
    outside = names["locoregional"] | names["local_treatment"]
    assert therapies == names["systemic_therapy"] | outside
    assert not names["systemic_therapy"] & outside
    assert blamable == names["agent"] | names["class"]
    assert not blamable & {"folfox", "hai", "other_systemic", *names["local_treatment"]}
    assert blamable < set(VOCABULARY.limits)
    assert not set(VOCABULARY.limits) & {"other_systemic", *names["local_treatment"]}
    assert VOCABULARY.unnamed == ("other_systemic",)
    assert set(VOCABULARY.unnamed) < therapies


@pytest.mark.parametrize("received", [{"folfox"}, ["folfax"], "folfox"])
def test_what_lacks_because_it_is_refused_is_not_said_to_lack(received: object) -> None:
    line = {"received": received, "stopped": "progression"}
    with pytest.raises(InputError) as refused:
        recommend({"history": [line, {"received": ["folfiri"]}]})
    assert len(refused.value.faults) == 1
