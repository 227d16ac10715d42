"""Which column is which, and that it is said; nothing is read or left aside in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import Run

ROOT = Path(__file__).parents[2]


def test_names_match_without_regard_to_case_blanks_and_what_joins_words(run: Run) -> None:
    text = "ID, Primary-Site ,TUMOR BURDEN,Line 1,line_1_stopped,Organ_function\n"
    text += "1,sigmoid_colon,high,folfox,progression,adequate\n"
    (answer,) = run.of(text)
    assert answer["error"] == ""
    assert answer["line"] == "beyond_first"
    assert "ras" in answer["missing"].split(";")
    assert run.summary["columns"] == {
        "id": ["ID"],
        "primary_site": [" Primary-Site "],
        "tumor_burden": ["TUMOR BURDEN"],
        "line1": ["Line 1"],
        "line1_stopped": ["line_1_stopped"],
        "organ_function": ["Organ_function"],
    }
    plain = text.replace(" Primary-Site ", "primary_site").replace("TUMOR BURDEN", "tumor_burden")
    plain = plain.replace("Line 1", "line1").replace("line_1_", "line1_").replace("O", "o", 1)
    (same,) = run.of(plain)
    assert [*same.values()] == [*answer.values()]


def test_the_summary_says_what_was_used_and_what_only_looks_like_it(run: Run) -> None:
    run.of("id,age,tumour_burden,kras_g12,comment\n1,50,high,yes,x\n")
    assert "tumour_burden (did you mean tumor_burden?)" in run.said
    assert "kras_g12 (did you mean kras_g12c?)" in run.said
    assert "comment" not in run.said
    assert "Columns id; age." in run.said
    assert run.summary["aside"] == {"tumour_burden": "tumor_burden", "kras_g12": "kras_g12c"}


def test_keys_of_json_that_only_look_like_columns(run: Run) -> None:
    answer = run.of('{"id": 1, "Age": 50, "tumour_burden": "high"}\n', name="in.ndjson")[0]
    assert answer["error"] == ""
    assert run.summary["aside"] == {"tumour_burden": "tumor_burden"}
    assert "age" in run.summary["columns"]


def test_a_mapped_column_wins_and_what_it_hides_is_named(run: Run) -> None:
    (answer,) = run.of("id,age,YEARS,ras\n1,500,50,mutant\n", "--column", "age=years")
    assert answer["error"] == ""
    assert run.summary["columns"]["age"] == ["YEARS"]
    assert run.summary["aside"] == {"age": "age"}
    assert "Not used age (age is YEARS)." in run.said


def test_the_only_column_is_not_one_that_is_read_as_another(run: Run) -> None:
    said = run.refused("id,age\n1,50\n", "--column", "id=age")
    assert said.endswith("where the names of the columns begin.")


def test_a_column_that_is_mapped_is_not_read_twice(run: Run) -> None:
    (answer,) = run.of("id,age,ras\n1,50,mutant\n", "--column", "braf=ras")
    assert answer["error"] == ""
    assert run.summary["columns"] == {"braf": ["ras"], "id": ["id"], "age": ["age"]}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--column=kras=age", "--rule=kras=age,ras:mutant/wild_type"], "keep one"),
        (["--value=id:1=2"], "id is taken as it is"),
        (["--column=lineN=age"], "lineN is not a column of a patient"),
    ],
)
def test_a_map_that_contradicts_itself(options: list[str], said: str, run: Run) -> None:
    assert said in run.refused("id,age,ras\n1,50,mutant\n", *options)


def test_a_key_that_comes_late(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crcasp.registry.columns.KEYS", 3)
    lines = [f'{{"age": 50, "key{number}": 1}}' for number in range(9)]
    found = run.of("\n".join([*lines, '{"ras": "x"}']), name="in.ndjson")
    assert [bool(row["error"]) for row in found] == [False] * 9 + [True]


@pytest.mark.parametrize("name", ["in.csv", "in.ndjson"])
def test_nothing_of_a_patient_is_an_error_before_any_row(name: str, run: Run) -> None:
    text = "id,given,alter,tumour_burden\n1,aspirin,50,high\n"
    if name == "in.ndjson":
        text = '{"id": 1, "given": "aspirin", "alter": 50, "tumour_burden": "high"}\n'
    said = run.refused(text, name=name)
    assert "none of its columns (id, given, alter, tumour_burden) is one of those" in said
    assert "tumour_burden: did you mean tumor_burden?" in said


@pytest.mark.parametrize(
    "option", ["--column=kras=EXON2", "--rule=kras=EXON2,EX3:mutant/wild_type"]
)
@pytest.mark.parametrize("name", ["in.csv", "in.ndjson"])
def test_a_mapped_column_that_is_not_there(option: str, name: str, run: Run) -> None:
    text = "id,age,EX2,EX3\n1,bad,mutant,mutant\n"
    if name == "in.ndjson":
        text = '{"id": 1, "age": 50, "EX3": "mutant"}\n'
    said = run.refused(text, option, name=name)
    assert "no column EXON2" in said


def test_the_nearest_column_is_named(run: Run) -> None:
    said = run.refused("id,age,KRAS_EXON2\n", "--column", "kras=KRAS EXON 2")
    assert "has no column KRAS EXON 2" in said
    assert "did you mean KRAS_EXON2?" in said


def test_two_columns_that_could_be_the_same(run: Run) -> None:
    text = "id,Tumor Burden,tumor-burden\n1,high,low\n"
    assert "Tumor Burden and tumor-burden could both be tumor_burden" in run.refused(text)
    (answer,) = run.of(text, "--column", "tumor_burden=tumor-burden")
    assert answer["error"] == ""


def test_a_raw_trial_table_is_mapped_by_forty_lines(run: Run) -> None:
    folder = ROOT / "examples" / "registry"
    lines = (folder / "raw_trial.toml").read_text().splitlines()
    assert sum(bool(line) and not line.startswith("#") for line in lines) <= 40
    text = (folder / "raw_trial.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    assert len(rows[0]) == 40
    answers = run.of(text, "--map", str(folder / "raw_trial.toml"))
    assert run.status == 0
    assert len(answers) == len(rows) - 1
    assert run.summary["aside"] == {}
    assert run.summary["causes"] == []
    empty = sum(
        cell in ("", "NA", "n/a", "not done", "ND") for a in answers for cell in [*a.values()][:40]
    )
    assert 0.45 < empty / (40 * len(answers)) < 0.55
    by_id = {answer["SUBJID"]: answer for answer in answers}
    mutant = next(a for a in answers if "p.G12D" in (a["KRAS_EXON_2"], a["KRAS_EXON_3"]))
    assert "cetuximab" not in mutant["eligible"]
    assert "ras" not in mutant["missing"].split(";")
    assert len(by_id) == len(answers)
    assert "Not used" not in run.said
    assert "Errors" not in run.said


def test_a_map_by_its_path_and_what_is_no_map(tmp_path: Path) -> None:
    from crcasp import UsageError, cohort

    (tmp_path / "in.csv").write_text("id,JAHRE\n1,50\n")
    (tmp_path / "map.toml").write_text('[columns]\nage = "JAHRE"\n')
    output = tmp_path / "out.ndjson"
    summary = cohort(tmp_path / "in.csv", output, mapping=str(tmp_path / "map.toml"))
    assert summary.columns == {"age": ("JAHRE",), "id": ("id",)}
    assert json.loads(output.read_text())["error"] is None
    with pytest.raises(
        UsageError, match="must be a ColumnMap or the path of a TOML file, not a dict"
    ):
        cohort(tmp_path / "in.csv", output, mapping={"age": "JAHRE"})  # type: ignore[arg-type]


def test_a_misspelt_history_of_one_json_row_is_said_where_another_has_one(run: Run) -> None:
    line = '{{"id": 1, "age": 50, "{}": [{{"received": ["folfox"]}}]}}\n'
    run.of(line.format("histroy") + line.format("history"), name="in.ndjson")
    assert run.summary["aside"] == {"histroy": "history"}
    assert "Not used histroy (did you mean history?)." in run.said
