"""Rules of an overlay with bodies of their own: every question takes them as `recommend` does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from pathlib import Path

import pytest

from crcasp import UsageError, audit, diff, missing, page, parse_facts, recommend

OFFERS = 'statement("N", any, benefit). text("N", "x"). offers("N", b, tace) :- {}.'
BARS = 'exclusion("Z", "z"). reference("Z", "t"). bars("Z", k, {}) :- {}.'
OTHERWISE = "disease_extent(liver_only). multifocal_liver_disease(absent). "

AFTER = Path(__file__).parents[2] / "examples" / "after_irinotecan.lp"

Overlay = Callable[[str], Path]


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Writes an overlay."""

    def write(text: str) -> Path:
        (tmp_path / "own.lp").write_text(text)
        return tmp_path / "own.lp"

    return write


def decided(facts: str, path: Path) -> dict[str, set[str]]:
    """The findings that decide, each with the therapies; by `missing`."""
    found = missing(parse_facts(facts, overlays=[path]), overlays=[path])
    return {it.finding: {*it.decides} for it in found.findings}


# ---- numbers ----------------------------------------------------------------------------------


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("body", "inside", "outside"),
    [
        ("is(ecog, 3)", "ecog(3)", "ecog(2)"),
        ("is(age, A), A >= 65, A <= 68", "age(66)", "age(69)"),
        ("is(age, A), A + 5 = 70", "age(65)", "age(66)"),
        ("is(age, A), A < younger_age", "age(69)", "age(70)"),
        ("is(F, 3), F = ecog", "ecog(3)", "ecog(4)"),
    ],
)
def test_a_number_that_a_rule_asks_for_is_told_apart(
    body: str, inside: str, outside: str, overlay: Overlay
) -> None:
    path = overlay(OFFERS.format(body))
    for facts, status in ((inside, "eligible"), (outside, "excluded"), ("", "undetermined")):
        known = parse_facts(OTHERWISE + f"{facts}." * bool(facts), overlays=[path])
        assert recommend(known, overlays=[path], tests=False).therapies["tace"].status == status
    assert "tace" in decided(OTHERWISE, path)[inside.partition("(")[0]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "finding", "values"),
    [
        ("is(ecog, 3)", "ecog", ("3",)),
        ("is(age, A), A >= 65, A <= 68", "age", ("65 to 68",)),
        ("is(mmr, deficient)", "mmr", ("deficient",)),
    ],
)
def test_a_change_says_what_a_rule_asks_for(
    body: str, finding: str, values: tuple[str, ...], overlay: Overlay
) -> None:
    (gained, raised) = diff(overlays=[overlay(OFFERS.format(body))]).changes
    for change in (gained, raised):
        assert change.therapy == "tace"
        for way in change.when:
            assert {it.finding: it.values for it in way}[finding] == values


@pytest.mark.slow
def test_a_property_may_ask_for_numbers(overlay: Overlay) -> None:
    path = overlay(
        'property(young, holds, "x"). violation(young) :- eligible(folfoxiri), is(age, A), A < 65.'
    )
    found = {it.name: it.result for it in audit(properties=[path]).properties}
    assert found["young"] == "refuted"


# ---- what is not the same of a patient and of all ----------------------------------------------


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    "rule",
    [
        'withdrawn("4") :- says(ecog, P, _), P >= 3.',
        'withdrawn("4") :- shows(ecog, 3, _).',
        'withdrawn("4") :- ecog(3).',
        'withdrawn("4") :- mine. mine :- unmet("5", _, hai, "5", _).',
        'spares("X2", "1") :- says(ras, mutant, _).',
        'withdrawn("12") :- tells(mmr, deficient, _).',
        'withdrawn("12") :- could_be(mmr, deficient).',
        'withdrawn("12") :- tested_positive(mmr).',
        'withdrawn("12") :- ruled_out(mmr, deficient).',
        'withdrawn("12") :- known_or_chosen(kras, mutant).',
    ],
)
def test_a_proof_over_all_patients_refuses_facts_as_given(rule: str, overlay: Overlay) -> None:
    path = overlay(rule)
    for question in (diff, audit):
        with pytest.raises(UsageError, match=r"own\.lp:1:1: this hangs on facts as they are given"):
            question(overlays=[path])


@pytest.mark.slow
def test_a_finding_of_an_overlay_is_no_fact_as_given(overlay: Overlay) -> None:
    path = overlay(
        "value(cea, (low; high)). given(cea, V, cea(V)) :- cea(V). #defined cea/1. "
        'needs("3", in_use, cea, high). notice("N", "x") :- says(cea, high, _).'
    )
    assert diff(overlays=[path]).changes


@pytest.mark.slow
@pytest.mark.parametrize("body", ["received(1, capox)", "held(L, bevacizumab), L > 1"])
def test_a_change_that_hangs_on_the_history_itself_is_refused(body: str, overlay: Overlay) -> None:
    with pytest.raises(UsageError, match="diff cannot say for whom TACE changes"):
        diff(overlays=[overlay(OFFERS.format(body))])


# ---- the other completion --------------------------------------------------------------------


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        ("offered :- not p(1; 2, 3). p(1) :- is(side, left). p(2, 3).", "side"),
        ("offered :- not -p. -p :- is(side, left).", "side"),
        ('offered :- unmet("5", _, hai, "5", liver_metastases).', "liver_metastases"),
    ],
)
def test_what_decides_is_found_through_rules_of_any_form(
    rules: str, finding: str, overlay: Overlay
) -> None:
    assert "tace" in decided("", overlay(f"{OFFERS.format('offered')} {rules}"))[finding]


def test_a_constraint_with_a_negated_head_holds_of_both(overlay: Overlay) -> None:
    path = overlay("not not is(ras, mutant) :- is(line, first).")
    advice = recommend(parse_facts("mmr(proficient).", overlays=[path]), overlays=[path])
    assert advice.therapies["folfox+cetuximab"].status == "excluded"


def test_the_other_completion_is_consistent(overlay: Overlay) -> None:
    path = overlay(
        f"{BARS.format('folfox', 'frail')} frail :- is(tumor_burden, high). "
        '-frail :- is(braf, wild_type). bars("Z", k2, folfiri) :- -frail. '
        'bars("Z", k3, sox) :- is(tumor_burden, high), is(braf, wild_type).'
    )
    found = decided("country(japan). ras(mutant).", path)
    assert "sox" not in set[str]().union(*found.values())


def test_a_therapy_that_no_statement_offers_here_is_excluded_in_words(overlay: Overlay) -> None:
    path = overlay('withdrawn("4") :- is(side, left).')
    advice = recommend(AFTER, overlays=[path])
    assert advice.therapies["folfoxiri"].status == "excluded"
    assert "No statement offers it here: FOLFIRINOX; FOLFOXIRI" in advice.to_text()


# ---- by brute force ----------------------------------------------------------------------------

KNOWN = "country(other). side(left). organ_function(adequate). disease_extent(liver_only). "
KNOWN += "liver_metastases(unresectable). tumor_burden(high). age(60). mmr(proficient). "
OPEN = {
    "ecog": range(5),
    "braf": ("mutant", "wild_type"),
    "ras": ("mutant", "wild_type"),
    "multifocal_liver_disease": ("absent", "early", "late"),
}


@pytest.mark.one_in(8)
@pytest.mark.parametrize(
    "rule",
    [
        'needs("1", any, braf, wild_type) :- is(ecog, 3).',
        OFFERS.format("is(ecog, 3)"),
        'withdrawn("12") :- is(ras, mutant).',
        'regraded("1", any, considered) :- is(ecog, 3).',
        "member(anti_egfr, bevacizumab) :- is(ecog, 3).",
        'spares("X2", "1") :- is(braf, mutant), is(ecog, P), P < 2.',
        f'{BARS.format("folfox", "not is(ras, mutant)")} needs("Z", k, braf, mutant).',
        'lowers("12", any, folfox, considered) :- is(ecog, 2). offers("12", own, sox).',
        'needs("1", any, ecog, at_most(2)) :- is(braf, mutant).',
        'exclusion("Z", "z"). reference("Z", "t"). bars("Z", k, folfox). '
        'needs("Z", k, ecog, 3) :- is(braf, mutant).',
        'withdrawn(("I15"; "I14")) :- is(ras, mutant).',
    ],
)
def test_what_decides_under_a_rule_is_what_no_other_finding_decides(
    rule: str, overlay: Overlay
) -> None:
    """Of all patients who are known but for four findings, those who differ in one alone."""
    path = overlay(rule)
    verdicts = {}
    for values in product(*OPEN.values()):
        own = "".join(f" {name}({it})." for name, it in zip(OPEN, values, strict=True))
        known = parse_facts(KNOWN + own, overlays=[path])
        verdicts[values] = recommend(known, overlays=[path], tests=False).therapies
    expected: set[tuple[str, str, str]] = set()
    for one, other in permutations(verdicts, 2):
        names = [name for name, a, b in zip(OPEN, one, other, strict=True) if a != b]
        for therapy in verdicts[one].keys() & verdicts[other].keys() if len(names) == 1 else ():
            first, second = verdicts[one][therapy], verdicts[other][therapy]
            if first.status != second.status:
                expected.add(("decides", names[0], therapy))
            elif first.grade != second.grade and first.status == "eligible":
                expected.add(("raises", names[0], therapy))
    found = missing(parse_facts(KNOWN, overlays=[path]), overlays=[path]).findings
    said = {("decides", it.finding, name) for it in found for name in it.decides}
    assert said | {("raises", it.finding, name) for it in found for name in it.raises} == expected


@pytest.mark.parametrize(
    "rule", ['withdrawn("12") :- is(her2, positive).', 'withdrawn("I8") :- not is(ras, mutant).']
)
def test_a_rule_that_does_not_apply_changes_nothing(rule: str, overlay: Overlay) -> None:
    """Grades and reasons are those of the table, though they hang on a rule now."""
    facts = f"{KNOWN} ras(mutant). braf(mutant). ecog(3). her2(negative). age(54)."
    facts = facts.replace("age(60). ", "")
    path = overlay(rule)
    under = recommend(parse_facts(facts, overlays=[path]), overlays=[path], tests=False)
    plain = recommend(parse_facts(facts), tests=False)
    assert under.therapies == plain.therapies
    assert (under.preferred, under.sets) == (plain.preferred, plain.sets)


def test_the_page_refuses_rules_that_hang_on_what_is_unknown(overlay: Overlay) -> None:
    with pytest.raises(UsageError, match="the page does not answer by rules"):
        page(overlays=[overlay('withdrawn("12") :- is(her2, positive).')])
    assert page(overlays=[overlay('notice("N", "x") :- is(her2, positive), eligible(hai).')])


@pytest.mark.slow
def test_a_registry_is_answered_where_a_rule_states_a_need(overlay: Overlay) -> None:
    pytest.importorskip("polars")
    import polars

    from crcasp import ColumnMap, answer

    path = overlay('needs("6.3", switch, age, at_least(50)) :- is(her2, positive).')
    rows = polars.DataFrame(
        {"age": ["85", "40"], "her2": ["positive"] * 2, "kras": ["wild_type"] * 2}
    )
    found = answer(rows, ColumnMap(), overlays=[path]).to_pylist()
    for row in found:
        own = parse_facts(f"age({row['age']}). her2(positive). kras(wild_type).", overlays=[path])
        assert row["grade"] == recommend(own, overlays=[path]).preferred[0].grade
