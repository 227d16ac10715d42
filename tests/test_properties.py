"""What holds of every patient and every table: random patients, with and without later sources."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import reading
from variants import within

from crcasp import Advice, cli, parse_facts, recommend

LATER = Path(__file__).parents[1] / "examples" / "overlays" / "since_2019"
RANKS = ("excluded", "undetermined", "eligible")
GRADES = ("considered", "recommended", "benefit")
GONE = recommend({"unavailable": ["folfox"]}).therapies["folfox"]  # as what is no longer listed
TABLES = [
    pytest.param((), 4, id="table"),
    pytest.param((), 15, id="table, at length", marks=pytest.mark.slow),
    pytest.param((LATER,), 2, id="later", marks=pytest.mark.slow),
]


def patients(seed: int, count: int) -> Iterator[tuple[random.Random, reading.Patient]]:
    for number in range(count):
        rng = random.Random(seed + number)
        yield rng, reading.random_patient(rng)


def answer(facts: str, overlays: tuple[Path, ...]) -> Advice:
    return recommend(parse_facts(facts, overlays=overlays), overlays=overlays, tests=False)


def sets(advice: Advice) -> set[frozenset[str]]:
    found = [frozenset(chosen.therapies) for chosen in advice.sets]
    assert len(found) == len({*found})
    return {*found}


@pytest.mark.parametrize(("overlays", "count"), TABLES)
def test_what_is_found_out_turns_no_verdict_and_lowers_no_grade(
    overlays: tuple[Path, ...], count: int
) -> None:
    for rng, _ in patients(1000, count):
        whole = reading.random_patient(rng, ignorance=0)
        findings = dict(whole.findings)
        if "mmr" in findings:  # of two tests that disagree the positive one counts (I3)
            findings.pop("msi", None)
        whole = replace(whole, findings=findings, toxic={})  # which is complete as it is given
        hidden = {name: rng.random() for name in (*whole.findings, *whole.stopped)}
        known = [
            replace(
                whole,
                findings={name: v for name, v in whole.findings.items() if hidden[name] < share},
                stopped={n: why for n, why in whole.stopped.items() if hidden[n] < share},
            )
            for share in (0.3, 0.7, 1.0)
        ]
        for less, more in pairwise(known):
            before, after = (answer(one.facts(), overlays) for one in (less, more))
            for name, verdict in before.therapies.items() if after.in_scope else ():
                said = (name, less.facts(), more.facts())
                now = after.therapies.get(name, GONE)
                assert verdict.status in ("undetermined", now.status), said
                if verdict.status == "eligible":
                    assert {*verdict.statements} <= {*now.statements}, said
                    ranks = [GRADES.index(str(one.grade)) for one in (verdict, now)]
                    assert ranks[0] <= ranks[1], said


LEFT_OUT = (
    "liver_metastases(unresectable). ras(mutant). mmr(proficient). received(1, folfox). "
    "stopped(1, progression). unavailable((tace; radioembolization))."
)


def test_what_a_better_statement_would_prefer_is_named() -> None:
    """HAI is eligible by 9 before it is preferred by 12."""
    found = recommend(parse_facts(LEFT_OUT)).together or ()
    (both,) = [dict(it.findings) for it in found if it.prefers and "liver_only" in str(it)]
    assert both == {"disease_extent": "liver_only", "multifocal_liver_disease": "early"}


@pytest.mark.parametrize(
    ("overlays", "count"),
    [
        pytest.param((), 40, id="table", marks=pytest.mark.slow),
        pytest.param((LATER,), 6, id="later", marks=pytest.mark.slow),
    ],
)
def test_what_comes_into_the_preferred_sets_is_named_before(
    overlays: tuple[Path, ...], count: int
) -> None:
    for rng, _ in patients(5000, count):
        whole = reading.random_patient(rng, ignorance=0)
        stops = {n: "completed" if it == "other" else it for n, it in whole.stopped.items()}
        whole = replace(whole, toxic={}, stopped=stops)  # what is assumed of an unknown stop
        whole = replace(whole, findings={n: it for n, it in whole.findings.items() if n != "msi"})
        share = rng.choice((0.3, 0.6, 0.8))
        less = replace(
            whole,
            findings={name: it for name, it in whole.findings.items() if rng.random() < share},
            stopped={n: it for n, it in stops.items() if rng.random() < share},
        )
        known = parse_facts(less.facts(), overlays=overlays)
        before, after = recommend(known, overlays=overlays), answer(whole.facts(), overlays)
        values = {it.name: it.value for it in after.findings}
        values |= {f"stopped({n})": why for n, why in stops.items()}
        old, new = ({it for one in ad.preferred for it in one.therapies} for ad in (before, after))
        for therapy in new - old if after.in_scope else ():
            assert any(
                therapy in it.prefers
                and all(within(values.get(n), said) for n, said in it.findings)
                for it in before.together or ()
            ), (therapy, less.facts(), whole.facts())


@pytest.mark.parametrize(("overlays", "count"), TABLES)
def test_what_is_unavailable_is_gone_and_nothing_else_gains(
    overlays: tuple[Path, ...], count: int
) -> None:
    for rng, patient in patients(2000, count):
        before = answer(patient.facts(), overlays)
        offered = sorted(
            {part for names in sets(before) for name in names for part in name.split("+")}
        )
        if not offered:
            continue
        gone = rng.choice(offered)
        after = answer(f"{patient.facts()} unavailable({gone}).", overlays)
        said = (gone, patient.facts())
        for name, verdict in after.therapies.items():
            old = before.therapies[name]
            assert RANKS.index(verdict.status) <= RANKS.index(old.status), (name, *said)
            assert verdict.status == "excluded" or gone not in name.split("+"), (name, *said)
            # What a source lowers beside a therapy, it lowers only where that can be had.
            assert verdict.grade in (old.grade, None) or old.lowered, (name, *said)
        left = {name for name, verdict in after.therapies.items() if verdict.status == "eligible"}
        assert sets(after) == {names for names in sets(before) if names <= left}, said


@pytest.mark.parametrize(("overlays", "count"), TABLES)
def test_the_preferred_sets_are_all_of_the_highest_grade(
    overlays: tuple[Path, ...], count: int
) -> None:
    for _, patient in patients(3000, count):
        advice = answer(patient.facts(), overlays)
        ranks = [GRADES.index(chosen.grade) for chosen in advice.sets]
        best = [one for one, rank in zip(advice.sets, ranks, strict=True) if rank == max(ranks)]
        assert [*advice.preferred] == best, patient.facts()
        chosen = {name for names in sets(advice) for name in names}
        eligible = {n for n, verdict in advice.therapies.items() if verdict.status == "eligible"}
        assert chosen <= eligible, patient.facts()


@pytest.mark.parametrize("count", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_order_repetition_and_several_files_change_nothing(
    count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [tmp_path / name for name in ("a.lp", "b.lp")]
    for rng, patient in patients(4000, count):
        facts = [f"{fact}." for fact in parse_facts(patient.facts())]
        answers = []
        for given in (facts, rng.choices(facts, k=len(facts)) + rng.sample(facts, len(facts))):
            cut = rng.randint(0, len(given))
            for path, part in zip(names, (given[:cut], given[cut:]), strict=True):
                path.write_text("\n".join(part))
            assert cli.main(["recommend", "--format", "json", *map(str, names)]) == 0
            answers.append(capsys.readouterr().out)
        assert answers[0] == answers[1], patient.facts()
        whole = recommend(parse_facts(patient.facts())).to_dict()
        assert json.loads(answers[0]) == json.loads(json.dumps(whole)), patient.facts()
