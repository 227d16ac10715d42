"""Rules of an overlay with bodies of their own: on what they may depend, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, permutations, product
from pathlib import Path
from typing import NamedTuple

import clingo
import pytest
from variants import within

from crcasp import (
    OverlayError,
    UsageError,
    audit,
    check,
    diff,
    explain,
    missing,
    page,
    parse_facts,
    recommend,
)
from crcasp.program.files import Program, program_directory
from crcasp.program.flaws import checked
from crcasp.program.terms import row
from crcasp.results.advice import Together

OFFERS = 'statement("N", any, benefit). text("N", "x"). offers("N", b, tace) :- {}.'
NOTICE = 'notice("N", "mine") :- {}.'

LP = Path(program_directory())
Overlay = Callable[[str], Path]


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Writes an overlay."""

    def write(text: str) -> Path:
        (tmp_path / "own.lp").write_text(text)
        return tmp_path / "own.lp"

    return write


# ---- the table is the same, whatever is found out -----------------------------------------------

ON_A_FINDING = [
    "is(ras, mutant)",
    "not is(ecog, 3)",
    "turns_out(ras, mutant)",
    "says(ecog, P, _), P >= 3",
    "shows(failed(bevacizumab), yes, _)",
    "tells(mmr, deficient, _)",
    "could_be(mmr, deficient)",
    "ruled_out(mmr, deficient)",
    "tested_positive(mmr)",
    "known_or_chosen(kras, mutant)",
    "known(age)",
    "age(A), A > 70",
    "stopped(1, toxicity)",
    "failed(1, oxaliplatin)",
    "eligible(hai)",
    'unmet("5", _, hai, "5", _)',
    "frail. frail :- sick. sick :- is(organ_function, inadequate)",
]
TABLE = [
    'withdrawn("12")', 'withdrawn("I8")', 'single_agent("12")', 'spares("X2", "1")',
    'needs("1", any, braf, wild_type)', 'regraded("1", any, considered)',
    "member(anti_egfr, bevacizumab)", 'never_together("1.2", folfox, hai)', 'rests_on("12", "I9")',
    "implies(braf_v600e, mutant, ras, wild_type)", 'label(folfox, "x")',
]  # fmt: skip


@pytest.mark.one_in(12)
@pytest.mark.parametrize("body", ON_A_FINDING)
def test_a_table_that_depends_on_a_finding_is_refused(body: str, overlay: Overlay) -> None:
    """What is found out later would turn verdicts that were definite."""
    with pytest.raises(OverlayError, match=r"own\.lp:1:1: withdrawn/1 depends on what may be unk"):
        check(overlay(f'withdrawn("12") :- {body}.'))


@pytest.mark.one_in(12)
@pytest.mark.parametrize("head", TABLE)
def test_no_part_of_the_table_may(head: str, overlay: Overlay) -> None:
    path = overlay(f"{head} :- is(age, A), A > 70.")
    for question in (lambda it: recommend({}, overlays=it), lambda it: diff(overlays=it)):
        with pytest.raises(OverlayError, match=r"own\.lp:1:1: .* state it for everyone"):
            question([path])


@pytest.mark.one_in(8)
@pytest.mark.parametrize(
    "text",
    [
        NOTICE.format("is(her2, positive), eligible(hai)"),
        NOTICE.format("says(age, A, _), A > 70"),
        'withdrawn("12") :- received(1, capox).',
        'withdrawn("12") :- in_force("I9"), initial_line(_), held(L, bevacizumab), L > 1.',
        'bars("8", b, X) :- partner(X), offers("8", b, with(folfox, X)).',
        "value(cea, (low; high)). given(cea, V, cea(V)) :- cea(V). #defined cea/1."
        ' needs("3", in_use, cea, high).',
        "given(ecog, 3, karnofsky(N)) :- karnofsky(N), N < 60. #defined karnofsky/1.",
        ":- is(ras, mutant), is(ecog, 3).",
    ],
)
def test_what_does_not_depend_on_one_is_in_order(text: str, overlay: Overlay) -> None:
    assert page(overlays=[overlay(text)])


@pytest.mark.parametrize("text", ["contraindicated(oxaliplatin).", "received(1, folfox)."])
def test_facts_of_one_patient_are_not_those_of_all(text: str, overlay: Overlay) -> None:
    path = overlay(text)
    assert recommend({}, overlays=[path]).to_text()
    for question in (diff, audit):
        with pytest.raises(UsageError, match=r"own\.lp:1:1: this is a fact of one patient"):
            question(overlays=[path])


@pytest.mark.parametrize(
    "rule",
    [
        OFFERS.format("received(1, capox)"),
        OFFERS.format("held(L, bevacizumab), L > 1"),
        'withdrawn("I9") :- received(_, tace).',
        'single_agent("13") :- late. late :- initial_line(L), L > 1.',
        "not_repeated(anti_vegf) :- contraindicated(hai).",
    ],
)
def test_diff_refuses_a_table_that_depends_on_the_history(rule: str, overlay: Overlay) -> None:
    path = [overlay(rule)]
    for new, old in ((path, []), ([], path)):
        with pytest.raises(UsageError, match=r"own\.lp:\d+:\d+: this depends on the history"):
            diff(overlays=new, old=old)


@pytest.mark.slow
def test_diff_refuses_a_need_by_the_history_itself(overlay: Overlay) -> None:
    rules = 'statement("N", any, benefit). text("N", "x"). offers("N", b, tace). '
    rules += 'needs("N", b, ras, wild_type) :- received(_, folfoxiri).'
    with pytest.raises(UsageError, match="diff cannot say for whom TACE changes"):
        diff(overlays=[overlay(rules)])


def test_a_line_may_be_named_in_any_way(overlay: Overlay) -> None:
    text = check(
        overlay(
            "#const k = 4. late(5). "
            'withdrawn("1") :- received(2 + 3, folfox). '
            'withdrawn("2") :- received(k, folfox). '
            'withdrawn("3") :- received(L, folfox), late(L).'
        )
    ).to_text()
    assert " ".join(text.split()).count("for those patients only for whom a rule says so") == 3


def test_what_depends_on_the_history_is_said_to(overlay: Overlay) -> None:
    rules = ('withdrawn("4")', 'spares("X2", "1")')
    own = " ".join(f"{rule} :- received(1, folfox)." for rule in rules)
    text = check(overlay(f"{OFFERS.format('received(1, folfox)')} {own}")).to_text()
    assert " ".join(text.split()).count("for those patients only for whom a rule says so") == 3


# ---- numbers ----------------------------------------------------------------------------------


@pytest.mark.one_in(8)
@pytest.mark.parametrize(
    ("body", "inside", "outside"),
    [
        ("is(ecog, 3)", "ecog(3)", "ecog(2)"),
        ("is(age, A), A >= 65", "age(66)", "age(64)"),
        ("is(age, A), A >= 65, A <= 68", "age(66)", "age(69)"),
        ("is(age, A), A + 5 = 70", "age(65)", "age(66)"),
        ("is(age, A), A < younger_age", "age(69)", "age(70)"),
        ("is(F, 3), F = ecog", "ecog(3)", "ecog(4)"),
        ("is(her2, positive)", "her2(positive)", "her2(negative)"),
    ],
)
def test_a_number_that_a_notice_asks_for_is_told_apart(
    body: str, inside: str, outside: str, overlay: Overlay
) -> None:
    """A notice is given if it holds in some completion, and each is of one age."""
    path = overlay(NOTICE.format(body))
    for facts, said in ((inside, True), (outside, False), ("", True)):
        known = parse_facts(f"{facts}." * bool(facts), overlays=[path])
        notices = recommend(known, overlays=[path], tests=False).notices
        assert ("mine" in notices) == said


FRAIL = "value(frail, (yes; no)). given(frail, V, frail(V)) :- frail(V). #defined frail/1. "


@pytest.mark.one_in(6)
@pytest.mark.parametrize(
    ("text", "facts", "later"),
    [
        (
            "implies(ecog, 4, organ_function, inadequate).",
            "received(1, (folfox; irinotecan)). stopped(1, progression). organ_function(adequate).",
            "ecog(3)",
        ),
        (
            "assumed_never(ecog, 4).",
            "received(1, (folfox; irinotecan)). stopped(1, progression). organ_function(adequate).",
            "ecog(2)",
        ),
        (
            FRAIL + 'implies(frail, yes, ecog, 3). exclusion("F", "f"). bars("F", k, regorafenib). '
            'needs("F", k, frail, yes).',
            "received(1, (folfox; irinotecan)). stopped(1, progression). ecog(1). "
            "organ_function(adequate).",
            "frail(no)",
        ),
    ],
)
def test_a_number_that_is_implied_or_never_assumed_is_told_apart(
    text: str, facts: str, later: str, overlay: Overlay
) -> None:
    """A verdict that is definite stays so."""
    path = overlay(text)
    known, more = (parse_facts(it, overlays=[path]) for it in (facts, f"{facts} {later}."))
    before, after = (recommend(it, overlays=[path], tests=False) for it in (known, more))
    for name, verdict in before.therapies.items():
        assert verdict.status in ("undetermined", after.therapies[name].status), name


@pytest.mark.slow
def test_a_property_may_ask_for_numbers(overlay: Overlay) -> None:
    path = overlay(
        'property(young, holds, "x"). violation(young) :- eligible(folfoxiri), is(age, A), A < 65.'
    )
    found = {it.name: it.result for it in audit(properties=[path]).properties}
    assert found["young"] == "refuted"


# ---- constraints, by brute force ----------------------------------------------------------------

REFRACTORY = Path(__file__).parents[2] / "examples" / "refractory.lp"
KNOWN = "country(other). side(left). organ_function(adequate). disease_extent(liver_only). "
KNOWN += "liver_metastases(unresectable). tumor_burden(high). age(60). mmr(proficient). "
OPEN = {
    "ecog": range(5),
    "braf": ("mutant", "wild_type"),
    "ras": ("mutant", "wild_type"),
    "multifocal_liver_disease": ("absent", "early", "late"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "rules",
    [
        ":- is(ras, mutant), is(ecog, 3).",
        ":- is(ras, mutant), is(ecog, E), E > 1.",
        ":- frail, is(braf, mutant). frail :- is(ecog, E), E >= 2.",
        ":- -fit, is(ras, mutant). -fit :- is(ecog, (0; 1)).",
        "-p :- is(ecog, 3). p :- is(ras, mutant). :- p, is(braf, mutant). :- -p, is(braf, mutant).",
        ":- not p(1; 2, 3). p(1) :- is(braf, mutant). p(1) :- is(ras, mutant). p(2, 3).",
        ":- eligible(hai), is(ecog, 1).",
        ':- unmet("13", _, tace, "13", F), is(F, early), is(braf, mutant).',
        "not not is(braf, mutant) :- is(ras, mutant).",
        ":- #count { F : is(F, mutant) } > 1.",
        ":- is(F, mutant), is(G, mutant), F != G.",
    ],
)
def test_what_decides_under_a_constraint_alone_and_with_others(
    rules: str, overlay: Overlay
) -> None:
    """Of all patients who are known but for four findings, those whom a constraint leaves."""
    path = overlay(rules)
    verdicts = by_completion(path)
    expected: set[tuple[str, str, str]] = set()
    for one, other in permutations(verdicts, 2):
        names = [name for name, a, b in zip(OPEN, one, other, strict=True) if a != b]
        for therapy in verdicts[one].keys() & verdicts[other].keys() if len(names) == 1 else ():
            first, second = verdicts[one][therapy], verdicts[other][therapy]
            if first.status != second.status:
                expected.add(("decides", names[0], therapy))
            elif first.grade != second.grade and first.status == "eligible":
                expected.add(("raises", names[0], therapy))
    assert 0 < len(verdicts) < 60
    found = missing(parse_facts(KNOWN, overlays=[path]), overlays=[path]).findings
    said = {("decides", it.finding, name) for it in found for name in it.decides}
    assert said | {("raises", it.finding, name) for it in found for name in it.raises} == expected

    advice = recommend(parse_facts(KNOWN, overlays=[path]), overlays=[path])
    told = {
        (name, chosen) for it in advice.together or () for name in it.allows for chosen in each(it)
    }
    undetermined = (name for name, it in advice.therapies.items() if it.status == "undetermined")
    assert told == {(name, it) for name in undetermined for it in smallest(verdicts, name)}


class Said(NamedTuple):
    """A verdict on a fully known patient."""

    status: str
    grade: str | None = None


def by_completion(path: Path) -> dict[tuple[object, ...], Mapping[str, Said]]:
    """By the values of the open findings, the verdicts of the program with an overlay."""
    control = clingo.Control(["0"])
    for name in (*LP.glob("*.lp"), path):
        if name.name not in ("sets.lp", "show.lp"):
            control.load(str(name))
    shown = "#show is/2. #show eligible/1. #show grade/2. #show offer/3."
    control.add("base", [], f"{KNOWN} limit_of(ecog, 0..3). {shown}")  # each ECOG is told apart
    control.ground([("base", [])])
    found: dict[tuple[object, ...], Mapping[str, Said]] = {}
    with control.solve(yield_=True) as handle:
        for model in handle:
            rows = [(it.name, row(it)) for it in model.symbols(shown=True)]
            values = {str(own[0]): own[1] for name, own in rows if name == "is"}
            grades = {own[0]: str(own[1]) for name, own in rows if name == "grade"}
            eligible = {str(own[0]) for name, own in rows if name == "eligible"}
            found[tuple(values[it] for it in OPEN)] = {
                name: Said("eligible", grades[name]) if name in eligible else Said("excluded")
                for name in {str(own[2]) for name, own in rows if name == "offer"}
            }
    return found


def each(found: Together) -> Iterator[frozenset[tuple[str, object]]]:
    """The values of a choice, one of each of its bands."""
    kinds = (
        [(name, it) for it in OPEN[name] if within(it, value)] for name, value in found.findings
    )
    return map(frozenset, product(*kinds))


def smallest(
    verdicts: dict[tuple[object, ...], Mapping[str, Said]], therapy: str
) -> set[frozenset[tuple[str, object]]]:
    """The smallest choices of values of which each patient may have a therapy."""
    patients = {frozenset(zip(OPEN, values, strict=True)): it for values, it in verdicts.items()}
    found: list[frozenset[tuple[str, object]]] = []
    for number in range(1, len(OPEN) + 1):
        chosen = {frozenset(it) for patient in patients for it in combinations(patient, number)}
        for choice in chosen:
            of = [it[therapy].status for patient, it in patients.items() if choice <= patient]
            if {*of} == {"eligible"} and not any(other < choice for other in found):
                found.append(choice)
    return {*found}


def test_what_would_change_a_verdict_under_a_constraint_is_whole(overlay: Overlay) -> None:
    """ECOG 3 leaves RAS wild-type alone."""
    path = overlay(":- is(ras, mutant), is(ecog, 3).")
    found = explain(
        parse_facts("side(right). country(other)."), "folfox+cetuximab", overlays=[path]
    )
    assert [[(it.finding, it.to) for it in change] for change in found.changes] == [
        [("ecog", ("3",))],
        [("ras", ("wild_type",))],
    ]


def test_it_is_said_where_a_constraint_on_sets_asks_for_more(overlay: Overlay) -> None:
    path = overlay(":- recommended(folfox), not eligible(hai).")
    for files, said in (([], "sets by these rules."), ([path], "overlays on sets aside.")):
        text = recommend(REFRACTORY, overlays=files).to_text()
        assert f"{said} " in " ".join(text.split())


def test_a_constraint_with_a_negated_head_holds_of_both(overlay: Overlay) -> None:
    path = overlay("not not is(ras, mutant) :- is(line, first).")
    advice = recommend(parse_facts("mmr(proficient).", overlays=[path]), overlays=[path])
    assert advice.therapies["folfox+cetuximab"].status == "excluded"


# ---- history ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_registry_is_answered_where_a_rule_states_a_need(overlay: Overlay) -> None:
    pytest.importorskip("polars")
    import polars

    from crcasp import ColumnMap, answer

    path = overlay('needs("6.3", switch, age, at_least(50)) :- received(1, folfox).')
    rows = polars.DataFrame(
        {
            "age": ["85", "40"] * 2,
            "line1": ["folfox", "folfox", "folfiri", "folfiri"],
            "line1_stopped": ["progression"] * 4,
            "kras": ["wild_type"] * 4,
        }
    )
    found = answer(rows, ColumnMap(), overlays=[path]).to_pylist()
    for answered, text in zip(found, rows.to_dicts(), strict=True):
        facts = f"age({text['age']}). received(1, {text['line1']}). stopped(1, progression)."
        own = parse_facts(f"{facts} kras(wild_type).", overlays=[path])
        advice = recommend(own, overlays=[path])
        assert answered["grade"] == (advice.preferred[0].grade if advice.preferred else None)


SHIPPED = Path(__file__).parents[2] / "examples" / "overlays"


@pytest.mark.parametrize("name", ["since_2019", "capox.lp"])
def test_what_is_shipped_depends_on_no_history(name: str) -> None:
    checked(Program.build([SHIPPED / name])).refuse_history()
