"""What a map may say beyond names: all other texts, ranges, several columns, dates."""

from __future__ import annotations

from pathlib import Path

import pytest
from runs import Run

from crcasp.registry.column_map import Cases, ColumnMap, Rule, Years, from_toml


def test_all_other_texts_have_a_meaning(run: Run) -> None:
    text = "id,kras,line1\n1,G12D,\n2,WT,\n3,wild_type,\n4,,Foo\n5,NA,folfox + Bar\n6,p.Q61H,None\n"
    options = ["--value=kras:*=mutant", "--value=kras:WT=wild_type"]
    found = run.of(text, *options, "--value=lineN:*=other_systemic")
    assert [row["error"] for row in found] == [""] * 6
    asked = ["ras" in row["missing"].split(";") for row in found]
    assert asked[:3] == [False, True, True]  # mutant, or open until NRAS is known
    assert [row["line"] == "first" for row in found] == [True] * 3 + [False] * 2 + [True]


def test_ranges_of_numbers_have_a_meaning(run: Run) -> None:
    held = "folfirinox,progression,adequate,regorafenib"
    rows = [f"{cell},{held}" for cell in ("100", "80", "79.5", "70.0", "50", "0", "110", "poor")]
    text = "KPS,line1,line1_stopped,organ_function,given\n" + "\n".join(rows) + "\n"
    scale = {"80-100": 1, "50 - 79.9": 2, "0-49": 3, "poor": 3}
    assert "the ranges 80-100 and 90-95 overlap" in run.refused(
        text, "--column=ecog=KPS", "--value=ecog:80-100=1", "--value=ecog:90-95=0"
    )
    found = run.of(text, "--column=ecog=KPS", *(f"--value=ecog:{k}={v}" for k, v in scale.items()))
    barred = [row["concordance"] == "excluded" for row in found]
    assert barred == [False, False, True, True, True, True, False, True]
    assert [bool(row["error"]) for row in found] == [False] * 6 + [True, False]


def test_texts_of_several_columns_make_a_finding(run: Run) -> None:
    text = "id,LIVER,LUNG\n1,Yes,no\n2,1,0\n3,yes,yes\n4,yes,\n5,no,no\n"
    rules = ["liver_only:LIVER=yes,LUNG=no", "disseminated:LUNG=yes"]
    options = [f"--rule=disease_extent={rule}" for rule in rules]
    said = run.refused(text, "--rule=disease_extent=liver:LIVER=yes")
    assert "the rule of disease_extent makes liver: disease_extent must be" in said
    found = run.of(text, *options)
    assert run.summary["columns"]["disease_extent"] == ["LIVER", "LUNG"]
    assert [row["error"] for row in found] == [""] * 5
    asked = ["disease_extent" in row["missing"].split(";") for row in found]
    assert asked == [False, True, False, True, True]
    assert "tace" not in found[2]["undetermined"].split(";")
    assert "tace" in found[0]["undetermined"].split(";")
    run.of(text, *options, "--rule=disease_extent=liver_dominant:LUNG=few")
    assert run.summary["unmet"] == {"rules.disease_extent": ["liver_dominant"]}


DATES: list[tuple[str, str, int | None]] = [
    # born, seen, age
    ("2000-06-15", "2018-06-14", 17),
    ("2000-06-15", "2018-06-15", 18),
    ("15.6.2000", "2018-06-15T10:00:00", 18),
    ("20000615", "14.06.2018", 17),
    ("2000-02-29", "2018-02-28", 17),
    ("2000-02-29", "2018-03-01", 18),
    ("1899-01-01", "2019-12-31", 120),
    ("1899-01-01", "2020-01-01", 121),
    ("NA", "2020-01-01", None),
]


def test_an_age_of_two_dates(run: Run) -> None:
    dates = "".join(f"{n},{born},{at},{TREATED}\n" for n, (born, at, _) in enumerate(DATES))
    ages = "".join(f"{n},{age or ''},{TREATED}\n" for n, (*_, age) in enumerate(DATES))
    found = run.of(f"id,BORN,SEEN,{HELD}\n{dates}", "--years=age=BORN,SEEN")
    assert run.summary["columns"]["age"] == ["BORN", "SEEN"]
    said = [f"age must be 18 to 120, not {age}." if age in (17, 121) else "" for *_, age in DATES]
    assert all(text in row["error"] for text, row in zip(said, found, strict=True))
    assert [bool(row["error"]) for row in found] == [*map(bool, said)]
    for row, same in zip(found, run.of(f"id,age,{HELD}\n{ages}"), strict=True):
        assert (row["eligible"], row["missing"]) == (same["eligible"], same["missing"])


HELD, TREATED = "ras,side,disease_extent,liver_metastases", "mutant,left,disseminated,unresectable"


def test_what_is_not_a_date_is_an_error(run: Run) -> None:
    text = (
        "id,BORN,SEEN\n1,06/15/1960,2020-01-01\n2,2000-01-01,1999-01-01\n3,1950-13-01,2000-01-01\n"
    )
    assert "write it as NAME=BORN,AT" in run.refused(text, "--years=age=BORN")
    found = run.of(text + "4,1950-01-01,2000-01-01\n", "--years=age=BORN,SEEN")
    assert 'BORN "06/15/1960": this must be a date such as 2019-12-31' in found[0]["error"]
    assert "age must be 18 to 120" in found[1]["error"]
    assert "BORN" in found[2]["error"]
    assert found[3]["error"] == ""


TOML = """
unknown = ["?"]
floor = ["age"]
[columns]
ecog = "KPS"
[values.ecog]
"80-100" = 1
"*" = 3
[rules.age]
born = "B"
at = "D"
[rules.disease_extent]
liver_only = { LIVER = "yes", LUNG = "no" }
[rules.kras]
columns = ["E2"]
any = "mutant"
all = "wild_type"
[treatments.columns]
drug = "AGENT"
[treatments.values.drug]
Avastin = "bevacizumab"
"""


def test_a_map_file_says_all_of_it_and_is_written_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(TOML)
    found = from_toml(str(path))
    assert found == ColumnMap(
        {"ecog": "KPS"},
        {"ecog": {"80-100": "1", "*": "3"}},
        {
            "age": Years("B", "D"),
            "disease_extent": Cases({"liver_only": {"LIVER": "yes", "LUNG": "no"}}),
            "kras": Rule(("E2",), "mutant", "wild_type"),
        },
        ("?",),
        ("age",),
        ColumnMap({"drug": "AGENT"}, {"drug": {"Avastin": "bevacizumab"}}),
    )
    path.write_text(found.to_toml())
    assert from_toml(str(path)) == found
    more = ColumnMap(treatments=ColumnMap({"line": "N"}))
    assert (found | more).treatments == ColumnMap(
        {"drug": "AGENT", "line": "N"}, {"drug": {"Avastin": "bevacizumab"}}
    )


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[rules.age]\nborn = "B"\n', "[rules.age] of the map must have born, at"),
        ('[rules.age]\nborn = "B"\non = "D"\n', "on is no key of [rules.age]"),
        ('floor = ["agee"]\n', "agee is not a column of a patient; did you mean age?"),
        ('[treatments]\nfloor = ["age"]\n', "floor is no key of [treatments] of the map"),
        ("[treatments]\ncolums = 3\n", "colums is no key of [treatments] of the map"),
        ("unknown = " + "[" * 9000, "the map is nested too deeply"),
        ("a." * 20_000 + "a = 1", "the map is nested too deeply"),
        (f"unknown = [{'1' * 5000}]", "the map is not TOML"),
        ("#" * (1 << 20) + "\n", "the map cannot be read: it is larger than 1 MiB"),
        ("k" * 1000 + " = 1", "kkk... is no key of the map"),
    ],
)
def test_a_fault_of_a_map_is_named(toml: str, said: str, run: Run) -> None:
    path = run.folder / "map.toml"
    path.write_text(toml)
    assert said in run.refused("id,age\n1,50\n", "--map", str(path))
