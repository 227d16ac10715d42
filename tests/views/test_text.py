"""Text and pages alike: what changes nothing in one line, no empty grade, room for a long name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from crcasp.views.wording import CLOSING, entry
from pages import HTML, parsed

from crcasp import Missing, cli, missing, recommend
from crcasp.program.vocabulary import Vocabulary
from crcasp.views.text import vocabulary_text

EXAMPLES = Path(__file__).parents[2] / "examples"


def said(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> str:
    assert cli.main([str(argument) for argument in argv]) == 0
    return capsys.readouterr().out


def seen(page: str) -> str:
    return " ".join("".join(parsed(page).find(f"{HTML}body").itertext()).split())


# ---- what changes the preferred sets, and what does not ------------------------------------


@pytest.mark.slow
def test_what_changes_nothing_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    patient = EXAMPLES / "resectable.lp"
    text = " ".join(said(capsys, "missing", patient).split())
    sentence = text.removesuffix(f" {CLOSING}")
    assert "preferred sets if it is" not in text
    assert sentence.count(".") == 1
    assert "BRAF and tumor burden (decide FOLFIRINOX and FOLFOXIRI)" in sentence
    assert "country of treatment (decides IRIS and SOX)" in sentence
    assert sentence in seen(missing(patient).to_html())
    assert sentence in seen(recommend(patient).to_html())


def changing(found: Missing) -> list[bool]:
    now = (found.preferred, found.grade)
    return [any((o.preferred, o.grade) != now for o in f.outcomes) for f in found.findings]


@pytest.mark.parametrize(
    "name",
    [pytest.param("nothing_tested", marks=pytest.mark.slow), "reason_unknown", "after_irinotecan"],
)
def test_what_changes_the_preferred_sets_comes_first(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    patient = EXAMPLES / f"{name}.lp"
    found = missing(patient)
    advice = recommend(patient)
    assert found.preferred == tuple(chosen.therapies for chosen in advice.preferred)
    flags = changing(found)
    assert flags == sorted(flags, reverse=True)
    assert [found.changes(finding) for finding in found.findings] == flags
    text = said(capsys, "missing", patient)
    assert text.count("preferred sets if it is") == sum(flags)
    assert text.count("whatever any one of these is") == (False in flags)
    order = [item["finding"] for item in found.to_dict()["missing"]]
    assert order == [finding.finding for finding in found.findings]


def test_some_change_the_preferred_sets_and_some_do_not() -> None:
    known = {"country": "other", "mmr": "proficient", "braf": "mutant", "tumor_burden": "high"}
    beyond = {"liver_metastases": "resectable", "disease_extent": "disseminated"}
    assert {*changing(missing({**known, **beyond}))} == {True, False}  # by RAS, and by age


# ---- no grade ------------------------------------------------------------------------------


@pytest.fixture
def ungraded(tmp_path: Path) -> Path:
    overlay = tmp_path / "ungraded.lp"
    overlay.write_text('withdrawn("I14").\n')
    return overlay


EMPTY = r" \(\)|\bNone\b|(?:[;,]|of) grade:? *[.,;]|, *[.;]"
COMMANDS: dict[str, list[str]] = {
    "recommend": ["recommend", "--all", "nothing_tested.lp"],
    "many": ["recommend", "--all", "late_liver_disease.lp"],
    "missing": ["missing", "after_irinotecan.lp"],
    "explain": ["explain", "nothing_tested.lp", "folfox"],
    "compare": ["compare", "nothing_tested.lp", "left_sided_wild_type.lp"],
}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(words, marks=[pytest.mark.slow] if name != "missing" else [], id=name)
        for name, words in COMMANDS.items()
    ],
)
def test_no_empty_grade(
    capsys: pytest.CaptureFixture[str], ungraded: Path, command: list[str]
) -> None:
    argv: list[Any] = [EXAMPLES / word if word.endswith(".lp") else word for word in command]
    text = said(capsys, *argv, "--with", ungraded)
    assert not re.search(EMPTY, text)
    page = said(capsys, *argv, "--with", ungraded, "--format", "html")
    assert not re.search(r'class="grade">\s*<', page)
    assert not re.search(EMPTY, seen(page))


# ---- layout --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["13", "10.1", "LONG", "LONGER", "X" * 30])
def test_a_long_name_keeps_its_distance(name: str) -> None:
    first, *rest = entry(f"  {name}", "one two three " * 9, 60, 7)
    assert re.match(rf"  {name} +one", first)
    assert rest
    assert all(line.startswith("       ") for line in rest)
    assert max(map(len, (first, *rest))) <= 60


def test_a_long_statement_in_an_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    patient = tmp_path / "patient.lp"
    patient.write_text("msi(high).\n")
    overlay = EXAMPLES / "overlays" / "since_2019" / "keynote_177.lp"
    text = said(capsys, "recommend", "--with", overlay, patient)
    assert re.search(r"^  KEYNOTE-177  pembrolizumab: ", text, re.MULTILINE)


def test_a_vocabulary_of_its_own() -> None:
    findings = {"height": (1, 2, 3), "color": ("red", "blue")}
    meanings = {"height": "how tall", "received": "what was given"}
    text = vocabulary_text(Vocabulary(findings, ("x",), ("y",), ("z",), ("w",), 4, meanings))
    assert text.startswith("height(V)  how tall\n    1 to 3\ncolor(V)  \n    red, blue\n")
    assert "received(L, T)  what was given\n    L: 1 to 4; T: x\n" in text
