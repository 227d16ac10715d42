"""Errors: each says which row, column and cell, and what would be right; and by cause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from runs import Run

from crcasp import UsageError, cohort
from crcasp.cli import main

GOOD = '{"id": "good", "ras": "mutant"}'


def test_each_error_says_row_id_column_cell_and_what_would_be_right(run: Run) -> None:
    text = "PATIENT,Tumor Burden,RAS,AGE\nP1,high,mutant,50\nP2,hihg,muntant,500\n"
    found = run.of(text, "--column", "id=PATIENT")
    assert found[0]["error"] == ""
    said = found[1]["error"]
    assert said.startswith("row 2, id P2: ")
    assert (
        'Tumor Burden "hihg": tumor_burden must be low or high, not hihg; did you mean high?'
        in said
    )
    assert (
        'RAS "muntant": ras must be wild_type or mutant, not muntant; did you mean mutant?' in said
    )
    assert 'AGE "500": age must be 18 to 120, not 500.' in said
    assert not found[1]["eligible"]


def test_what_contradicts_each_other_is_named_by_its_columns(run: Run) -> None:
    text = "id,SITE,Side,ras,kras\n1,Cecum,LEFT,,\n2,cecum,right,wild_type,mutant\n"
    text += "3,cecum,left,,\n4,cecum,,,\n"
    found = run.of(text, "--column", "primary_site=SITE")
    assert found[0]["error"] == (
        'row 1, id 1: SITE "Cecum" (primary_site(cecum)) contradicts Side "LEFT" (side(left)): '
        "the primary site lies on the other side: correct one of them."
    )
    assert 'ras "wild_type" (ras(wild_type)) contradicts kras "mutant"' in found[1]["error"]
    causes = {cause["cause"]: cause["rows"] for cause in run.summary["causes"]}
    cause = "SITE and Side: the primary site lies on the other side: correct one of them"
    assert causes[cause] == 2
    assert len(causes) == 2


def test_only_what_is_wrong_is_named(run: Run) -> None:
    text = "id,primary_site,side,line1,line1_stopped,line1_toxic\n"
    text += "1,cecum,left,folfox,toxicity,oxaliplatin\n2,,left,,toxicity,oxaliplatin\n3,cecum,,,,\n"
    found = run.of(text)
    assert found[0]["error"].endswith(
        "the primary site lies on the other side: correct one of them."
    )
    assert found[0]["error"].count(" contradicts ") == found[0]["error"].count(": correct") == 1
    assert "nothing was received in this line" in found[1]["error"]


def test_the_summary_lists_causes_with_counts_and_first_rows(run: Run) -> None:
    rows = [f"{n},{'x' if n % 2 else 'mutant'},{'y' if n % 10 == 0 else 50}" for n in range(1, 101)]
    run.of("id,ras,age\n" + "\n".join(rows) + "\n101,mutant\n")
    assert run.summary["errors"] == 61
    assert [(cause["cause"], cause["rows"]) for cause in run.summary["causes"]] == [
        ("ras: ras must be wild_type or mutant", 50),
        ("age: age must be 18 to 120", 10),
        ("a row does not have 3 fields, as the header has", 1),
    ]
    first = [cause["first"] for cause in run.summary["causes"]]
    assert first[0] == ['row 1, id 1: "x"', 'row 3, id 3: "x"', 'row 5, id 5: "x"']
    assert first[1][0] == 'row 10, id 10: "y"'
    assert first[2] == ["row 101, id 101: this row has 2 fields and not 3."]
    said = '50 x ras: ras must be wild_type or mutant row 1, id 1: "x" row 3, id 3: "x" row 5'
    assert said in run.said  # on standard error, though --summary writes it too


def test_the_summary_is_said_though_a_report_is_written(tmp_path: Path, capsys: Any) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,ras\n1,x\n2,mutant\n")
    command = ["cohort", str(source), "-o", str(tmp_path / "out.csv")]
    assert main([*command, "--report", str(tmp_path / "page.html")]) == 1
    assert "1 x ras: ras must be wild_type or mutant" in capsys.readouterr().err


HOSTILE = {
    "nested": ('{"id": ' + "[" * 100_000 + "]" * 100_000 + "}", "this line is not JSON"),
    "nested value": ('{"ras": ' + '{"a":' * 100_000 + "1" + "}" * 100_001, "this line is not JSON"),
    "surrogate": ('{"id": "\\ud800", "ras": "\\ud800"}', "ras must be wild_type or mutant"),
    "long": (json.dumps({"id": 1, "ras": "x" * (2 << 20)}), "ras must be wild_type or mutant"),
    "list": ('{"ras": ["mutant"]}', "ras must be wild_type or mutant, not a list"),
    "object": ('{"ras": {"is": "mutant"}}', "ras must be wild_type or mutant"),
    "truth": ('{"ras": true}', "ras must be wild_type or mutant, not true"),
    "twice": ('{"ras": "mutant", "ras": "wild_type"}', "the key ras is given twice"),
    "twice, in two ways": ('{"ras": "mutant", "RAS": "mutant"}', "RAS is there twice"),
    "huge": ('{"age": ' + "9" * 5000 + "}", "this line is not JSON"),
    "number": ('{"age": 1e400}', "age must be 18 to 120"),
    "line": ('{"history": [{"received": ["folfox"], "dose": 3}]}', "history[0] has dose"),
    "nothing": (
        '{"history": [{"stopped": "progression"}]}',
        "the therapy of this line is not recorded",
    ),
    "empty": ('{"history": [{"received": []}]}', "the therapy of this line is not recorded"),
    "lines": ('{"history": {"received": ["folfox"]}, "line1": "folfiri"}', "line1 is there twice"),
    "agents": ('{"contraindicated": [["hai"]]}', "contraindicated must be"),
    "cut": ('{"ras": "mut', "this line is not JSON"),
}


@pytest.mark.parametrize("output", ["out.csv", "out.ndjson", "out.parquet"])
def test_one_bad_line_never_spoils_another(output: str, tmp_path: Path) -> None:
    source = tmp_path / "in.ndjson"
    lines = [line for bad, _ in HOSTILE.values() for line in (GOOD, bad)]
    source.write_text("\n".join([*lines, GOOD]))
    path = tmp_path / output
    assert main(["cohort", str(source), "-o", str(path)]) == 1
    if output == "out.csv":
        found: list[dict[str, Any]] = [dict(row) for row in pl.read_csv(path).to_dicts()]
    elif output == "out.parquet":
        found = pl.read_parquet(path).to_dicts()
    else:
        found = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(found) == 2 * len(HOSTILE) + 1
    for row in found[::2]:
        assert row["error"] is None
        assert row["eligible"]
    for (name, (_, said)), row in zip(HOSTILE.items(), found[1::2], strict=True):
        assert said in row["error"], name
        assert len(row["error"]) < 2000, name
        assert not row["eligible"], name


@pytest.mark.slow
def test_a_cell_of_two_megabytes(run: Run) -> None:
    long = "x" * (2 << 20)
    found = run.of(
        f'id,ras,note\n1,{long},y\n2,mutant,"{long}"\n3,mutant\n4,mutant,{long},5\n5,mutant,z\n'
    )
    assert [bool(row["error"]) for row in found] == [True, False, True, True, False]
    assert len(found[0]["error"]) < 300
    assert found[1]["note"] == long


def test_a_list_in_parquet_where_a_word_is_expected(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    frame = pl.DataFrame(
        {
            "id": [1, 2, 3],
            "age": [50, 50, 50],
            "ras": [["mutant"], [], None],
            "line1": [["folfox", "bevacizumab"], None, ["aspirin"]],
            "tags": [[{"a": 1}], [], None],
        }
    )
    frame.write_parquet(source)
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.parquet")]) == 1
    found = pl.read_parquet(tmp_path / "out.parquet")
    assert found["tags"].to_list() == frame["tags"].to_list()
    errors = found["error"].to_list()
    assert 'ras "[\\"mutant\\"]": ras must be wild_type or mutant, not a list' in errors[0]
    assert errors[1] is None
    assert "received must be" in errors[2]


def test_a_list_in_parquet_that_contradicts_another_cell(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pl.DataFrame(
        {
            "line1": [["folfox"]] * 2,
            "line1_stopped": ["toxicity"] * 2,
            "line1_toxic": [["irinotecan"], None],
        }
    ).write_parquet(source)
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.parquet")]) == 1
    errors = pl.read_parquet(tmp_path / "out.parquet")["error"].to_list()
    assert errors[0].startswith('row 1: line1_toxic "[\\"irinotecan\\"]" (toxic(1,irinotecan)): ')
    assert errors[1] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": 5}, "each the name of a file"),
        ({"output": None}, "each the name of a file"),
        ({"separator": 5}, "give one character"),
        ({"separator": ""}, "give one character"),
        ({"form": "xls"}, "xls is not a form of a registry: give one of csv"),
        ({"comment": 5}, "--comment 5: give what comments begin with"),
        ({"form": 5}, "5 is not a form of a registry"),
        ({"old": "old.lp"}, "^old must be a list of files"),
    ],
)
def test_what_python_gives_wrongly_is_refused(
    given: dict[str, Any], said: str, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("id\n1\n")
    with pytest.raises(UsageError, match=said):
        cohort(**{"source": tmp_path / "in.csv", "output": tmp_path / "out.csv", **given})
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.slow
def test_many_rows_that_contradict_themselves_are_told_at_once(run: Run) -> None:
    rows = [f"{n},cecum,left,{18 + n % 100},{n % 5}" for n in range(20_000)]
    found = run.of("id,primary_site,side,age,ecog\n" + "\n".join([*rows, "x,cecum,,,"]) + "\n")
    assert all("contradicts side" in row["error"] for row in found[:-1])
    assert run.summary["causes"][0]["rows"] == len(rows)
    assert run.summary["seconds"] < 10


@pytest.mark.slow
def test_an_overlay_may_look_at_anything(run: Run) -> None:
    overlay = run.folder / "own.lp"
    overlay.write_text("implies(side, left, country, japan).\n")
    text = "id,side,LAND\n1,left,korea\n2,right,korea\n3,left,\n4,left,other\n"
    found = run.of(text, "--with", str(overlay), "--column", "country=LAND")
    assert [bool(row["error"]) for row in found] == [True, False, False, True]
    assert 'LAND "korea" (country(korea))' in found[0]["error"]
    assert 'LAND "other" (country(other))' in found[3]["error"]
