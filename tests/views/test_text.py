"""Text and pages alike: what changes nothing in one line, no empty grade, room for a long name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pages import HTML, parsed

from crcasp import Missing, cli, missing, parse_facts, recommend
from crcasp.program.vocabulary import Vocabulary
from crcasp.views import document_of
from crcasp.views.missing import CHANGES
from crcasp.views.text import entry, text_of, vocabulary_text

EXAMPLES = Path(__file__).parents[2] / "examples"


def said(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> str:
    assert cli.main([str(argument) for argument in argv]) == 0
    return capsys.readouterr().out


def seen(page: str) -> str:
    return " ".join("".join(parsed(page).find(f"{HTML}body").itertext()).split())


# ---- what changes the preferred sets, and what does not ------------------------------------


def changing(found: Missing) -> list[bool]:
    now = (found.preferred, found.grade)
    return [any((o.preferred, o.grade) != now for o in f.outcomes) for f in found.findings]


@pytest.mark.slow
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
    assert (CHANGES.upper() in text) == any(flags)
    assert ("CHANGE NO PREFERRED SET" in text) == (not all(flags))
    settled = "bring another therapy into the preferred sets" in " ".join(text.split())
    assert settled == (not any(item.prefers for item in found.together))
    order = [item["finding"] for item in found.to_dict()["missing"]]
    assert order == [finding.finding for finding in found.findings]


@pytest.mark.slow
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
    assert re.search(r"^  KEYNOTE-177  Pembrolizumab if ", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["nothing_tested", "late_liver_disease", "refractory"])
def test_no_line_is_longer_than_asked(name: str) -> None:
    advice = recommend(EXAMPLES / f"{name}.lp")
    for width in (40, 60, 80, 120):
        text = advice.to_text(width)
        assert max(map(len, text.splitlines())) <= width
        assert not re.search(r"[ \t]$", text, re.MULTILINE)
        assert "\n\n\n" not in text


def test_bold_is_for_verdicts_on_a_terminal_only() -> None:
    document = document_of(recommend(EXAMPLES / "left_sided_wild_type.lp"))
    bold = text_of(document, bold=True)
    assert "\033[1mFOLFIRI or FOLFOX, each + cetuximab\033[0m" in bold
    assert re.sub(r"\033\[[01]m", "", bold) == text_of(document)


# ---- the header and the foot ---------------------------------------------------------------


@pytest.mark.slow
def test_the_header_says_who_which_line_and_by_which_rules() -> None:
    overlays = [
        EXAMPLES / "overlays" / "since_2019" / name for name in ("beacon.lp", "sunlight.lp")
    ]
    found = recommend(EXAMPLES / "refractory.lp", overlays=overlays, constants={"younger_age": 75})
    first = " ".join(found.to_text(200).splitlines()[0].split())
    assert first.startswith("refractory.lp: third line of therapy Rules: 2019 table + BEACON")
    assert first.endswith("younger_age=75")
    literal = EXAMPLES / "overlays" / "literal.lp"
    assert "without I7, I8" in recommend({}, overlays=[literal]).to_text(400)


def test_the_year_is_that_of_the_newest_source(tmp_path: Path) -> None:
    overlay = tmp_path / "new.lp"
    overlay.write_text(
        'statement("NEW", first, benefit). text("NEW", "FOLFOX for all"). year("NEW", 2031).\n'
        'offers("NEW", any, folfox).\n'
    )
    text = recommend({"age": 60}, overlays=[overlay]).to_text()
    assert "newest source 2031" in text
    assert "NEW (2031)" in text
    found = recommend({"age": 60}, overlays=[overlay]).to_dict()["rules"]
    assert found["newest"] == 2031
    assert found["sources"] == {"NEW": 2031}


@pytest.mark.slow
def test_every_code_has_its_key() -> None:
    for path in sorted(EXAMPLES.glob("*.lp")):
        text = recommend(path, tests=False).to_text(2000)
        codes = {*re.findall(r"\b[IX]\d+\b", text)}
        key = text.rpartition("Grades, best first")[2] if "Grades" in text else text
        assert codes <= {*re.findall(r"\b[IX]\d+\b", key)}, path.name


def test_what_is_missing_is_named_by_its_test() -> None:
    text = recommend({"kras": "wild_type"}).to_text()
    assert "RAS open until NRAS is known (KRAS wild-type)" in text
    assert "RAS wild-type and left side (test NRAS)" in text or (
        "left side and RAS wild-type (test NRAS)" in text
    )


def test_a_vocabulary_of_its_own() -> None:
    findings = {"height": (1, 2, 3), "color": ("red", "blue")}
    meanings = {"height": "how tall", "received": "what was given"}
    text = vocabulary_text(Vocabulary(findings, ("x",), ("y",), ("z",), ("w",), 4, meanings))
    assert text.startswith("height(V)  how tall\n    1 to 3\ncolor(V)  \n    red, blue\n")
    assert "received(L, T)  what was given\n    L: 1 to 4; T: x\n" in text


def test_where_nothing_is_preferred_nothing_is_preferred_instead() -> None:
    facts = (
        "received(1, (encorafenib; fluorouracil)). multifocal_liver_disease(early). msi(stable)."
    )
    for found in (recommend(parse_facts(facts)), missing(parse_facts(facts))):
        assert "disease: HAI preferred (recommended)" in " ".join(found.to_text().split())
    never = "disease_extent(disseminated). contraindicated((fluorouracil; s1))."
    assert "could make a preferred set" in recommend(parse_facts(never)).to_text()
