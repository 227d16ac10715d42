"""One small overlay for each thing that an overlay can say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crcasp import Advice, InputError, check, diff, explain, missing, recommend
from crcasp.results.advice import Verdict

FIRST: dict[str, object] = {"ras": "wild_type", "side": "left", "disease_extent": "liver_only"}
FIRST |= {"multifocal_liver_disease": "late", "liver_metastases": "unresectable"}
LATER = {**FIRST, "history": [{"received": ["folfox"], "stopped": "progression"}]}
Z = 'statement("Z", {line}, benefit). text("Z", "later evidence"). reference("Z", "a trial"). '
NEW = 'statement("N", any, recommended). text("N", "a new one"). reference("N", "a trial"). '
VARIANT = """
value(variant, (g12c; else)). given(variant, V, variant(V)) :- variant(V). #defined variant/1.
means(variant, "a variant"). implies(variant, g12c, kras, mutant).
"""
TWO = "with(folfox, bevacizumab, ipilimumab)"

Answer = Callable[..., Advice]


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    """Answers under an overlay in which a source Z, or a statement N, says something more."""

    def ask(text: str, facts: dict[str, object] | None = None, line: str = "any") -> Advice:
        overlay = written(text, line)
        return recommend(FIRST if facts is None else facts, overlays=[overlay], tests=False)

    def written(text: str, line: str) -> Path:
        path = tmp_path / "overlay.lp"
        head = (Z.format(line=line) if '("Z"' in text else "") + (NEW if '("N"' in text else "")
        path.write_text(head + text)
        return path

    return ask


def sources(verdict: Verdict) -> list[str | None]:
    return [item.exclusion for item in verdict.against if item.exclusion]


# ---- bars ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "barred", "left"),
    [
        ('by("1")', "folfox", "folfox+panitumumab"),
        ('by("1.1", left)', "", "folfox+cetuximab"),
        pytest.param('by("1", any, folfox)', "folfox", "folfiri", marks=pytest.mark.slow),
        ("with(folfox, panitumumab)", "folfox+panitumumab", "folfox"),
        pytest.param(
            *("irinotecan", "folfiri+cetuximab", "folfox+cetuximab"), marks=pytest.mark.slow
        ),
        pytest.param(
            *("anti_egfr", "folfox+panitumumab", "folfox+bevacizumab"), marks=pytest.mark.slow
        ),
        ("hai", "fluorouracil_leucovorin", "tace"),
    ],
)
def test_a_source_bars_what_it_names(answer: Answer, what: str, barred: str, left: str) -> None:
    therapies = answer(f'bars("Z", k, {what}).').therapies
    assert therapies[left].status == "eligible"
    if barred:
        assert therapies[barred].status == "excluded"
        assert (therapies[barred].deciding, sources(therapies[barred])) == ("Z", ["Z"])
        objection = therapies[barred].against[-1]
        assert [(c.finding, c.needs) for c in objection.conditions] == [("advised", ("yes",))]
    else:  # by another statement it stands
        assert therapies[left].statements == ("1",)


@pytest.mark.slow
def test_a_branch_named_takes_in_what_it_offers_only_beside_a_regimen(answer: Answer) -> None:
    offer = 'offers("N", b, radioembolization). only_beside("N", radioembolization, folfox). '
    early = {**FIRST, "multifocal_liver_disease": "early"}
    for what in ('by("N", b)', 'by("N", b, radioembolization)'):
        verdict = answer(offer + f'bars("Z", k, {what}).', early).therapies["radioembolization"]
        assert verdict.deciding == "Z"


@pytest.mark.slow
def test_a_case_bars_only_in_its_line_and_where_all_its_needs_are_met(answer: Answer) -> None:
    text = 'bars("Z", k, folfox). needs("Z", k, mmr, deficient). needs("Z", k, age, at_most(60)). '
    text += 'needs("Z", k, ecog, at_least(1)).'
    met = {**FIRST, "mmr": "deficient", "age": 50, "ecog": 2}
    verdict = answer(text, met, "first").therapies["folfox"]
    assert verdict.status == "excluded"
    assert [(c.finding, c.needs) for c in verdict.against[-1].conditions] == [
        ("age", ("at least 61",)),
        ("ecog", ("at most 0",)),
        ("line", ("beyond_first",)),
        ("mmr", ("proficient",)),
    ]
    for other in ({"mmr": "proficient"}, {"age": 61}, {"ecog": 0}):
        assert answer(text, {**met, **other}, "first").therapies["folfox"].status == "eligible"
    assert answer(text, met, "beyond_first").therapies["folfox"].status == "eligible"


@pytest.mark.slow
def test_a_case_that_hangs_on_one_finding_or_two_asks_for_them(answer: Answer) -> None:
    one = 'bars("Z", k, folfox). needs("Z", k, mmr, deficient). '
    assert answer(one).therapies["folfox"].missing == ["mmr"]
    two = one + 'needs("Z", k, braf, mutant).'
    assert answer(two).therapies["folfox"].missing == ["braf", "mmr"]
    assert answer(two, {**FIRST, "braf": "mutant"}).therapies["folfox"].missing == ["mmr"]
    assert answer(two, {**FIRST, "braf": "wild_type"}).therapies["folfox"].status == "eligible"


def test_two_cases_that_leave_nothing_exclude(answer: Answer) -> None:
    text = 'bars("Z", k, folfox). needs("Z", k, mmr, deficient). needs("Z", k, braf, mutant). '
    text += 'bars("Z", l, folfox). needs("Z", l, mmr, proficient). '
    text += 'bars("Z", m, folfox). needs("Z", m, braf, wild_type).'
    verdict = answer(text).therapies["folfox"]
    assert (verdict.status, verdict.deciding) == ("excluded", "Z")


def test_the_bar_but_for_which_an_offer_would_stand_decides(answer: Answer) -> None:
    facts = {**LATER, "disease_extent": "disseminated"}
    verdict = answer('withdrawn("I8"). bars("Z", k, hai).', facts).therapies["hai"]
    assert (verdict.deciding, set(sources(verdict))) == ("Z", {"Z", "X5"})


def test_an_exclusion_that_lets_pass_is_no_reason(answer: Answer) -> None:
    facts = {**FIRST, "disease_extent": "liver_dominant", "liver_metastases": "resectable"}
    verdict = answer('withdrawn("I18").', facts).therapies["hai"]
    assert (verdict.status, sources(verdict)) == ("excluded", [])


def test_an_exclusion_bars_and_lowers_in_its_cases(answer: Answer) -> None:
    text = 'exclusion("X9", "nothing for the old"). bars("X9", old, folfox). '
    text += 'needs("X9", old, age, at_least(75)). lowers("X9", all, folfiri, considered). '
    text += 'spares("X9", "1.1").'
    therapies = answer(text, {**FIRST, "age": 80}).therapies
    assert (therapies["folfox"].deciding, sources(therapies["folfox"])) == ("X9", ["X9"])
    assert therapies["folfox+cetuximab"].statements == ("1.1",)
    assert answer(text, {**FIRST, "age": 74}).therapies["folfox"].status == "eligible"
    (reason,) = therapies["folfiri"].lowered
    assert (reason.source, therapies["folfiri"].grade) == ("X9", "considered")
    assert [(c.finding, c.needs) for c in reason.conditions] == [("advised", ("no",))]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("age", "status"), [(49, "excluded"), (50, "eligible"), (60, "eligible"), (61, "excluded")]
)
def test_bounds_of_one_finding_hold_together(answer: Answer, age: int, status: str) -> None:
    text = 'offers("N", b, capox). needs("N", b, age, at_least(50)). '
    text += 'needs("N", b, age, at_most(60)). bars("Z", k, irinotecan). '
    text += 'needs("Z", k, age, (at_least(50); at_most(60))).'
    therapies = answer(text, {**FIRST, "age": age}).therapies
    assert therapies["capox"].status == status
    assert (therapies["folfiri"].status == "excluded") == (status == "eligible")
    assert answer(text, FIRST).therapies["capox"].missing == ["age"]


@pytest.mark.parametrize(("age", "status"), [(30, "eligible"), (31, "excluded"), (70, "eligible")])
def test_a_value_stands_beside_the_bounds(answer: Answer, age: int, status: str) -> None:
    text = 'offers("N", b, capox). needs("N", b, age, (30; at_least(60))).'
    assert answer(text, {**FIRST, "age": age}).therapies["capox"].status == status


@pytest.mark.slow
def test_what_failed_bars(answer: Answer) -> None:
    text = 'bars("Z", k, folfiri). needs("Z", k, failed(fluoropyrimidine), yes).'
    verdict = answer(text, LATER).therapies["folfiri"]
    assert (verdict.status, verdict.deciding) == ("excluded", "Z")
    assert verdict.against[-1].conditions[0].needs == ("no",)
    unknown = {**FIRST, "history": [{"received": ["folfox"]}]}
    assert answer(text, unknown).therapies["folfiri"].missing == ["stopped(1)"]
    completed = {**FIRST, "history": [{"received": ["folfox"], "stopped": "completed"}]}
    assert answer(text, completed).therapies["folfiri"].status == "eligible"


@pytest.mark.slow
def test_spares_and_withdrawn_take_a_bar_back(answer: Answer) -> None:
    text = 'bars("Z", k, folfox). lowers("Z", l, folfiri, considered). '
    assert answer(text + 'spares("Z", "1").').therapies["folfox"].statements == ("1",)
    assert answer(text + 'withdrawn("Z").').therapies == recommend(FIRST).therapies


@pytest.mark.slow
@pytest.mark.parametrize(("gone", "therapy"), [("1", "folfox"), ("X2", "folfox+panitumumab")])
def test_statements_and_exclusions_are_withdrawn(answer: Answer, gone: str, therapy: str) -> None:
    text = 'offers("N", b, with(folfox, panitumumab)). '
    mutant = {**FIRST, "ras": "mutant"}
    before, after = answer(text, mutant), answer(text + f'withdrawn("{gone}").', mutant)
    statuses = [advice.therapies[therapy].status for advice in (before, after)]
    assert statuses == (["eligible", "excluded"] if gone == "1" else ["excluded", "eligible"])


# ---- lowers --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_grade_is_lowered_for_whom_the_case_is_and_the_source_named(answer: Answer) -> None:
    text = 'lowers("Z", k, by("1.1"), considered). needs("Z", k, braf, mutant).'
    lowered = answer(text, {**FIRST, "braf": "mutant"}, "first").therapies["folfox+cetuximab"]
    assert (lowered.grade, lowered.statements) == ("recommended", ("1", "1.1"))
    (reason,) = lowered.lowered
    assert [(c.finding, c.needs) for c in reason.conditions] == [
        ("braf", ("mutant",)),
        ("line", ("first",)),
    ]
    unknown = answer(text).therapies["folfox+cetuximab"]
    assert (unknown.grade, [r.statement for r in unknown.lowered]) == ("recommended", ["Z"])
    other = answer(text, {**FIRST, "braf": "wild_type"}).therapies["folfox+cetuximab"]
    assert (other.grade, other.lowered) == ("benefit", ())


def test_the_lowest_of_several_counts_and_no_grade_is_raised(answer: Answer) -> None:
    text = 'lowers("Z", k, folfox, (considered; recommended)). lowers("Z", l, by("3"), benefit).'
    verdict = answer(text, {**FIRST, "country": "japan"}).therapies
    assert (verdict["folfox"].grade, verdict["sox"].grade) == ("considered", "recommended")
    (reason,) = verdict["folfox"].lowered
    assert [(c.finding, c.needs) for c in reason.conditions] == [("advised", ("no",))]
    assert verdict["sox"].lowered == ()


def test_what_stands_beside_what_is_lowered_is_not(answer: Answer) -> None:
    therapies = answer('lowers("Z", k, hai, considered).').therapies
    assert therapies["hai"].grade == "considered"
    assert therapies["fluorouracil_leucovorin"].grade == "recommended"


def test_a_grade_lowered_on_either_side_of_a_finding_is_low(answer: Answer) -> None:
    text = 'lowers("Z", k, folfox, considered). needs("Z", k, braf, mutant). '
    text += 'offers("N", b, folfox). needs("N", b, braf, mutant). regraded("N", b, benefit). '
    text += 'offers("N", c, folfox). needs("N", c, braf, wild_type). regraded("N", c, benefit).'
    verdict = answer(text).therapies["folfox"]
    assert (verdict.statements, verdict.grade) == (("1", "N"), "considered")


PREFERS = 'offers("Z", k, capox). needs("Z", k, mmr, deficient). '
PREFERS += 'lowers("Z", k, by("1.1"), recommended).'


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ({"mmr": "deficient"}, "recommended"),
        ({"mmr": "proficient"}, "benefit"),
        ({}, "recommended"),
        ({"mmr": "deficient", "contraindicated": ["capecitabine"]}, "benefit"),
        ({"contraindicated": ["capecitabine"]}, "benefit"),
    ],
)
def test_what_is_preferred_must_be_possible(
    answer: Answer, facts: dict[str, object], grade: str
) -> None:
    found = answer(PREFERS, {**FIRST, **facts}, "first").therapies["folfox+cetuximab"]
    assert (found.grade, found.statements) == (grade, ("1", "1.1"))
    conditions = {c.finding: c.state for reason in found.lowered for c in reason.conditions}
    assert ("eligible(capox)" in conditions) == (grade == "recommended")


def test_what_is_preferred_is_a_condition_without_another(answer: Answer) -> None:
    text = 'offers("Z", k, capox). lowers("Z", k, folfox, considered).'
    (reason,) = answer(text).therapies["folfox"].lowered
    assert [(c.finding, c.needs) for c in reason.conditions] == [("eligible(capox)", ("yes",))]


def test_a_case_that_offers_nothing_lowers_for_everybody_it_is_about(answer: Answer) -> None:
    text = PREFERS.replace('offers("Z", k', 'offers("Z", other')
    facts = {**FIRST, "mmr": "deficient", "contraindicated": ["capecitabine"]}
    assert answer(text, facts, "first").therapies["folfox+cetuximab"].grade == "recommended"


GIVEN = 'offers("N", b, capox). regraded("N", b, benefit). '
SUNK = 'lowers("Z", k, by("N", b), considered). needs("Z", k, braf, mutant). '


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ('offers("N", c, capox). needs("N", c, braf, mutant).', "recommended"),
        (
            'offers("N", c, capox). regraded("N", c, benefit). needs("Z", l, braf, wild_type). '
            'lowers("Z", l, by("N", c), considered).',
            "benefit",
        ),
        (
            'offers("N", c, capox). regraded("N", c, benefit). needs("Z", l, braf, wild_type). '
            'bars("Z", l, by("N", c)).',
            "benefit",
        ),
    ],
)
def test_another_branch_makes_up_for_one_that_is_lowered(
    answer: Answer, text: str, grade: str
) -> None:
    verdict = answer(GIVEN + SUNK + text).therapies["capox"]
    assert (verdict.status, verdict.statements, verdict.grade) == ("eligible", ("N",), grade)


def test_a_statement_makes_up_for_one_that_is_barred(answer: Answer) -> None:
    text = 'bars("Z", k, by("1")). needs("Z", k, braf, mutant). '
    text += 'offers("N", b, folfox). needs("N", b, braf, mutant).'
    verdict = answer(text).therapies["folfox"]
    assert (verdict.status, verdict.statements) == ("eligible", ())
    assert [reason.statement for reason in verdict.because] == ["1", "N"]


@pytest.mark.parametrize(
    ("needs", "missing_too"),
    [
        ('needs("Z", k, braf, mutant). needs("Z", k, mmr, deficient). ', ["braf", "mmr"]),
        ('needs("Z", k, failed(fluoropyrimidine), yes). ', ["stopped(1)"]),
    ],
)
def test_what_may_make_up_for_a_bar_is_missing_too(
    answer: Answer, needs: str, missing_too: list[str]
) -> None:
    text = 'offers("N", b, irinotecan). bars("Z", k, by("N", b)). ' + needs
    text += 'offers("N", c, irinotecan). needs("N", c, tumor_burden, high).'
    facts = {**FIRST, "history": [{"received": ["folfox"]}]}
    verdict = answer(text, facts).therapies["irinotecan"]
    assert sorted(verdict.missing) == sorted([*missing_too, "tumor_burden"])


# ---- two partners, both regimen and partner ------------------------------------------------


@pytest.mark.slow
def test_two_partners_are_offered_stand_in_a_set_and_are_explained(
    answer: Answer, tmp_path: Path
) -> None:
    advice = answer(f'offers("N", b, {TWO}).')
    name = "folfox+bevacizumab+ipilimumab"
    assert advice.therapies[name].statements == ("N",)
    assert (name,) in {chosen.therapies for chosen in advice.sets}
    told = explain(FIRST, "ipilimumab+bevacizumab+FOLFOX", overlays=[tmp_path / "overlay.lp"])
    assert (told.therapy, told.status) == (name, "eligible")
    denied = answer(f'offers("N", b, {TWO}).', {**FIRST, "unavailable": ["ipilimumab"]})
    assert sources(denied.therapies[name]) == ["X4"]


def test_two_partners_are_reused_where_the_pair_is_known(answer: Answer) -> None:
    history = [
        {"received": ["folfox", "bevacizumab", "ipilimumab"], "stopped": "completed"},
        {"received": ["capecitabine"], "stopped": "completed"},
    ]
    facts = {**FIRST, "history": history}
    names = answer(f'offers("N", b, {TWO}).', facts).therapies
    assert names["folfox+bevacizumab+ipilimumab"].statements == ("11", "N")
    three = [{**history[0], "received": [*history[0]["received"], "aflibercept"]}, history[1]]
    names = answer(f'offers("N", b, {TWO}).', {**FIRST, "history": three}).therapies
    assert names["folfox+bevacizumab+ipilimumab"].statements == ("N",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("received", "reused"),
    [
        (["panitumumab"], "panitumumab"),
        (["panitumumab", "folfox"], "folfox+panitumumab"),
        (["panitumumab", "bevacizumab"], "panitumumab+bevacizumab"),
    ],
)
def test_what_is_regimen_and_partner_is_reused_once(
    answer: Answer, received: list[str], reused: str
) -> None:
    lines = [{"received": received, "stopped": "completed"}]
    facts = {**FIRST, "history": [*lines, {"received": ["capiri"], "stopped": "completed"}]}
    found = answer("regimen(panitumumab).", facts).therapies
    assert [name for name, verdict in found.items() if "11" in verdict.statements] == [reused]


# ---- beside --------------------------------------------------------------------------------

BESIDE = 'offers("N", b, radioembolization). only_beside("N", radioembolization, folfox). '
EARLY = {**FIRST, "multifocal_liver_disease": "early"}


def test_only_beside_a_regimen(answer: Answer) -> None:
    advice = answer(BESIDE + 'needs("N", b, age, at_most(60)).', {**EARLY, "age": 50})
    sets = {chosen.therapies for chosen in advice.sets if "radioembolization" in chosen.therapies}
    assert sets == {
        ("folfox", "radioembolization"),
        ("folfox+bevacizumab", "radioembolization"),
        ("folfox+cetuximab", "radioembolization"),
        ("folfox+panitumumab", "radioembolization"),
    }
    reason = advice.therapies["radioembolization"].because[0]
    assert {c.finding for c in reason.conditions} == {"age", "beside", "disease_extent"}
    assert advice.therapies["radioembolization"].grade == "recommended"


BEST = 'statement("B", any, benefit). text("B", "the best"). offers("B", b, tace). '
TIED = BEST + 'only_beside("B", tace, folfox). '


def test_a_grade_beside_another_counts_only_there(answer: Answer) -> None:
    advice = answer(TIED)
    therapy = advice.therapies["tace"]
    assert (therapy.grade, therapy.statements) == ("benefit", ("13", "B"))
    found = {
        chosen.therapies: (chosen.grade, [why.statement for why in chosen.because])
        for chosen in advice.sets
    }
    assert found[("tace",)] == ("recommended", ["13"])
    assert found["folfox+cetuximab", "tace"] == ("benefit", ["1", "1.1", "13", "B"])
    assert found["folfiri+cetuximab", "tace"] == ("recommended", ["1", "1.1", "13"])
    assert [str(it) for it in advice.preferred] == [
        *("folfiri+cetuximab", "folfox+cetuximab", "folfox+cetuximab & tace")
    ]


def test_what_stands_by_itself_in_some_completions_alone_stands_beside_another(
    answer: Answer,
) -> None:
    """Only beside FOLFOX up to 60, and by itself above: a set holds whatever the age is."""
    tied = BEST.replace("tace", "cryo") + 'locoregional(cryo). only_beside("B", cryo, folfox). '
    young = (
        'needs("B", b, age, at_most(60)). offers("N", b, cryo). needs("N", b, age, at_least(61)).'
    )
    sets = [it.therapies for it in answer(tied + young).sets if "cryo" in it.therapies]
    assert sets
    assert all(names[0].startswith("folfox") for names in sets), sets
    assert ("cryo",) in [it.therapies for it in answer(tied + young, {**FIRST, "age": 70}).sets]


def test_a_test_that_lets_it_stand_by_itself_is_named(answer: Answer, tmp_path: Path) -> None:
    tied = BEST + 'only_beside("B", tace, capox). offers("N", b, capox). '
    alone = BEST.replace('"B"', '"D"') + 'needs("D", b, age, at_most(60)).'
    answer(tied + alone)
    advice = recommend(FIRST, overlays=[tmp_path / "overlay.lp"])
    assert "tace" not in {name for chosen in advice.preferred for name in chosen.therapies}
    assert advice.together
    added = {it.findings: it.prefers for it in advice.together}
    assert added[("age", "at most 60"),] == ("tace",)


def test_each_only_beside_the_other(answer: Answer) -> None:
    pair = 'offers("B", b, folfox). only_beside("B", folfox, tace). '
    grades = {it.therapies: it.grade for it in answer(TIED + pair, {**FIRST, "side": "right"}).sets}
    assert grades["folfox", "tace"] == "benefit"
    assert grades[("folfox",)] == grades[("tace",)] == grades["folfiri", "tace"] == "recommended"


@pytest.mark.slow
def test_it_falls_with_the_regimen_and_its_own_needs(answer: Answer) -> None:
    barred = answer(BESIDE + 'bars("Z", k, by("1")).', EARLY).therapies["radioembolization"]
    assert barred.status == "excluded"
    assert "beside" in {c.finding for item in barred.against for c in item.conditions}
    asked = answer(BESIDE + 'bars("Z", k, folfox). needs("Z", k, braf, mutant).', EARLY)
    assert asked.therapies["radioembolization"].missing == ["braf"]
    needy = answer(BESIDE + 'needs("N", b, age, at_most(60)).', {**EARLY, "age": 70})
    assert needy.therapies["radioembolization"].status == "excluded"
    nothing = BESIDE.replace("folfox", "capox")
    verdict = answer(nothing, EARLY).therapies["radioembolization"]
    assert "beside" in {c.finding for item in verdict.against for c in item.conditions}


def test_offers_of_the_regimen_may_complement_each_other(answer: Answer) -> None:
    text = (
        BESIDE.replace("folfox", "capox") + 'offers("N", c, capox). needs("N", c, braf, mutant). '
    )
    text += 'offers("N", d, capox). needs("N", d, braf, wild_type).'
    assert answer(text, EARLY).therapies["radioembolization"].status == "eligible"


def test_what_it_stands_beside_may_need_a_line_to_have_failed(answer: Answer) -> None:
    told = {**EARLY, "ecog": 0, "organ_function": "adequate"}
    facts = {**told, "history": [{"received": ["folfirinox"]}]}
    verdict = answer(BESIDE.replace("folfox", "regorafenib"), facts).therapies["radioembolization"]
    assert verdict.missing == ["stopped(1)"]


def test_beside_a_regimen_that_is_only_reused(answer: Answer) -> None:
    history = [{"received": [name], "stopped": "completed"} for name in ("capox", "folfiri")]
    text = BESIDE.replace("folfox", "capox") + 'regraded("N", b, considered).'
    verdict = answer(text, {**EARLY, "history": history}).therapies["radioembolization"]
    assert (verdict.statements, verdict.grade) == (("N",), "considered")


def test_a_set_has_the_lowest_grade_of_its_therapies(answer: Answer) -> None:
    advice = answer(BESIDE + 'regraded("N", b, considered).', EARLY)
    sets = {chosen.therapies: chosen.grade for chosen in advice.sets}
    assert sets["folfox", "radioembolization"] == "considered"
    assert sets["folfox",] == "recommended"


APART = 'exclusion("A", "not both"). bars_pair("A", "A"). never_together("A", tace, by("1")). '


@pytest.mark.parametrize("withdrawn", ["", 'withdrawn("A").'])
def test_what_a_statement_supports_is_kept_apart_from_a_therapy(
    answer: Answer, withdrawn: str
) -> None:
    sets = {chosen.therapies for chosen in answer(APART + withdrawn).sets}
    assert {("folfox",), ("tace",), ("folfox+panitumumab", "tace")} <= sets
    assert (("folfox", "tace") in sets) == bool(withdrawn)
    assert ("folfox", "radioembolization") in sets


# ---- findings ------------------------------------------------------------------------------


def test_a_finding_that_implies_another_shows_it(answer: Answer) -> None:
    verdict = answer(VARIANT, {"variant": "g12c", "side": "left"}).therapies["folfox+cetuximab"]
    assert (verdict.status, verdict.deciding) == ("excluded", "X2")
    assert verdict.against[-1].conditions[0].facts == ("variant(g12c)",)
    with pytest.raises(InputError, match="the one implies that the other is wrong"):
        answer(VARIANT, {"variant": "g12c", "kras": "wild_type"})


@pytest.mark.slow
def test_what_would_imply_otherwise_is_ruled_out(answer: Answer) -> None:
    text = VARIANT + 'offers("N", b, capox). needs("N", b, variant, g12c).'
    for known in ({"kras": "wild_type"}, {"ras": "wild_type"}):
        advice = answer(text, known)
        assert advice.therapies["capox"].status == "excluded"
        assert {f.name: f.value for f in advice.findings}["variant"] == "else"
    assert answer(text, {}).therapies["capox"].missing == ["variant"]


@pytest.mark.slow
def test_findings_that_go_together_are_completed_together(answer: Answer, tmp_path: Path) -> None:
    text = VARIANT + 'offers("N", b, capox). needs("N", b, variant, g12c). '
    both = text + 'needs("N", b, ras, mutant).'
    assert answer(both, {}).therapies["capox"].missing == ["variant"]
    odd = text + 'needs("N", b, ras, wild_type).'
    assert answer(odd, {}).therapies["capox"].status == "excluded"
    whole = 'offers("N", b, capox). needs("N", b, kras, wild_type). needs("N", b, ras, mutant).'
    assert answer(whole, {"nras": "wild_type"}).therapies["capox"].status == "excluded"
    assert answer(whole, {"braf": "mutant"}).therapies["capox"].missing == ["kras", "ras"]
    pair = text + 'offers("N", c, capox). needs("N", c, ras, (wild_type; mutant)).'
    assert answer(pair, {}).therapies["capox"].status == "eligible"


@pytest.mark.slow
def test_what_is_missing_beside_findings_that_go_together(answer: Answer, tmp_path: Path) -> None:
    answer(VARIANT + 'offers("N", b, capox). needs("N", b, variant, g12c).')
    overlay = [tmp_path / "overlay.lp"]
    found = {item.finding: item.decides for item in missing({}, overlays=overlay).findings}
    assert found["variant"] == ("capox",)
    assert "folfirinox" in found["braf"]
    told = missing({"ras": "wild_type", "nras": "wild_type"}, overlays=overlay)
    assert "variant" not in {item.finding for item in told.findings}


@pytest.mark.parametrize(
    ("need", "lines", "status"),
    [
        ("at_most(1)", 1, "eligible"),
        pytest.param("at_most(1)", 2, "excluded", marks=pytest.mark.slow),
        pytest.param("at_least(2)", 2, "eligible", marks=pytest.mark.slow),
        pytest.param("at_most(0)", 0, "eligible", marks=pytest.mark.slow),
    ],
)
def test_the_number_of_lines(answer: Answer, need: str, lines: int, status: str) -> None:
    text = f'offers("N", b, capecitabine). needs("N", b, lines_before, {need}).'
    facts = {"history": [{"received": ["folfox"], "stopped": "completed"}] * lines}
    advice = answer(text, facts)
    assert advice.therapies["capecitabine"].status == status
    assert {f.name: f.value for f in advice.findings}.get("lines_before", lines) == lines


@pytest.mark.slow
@pytest.mark.parametrize("need", ["earlier(fluoropyrimidine)", "failed(fluoropyrimidine)"])
def test_a_class_that_was_received_or_failed(answer: Answer, need: str) -> None:
    text = f'offers("N", b, regorafenib). needs("N", b, {need}, yes).'
    assert answer(text, LATER).therapies["regorafenib"].statements == ("N",)
    assert answer(text).therapies["regorafenib"].status == "excluded"


# ---- findings of several overlays, or of many values ------------------------------------------


def center(path: Path, values: str, wanted: str) -> Path:
    path.write_text(
        f'value(center, ({values})). statement("{path.stem}", first, benefit). '
        "given(center, V, center(V)) :- center(V). #defined center/1. "
        f'text("{path.stem}", "there"). offers("{path.stem}", b, capox). '
        f'needs("{path.stem}", b, center, {wanted}).'
    )
    return path


@pytest.mark.slow
@pytest.mark.parametrize("turned", [False, True])
def test_two_overlays_give_values_of_one_finding(tmp_path: Path, turned: bool) -> None:
    files = [
        center(tmp_path / "one.lp", "north; south", "north"),
        center(tmp_path / "two.lp", "east; south", "east"),
    ]
    files = files[::-1] if turned else files
    assert len(check(*files).overlays) == 2
    for value, status in (("north", "eligible"), ("east", "eligible"), ("south", "excluded")):
        advice = recommend({"center": value}, overlays=files, tests=False)
        assert advice.therapies["capox"].status == status
    (change,) = diff(overlays=files).changes
    (ways,) = change.when
    assert {only.finding: only.values for only in ways}["center"] == ("east", "north")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "wanted", "said"),
    [
        ("; ".join(f"c{n}" for n in range(1000)), "(c7; c8)", ("c7", "c8")),
        ("0..999", "70", ("70",)),
        ("0..999", "at_most(70)", ("at most 70",)),
    ],
)
def test_a_finding_of_a_thousand_values(
    tmp_path: Path, values: str, wanted: str, said: tuple[str, ...]
) -> None:
    overlay = [center(tmp_path / "many.lp", values, wanted)]
    assert check(*overlay)
    advice = recommend({}, overlays=overlay)
    assert advice.therapies["capox"].missing == ["center"]
    told = {it.findings for it in advice.together or () if "center" in dict(it.findings)}
    assert told == {(("center", value),) for value in said}
    (change,) = diff(overlays=overlay).changes
    assert ("center", said) in {(only.finding, only.values) for only in change.when[0]}


def test_i1_a_site_is_on_its_side(answer: Answer, tmp_path: Path) -> None:
    """A tumor on the right is not in the rectum, whatever else is unknown."""
    rule = 'offers("N", b, irinotecan). needs("N", b, primary_site, rectum).'
    assert answer(rule, {"side": "right"}).therapies["irinotecan"].status == "excluded"
    found = answer(rule, {"side": "left"}).therapies["irinotecan"]
    assert (found.status, found.missing) == ("undetermined", ["primary_site"])


def test_what_is_eligible_may_make_no_set(answer: Answer) -> None:
    """That is an answer, which says so; beside it, what makes a set does."""
    rule = 'exclusion("Y", "y"). bars_pair("Y", "Y"). never_together("Y", oxaliplatin, irinotecan).'
    rule += ' withdrawn(("1"; "1.1")).'
    facts: dict[str, object] = {"ras": "mutant", "braf": "mutant", "tumor_burden": "high"}
    facts |= {
        "age": 50,
        "ecog": 0,
        "mmr": "proficient",
        "country": "other",
        "disease_extent": "disseminated",
    }
    facts |= {"organ_function": "adequate"}
    advice = answer(rule, facts)
    assert advice.therapies["folfoxiri"].status == "eligible"
    assert (advice.sets, advice.preferred) == ((), ())
    assert any("makes no set" in notice for notice in advice.notices)
    beside = answer(rule, {**facts, "country": "japan"})
    assert {str(it) for it in beside.preferred} == {"sox", "iris"}
    assert not any("makes no set" in notice for notice in beside.notices)
    for found in (advice, beside):
        text = " ".join(found.to_text().lower().split())
        assert "but in no set by the rules on sets folfirinox; folfoxiri" in text.replace(":", "")


# ---- what is lowered -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "overlay", "lowered"),
    [
        ({"side": "right", "mmr": "deficient"}, "", True),
        ({"side": "right"}, "", True),  # until MMR is known
        ({}, "", False),  # by 1 alone it is recommended, and no more
        ({"mmr": "deficient"}, "", False),
        ({"side": "right", "mmr": "proficient"}, "", False),
        ({"side": "right", "mmr": "deficient"}, 'spares("N", "1.1").', False),
    ],
)
def test_what_is_lowered_would_have_a_higher_grade(
    facts: dict[str, object], overlay: str, lowered: bool, answer: Answer
) -> None:
    rules = 'offers("N", b, capox). lowers("N", b, by("1.1"), recommended). '
    rules += 'lowers("N", b, by("1"), considered). spares("N", "1"). '
    rules += f'needs("N", b, mmr, deficient). {overlay}'
    verdict = answer(rules, facts).therapies["folfox+bevacizumab"]
    assert [it.statement for it in verdict.lowered] == ["N"] * lowered
    assert (verdict.grade == "benefit") == (facts.get("side") == "right" and not lowered)


def test_a_performance_status_of_0_is_said(answer: Answer) -> None:
    later = {"history": [{"received": ["folfoxiri"], "stopped": "progression"}], "ecog": 0}
    text = answer("", {**later, "organ_function": "adequate"}).to_text()
    assert "because ECOG 0, failure of irinotecan (line 1)" in " ".join(text.split())
