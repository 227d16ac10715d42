"""The table of today for forty patients, as `forty_patients.md` has them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from patients_in_words import facts, rows, therapy

from crcasp import Advice, parse_facts, recommend

HERE = Path(__file__).parent
TODAY = (HERE.parents[1] / "examples" / "overlays" / "since_2019",)
GRADES = ("considered", "recommended", "benefit")
PATIENTS = list(rows(HERE / "forty_patients.md"))


@cache
def answer(words: str) -> Advice:
    return recommend(parse_facts(facts(words), overlays=TODAY), overlays=TODAY, tests=False)


def test_there_are_forty() -> None:
    assert [number for number, *_ in PATIENTS] == [str(number) for number in range(1, 41)]
    assert len({words for _, words, *_ in PATIENTS}) == 40


def test_each_source_decides_for_one_of_them() -> None:
    told = " ".join(f"{sources}; {beside};" for *_, sources, beside, _ in PATIENTS)
    named = [
        re.findall(r'^year\("(.+)",', path.read_text(), re.M) for path in TODAY[0].glob("*.lp")
    ]
    assert all(named)
    assert [source for sources in named for source in sources if source not in told] == []


@pytest.mark.slow
@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient[0])
def test_the_table_of_today(patient: list[str]) -> None:
    _, words, preferred, grade, sources, *_ = patient
    best = answer(words).preferred
    assert [str(chosen) for chosen in best] == sorted(map(therapy, preferred.split(";")))
    assert {chosen.grade for chosen in best} == {grade}
    therapies = answer(words).therapies
    named = {
        source
        for chosen in best
        for name in chosen.therapies
        for source in therapies[name].statements
    }
    assert named == {source.strip() for source in sources.split(",")}


@pytest.mark.slow
@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient[0])
def test_what_stands_beside_it(patient: list[str]) -> None:
    words, grade, beside = patient[1], patient[3], patient[5]
    given = answer(words)
    notices = []
    for item in filter(None, map(str.strip, beside.split(";"))):
        if item.startswith("notice "):
            notices.append(item.removeprefix("notice "))
            continue
        if item.startswith("lower, by "):
            source, _, what = item.removeprefix("lower, by ").partition(": ")
            does = "lower"
        else:
            said = re.fullmatch(r"(.+?) (bars|does not reach|lowers|keeps apart) (.+)", item)
            assert said, item
            source, does, what = said.groups()
        if does == "keeps apart":
            apart = {therapy(name) for name in what.split("&")}
            assert {given.therapies[name].status for name in apart} == {"eligible"}, item
            assert not [chosen for chosen in given.sets if apart <= {*chosen.therapies}], item
            continue
        found = given.therapies[therapy(what)]
        if does == "bars":
            assert (found.status, found.deciding) == ("excluded", source), item
            assert source in {objection.exclusion for objection in found.against}, item
        elif does == "does not reach":
            assert found.status == "excluded", item
            assert source in {objection.statement for objection in found.against}, item
        elif does == "lowers":
            assert source in {reason.statement for reason in found.lowered}, item
        else:
            assert source in found.statements, item
            assert GRADES.index(str(found.grade)) < GRADES.index(grade), item
    assert len(notices) == len(given.notices), given.notices
    for notice in notices:
        assert any(notice in text for text in given.notices), notice
