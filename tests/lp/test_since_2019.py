"""The sources since 2019, one by one as `sixteen_points.md` has them, and all together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from patients_in_words import facts, rows, therapy

import crcasp
from crcasp import Advice, check, parse_facts, recommend
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.questions.audit import AllPatients

HERE = Path(__file__).parent
OVERLAYS = HERE.parents[1] / "examples" / "overlays"
FOLDER = OVERLAYS / "since_2019"
FILES = tuple(sorted(FOLDER.glob("*.lp")))
POINTS = list(rows(HERE / "sixteen_points.md"))
PATIENTS = [words for _, words, *_ in rows(HERE / "forty_patients.md")]


@cache
def answer(words: str, overlays: tuple[Path, ...] = FILES) -> Advice:
    known = parse_facts(facts(words), overlays=overlays)
    return recommend(known, overlays=overlays, tests=False)


def paths(files: str) -> tuple[Path, ...]:
    known = {path.stem: path for path in (*FILES, OVERLAYS / "capox.lp")} | {"all": FOLDER}
    return tuple(known[name.strip()] for name in files.split(","))


@pytest.mark.one_in(72)
@pytest.mark.parametrize("row", POINTS, ids="; ".join)
def test_what_the_source_says(row: list[str]) -> None:
    _, files, words, name, expected = row
    found = answer(words, paths(files)).therapies[therapy(name)]
    status, _, rest = expected.partition(" ")
    if status == "not":
        assert rest.removeprefix("by ") not in found.statements
    elif status == "undetermined":
        assert (found.status, found.missing) == ("undetermined", [rest])
    elif status == "excluded":
        assert (found.status, found.deciding) == ("excluded", rest)
    else:
        grade, _, source = rest.partition(" ")
        assert (found.status, found.grade) == ("eligible", grade)
        reasons = found.lowered if status == "lowered" else found.because
        (named,) = [reason for reason in reasons if reason.statement == source]
        assert named.text
        assert named.references or source[0].isdigit()


@pytest.mark.slow
def test_what_they_add_is_said_of_each() -> None:
    text = check(FOLDER).to_text()
    for path in FILES:
        assert str(path) in text
    assert "adds nothing" not in text


def test_each_point_is_seen_from_inside_outside_and_unknown() -> None:
    for point in {*range(1, 17)} - {13, 14}:  # a notice, and the years
        of_point = [row[-1].split()[0] for row in POINTS if row[0] == str(point)]
        assert {"eligible", "excluded", "undetermined"} <= {*of_point}, point


@pytest.mark.slow
def test_the_cases_that_started_it() -> None:
    def preferred(words: str) -> set[str]:
        return {str(chosen) for chosen in answer(words).preferred}

    tipiracil = {"trifluridine_tipiracil", "trifluridine_tipiracil+bevacizumab"}
    stable = "RAS mutant, ECOG 1, line 1 FOLFOXIRI + bevacizumab until completed"
    assert preferred(stable)
    assert not preferred(stable) & tipiracil
    assert not preferred("ECOG 4, organ function inadequate, line 1 trifluridine-tipiracil")
    other = "BRAF mutant, BRAF V600E no, primary site rectum, RAS wild-type, MMR proficient"
    assert preferred(other) == {"folfiri+cetuximab", "folfox+cetuximab", "folfox+panitumumab"}
    assert preferred("MMR deficient, line 1 pembrolizumab until progression")


# ---- notices, years, sets ---------------------------------------------------------------------

TRANSPLANTABLE = (
    "age 65, ECOG 1, BRAF wild-type, disease extent liver-only, liver metastases unresectable"
)


@pytest.mark.one_in(12)
@pytest.mark.parametrize(
    ("words", "source", "stands"),
    [
        (TRANSPLANTABLE, "TransMet", True),
        (TRANSPLANTABLE.replace("65", "66"), "TransMet", False),
        (TRANSPLANTABLE.replace("ECOG 1", "ECOG 2"), "TransMet", False),
        (TRANSPLANTABLE.replace("wild-type", "mutant"), "TransMet", False),
        (TRANSPLANTABLE.replace("only", "dominant"), "TransMet", False),
        (TRANSPLANTABLE.replace("unresectable", "resectable"), "TransMet", False),
        *(
            (TRANSPLANTABLE.replace(lacking, "").strip(), "TransMet", False)
            for lacking in TRANSPLANTABLE.split(", ")
        ),
        *(
            (f"{TRANSPLANTABLE}, line 1 FOLFOX{end}", "TransMet", stands)
            for end, stands in (
                (" until completed", True),
                (" until toxicity of oxaliplatin", True),
                (" until progression", False),
                (" until progression, line 2 FOLFIRI until completed", True),
                ("", True),  # the notice itself says that the disease must respond
            )
        ),
        ("liver metastases resectable", "COLLISION", True),
        ("liver metastases unresectable", "COLLISION", False),
        ("age 60", "COLLISION", False),
    ],
)  # fmt: skip
def test_what_is_curative_is_a_notice(words: str, source: str, stands: bool) -> None:
    notices = answer(words, paths("transmet, collision")).notices
    assert any(source in notice for notice in notices) == stands


@pytest.mark.slow
def test_radioembolization_stands_beside_second_line_chemotherapy_only() -> None:
    late = "disease extent liver-only, multifocal liver disease late, MMR deficient"
    first = [{*chosen.therapies} for chosen in answer(late).sets]
    beside = {name for names in first if "radioembolization" in names for name in names}
    assert {"radioembolization"} in first
    assert "pembrolizumab" in beside
    assert {name for name in beside if name.startswith("fol")} == set()
    assert {"tace", "folfox"} in first
    second = answer("disease extent liver-only, RAS mutant, line 1 FOLFOX until progression").sets
    grades = {str(chosen): chosen.grade for chosen in second}
    assert grades["folfiri & radioembolization"] == "considered"
    assert grades["folfiri"] == "recommended"
    assert "radioembolization" not in grades
    assert "folfox & radioembolization" not in grades


def test_each_source_has_the_year_of_its_last_report() -> None:
    control = Program.build(FILES).control()
    read = Solver(control)
    years = {str(source): int(year) for source, year in read.facts("year", 2)}
    named = {str(row[0]) for row in (*read.facts("statement", 3), *read.facts("exclusion", 2))}
    named = {source for source in named if not source.lstrip("X")[0].isdigit()}
    assert set(years) == named | {"TransMet", "COLLISION"}
    references: dict[str, str] = {}
    for source, reference in read.facts("reference", 2):
        references[str(source)] = f"{references.get(str(source), '')} {reference}"
    for source, year in years.items():
        text = f"{source} {references.get(source, '')}"
        said = [int(word[:4]) for word in text.replace(";", " ").split() if word[:2] == "20"]
        assert not said or year == (min(said) if source.startswith("ASCO") else max(said)), source
    assert (min(years.values()), max(years.values())) == (2017, 2026)


# ---- all files together -------------------------------------------------------------------------


@pytest.mark.slow
def test_the_order_of_the_files_does_not_matter() -> None:
    """The other way around, each two of them stand in the other order."""
    for words in PATIENTS[::5]:
        assert answer(words, FILES[::-1]) == answer(words)


CONTRADICTIONS = """
later(S) :- year(S, _).
violation("barred") :- later(Z), later(S), Z != S, barred_by(S, _, _, Z), holds(S, _).
violation("twice") :- later(S), later(S'), S != S', applies(S, _, T), applies(S', _, T),
    reaches(T, S, N), not reaches(T, S', N), not capped_by_another(S', T).
capped_by_another(S, T) :- caps(Z, K, S, _, T, _), holds(Z, K).
"""


@pytest.mark.slow
def test_no_source_contradicts_another() -> None:
    """No source bars what another offers, or gives another grade than another to one patient."""
    search = AllPatients(Program.build(FILES), [("contradictions.lp", CONTRADICTIONS)])
    asked = [item for item in search.declared() if item[2].startswith("No patient violates")]
    found = {found.name: found.result for found in (search.asked(*item) for item in asked)}
    assert found == {"barred": "proved", "twice": "proved"}


@pytest.mark.slow
def test_the_properties_hold_of_the_table_of_today() -> None:
    search = AllPatients(Program.build((*FILES, OVERLAYS / "capox.lp")))
    held = [search.asked(*item) for item in search.declared() if item[1] in ("holds", "reached")]
    assert len(held) > 12
    assert [item.name for item in held if item.result != "proved"] == []


# ---- the rows of examples/README.md -------------------------------------------------------------

DOUBLETS = ("folfox", "folfiri")


def with_(*partners: str) -> set[str]:
    return {f"{name}+{partner}" for name in DOUBLETS for partner in partners}


Row = dict[str, set[str]]
ANTI_EGFR = with_("cetuximab", "panitumumab")
BY_SIDE = with_("cetuximab", "bevacizumab")
SUNLIGHT = {"trifluridine_tipiracil+bevacizumab"}
ZANZALINTINIB = {"zanzalintinib+atezolizumab"}
ROWS: dict[str, Row] = {
    "keynote_177": {"gained": {"pembrolizumab"}, "lowered": BY_SIDE},
    "checkmate_8hw": {"gained": {"nivolumab+ipilimumab"}, "lowered": BY_SIDE | {"nivolumab"}},
    "commit": {"gained": {"folfox+atezolizumab+bevacizumab"}},
    "breakwater": {"gained": with_("cetuximab+encorafenib"), "lowered": BY_SIDE},
    "beacon": {"gained": {"encorafenib+cetuximab"}, "lost": ANTI_EGFR, "lowered": ANTI_EGFR},
    "paradigm": {"raised": {"folfox+panitumumab"}},
    "asco_2022": {"lost": ANTI_EGFR, "lowered": {"radioembolization"}},
    "cairo5": {"gained": {"folfoxiri+bevacizumab"}, "raised": with_("bevacizumab", "panitumumab")},
    "sunlight": {"gained": SUNLIGHT},
    "fresco_2": {"gained": {"fruquintinib"}},
    "kras_g12c": {"gained": {"sotorasib+panitumumab", "adagrasib+cetuximab"}},
    "her2": {"gained": {"tucatinib+trastuzumab", "trastuzumab_deruxtecan"}},
    "stellar_303": {"gained": ZANZALINTINIB},
    "radioembolization": {"gained": {"radioembolization"}},
    "transmet": {},
    "collision": {},
}


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_rows_of_the_readme(path: Path) -> None:
    """What a file changes, but for what statement 11 reuses without it."""
    found: Row = {}
    for change in crcasp.diff(overlays=[path]).changes:
        if not change.because[0].startswith(("X3", "11")):
            found.setdefault(change.kind, set()).add(change.therapy)
    gained = found.get("gained", set())
    raised = found.pop("raised", set()) - gained
    assert found | ({"raised": raised} if raised else {}) == ROWS[path.stem]


def test_each_source_has_a_row() -> None:
    text = (OVERLAYS.parent / "README.md").read_text(encoding="utf-8")
    read = Solver(Program.build(FILES).control())
    for source, year in read.facts("year", 2):
        assert f"\n| {source}, {year} | " in text, source
