"""Treatments in a table of their own: one row for a patient, a line and a drug."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from runs import Answers, Run

from crcasp import ColumnMap, UsageError, answer, cohort
from crcasp.cli import main

PATIENTS = "id,ras\nA,mutant\nB,mutant\nC,mutant\n"
ROWS = "id,line,drug\nA,1,Fluorouracil\nA,1,Leucovorin\nA,1,Oxaliplatin\nB,1,FOLFOX\n"
WIDE = "id,ras,line1,line1_stopped,line1_toxic,line2,line2_stopped\n"
RESULTS = ("line", "grade", "preferred", "eligible", "undetermined", "missing", "error")


def with_treatments(
    run: Run, rows: str | bytes, *options: str, name: str = "t.csv", patients: str = PATIENTS
) -> Answers:
    path = run.folder.parent / f"{run.folder.name}-{name}"
    path.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    return run.of(patients, "--treatments", str(path), *options)


def results(rows: Answers) -> list[dict[str, str]]:
    return [{name: row[name] for name in RESULTS} for row in rows]


def test_drugs_of_a_line_make_up_its_regimen(run: Run) -> None:
    found = with_treatments(run, ROWS)
    expected = run.of(f"{WIDE}A,mutant,folfox,,,,\nB,mutant,folfox,,,,\nC,mutant,,,,,\n")
    assert results(found) == results(expected)
    assert [row["line"] for row in found] == ["beyond_first", "beyond_first", "first"]


def test_reasons_toxic_agents_and_a_map_of_its_own(run: Run) -> None:
    rows = (
        "PAT;NR;SUBSTANZ;ENDE;NW\nA;2;Irinotecan;PD;\nA;1.0;5-FU;Tox;Eloxatin\n"
        "A;1;Eloxatin;Tox;\nA;1;Folinat;;\nA;1;Avastin;;\n"
    )
    columns = {"id": "PAT", "line": "NR", "drug": "SUBSTANZ", "stopped": "ENDE", "toxic": "NW"}
    drugs = {"5-FU": "fluorouracil", "Eloxatin": "oxaliplatin", "Folinat": "leucovorin"}
    values = [("drug", {**drugs, "Avastin": "bevacizumab"}), ("toxic", {"Eloxatin": "oxaliplatin"})]
    values.append(("stopped", {"PD": "progression", "Tox": "toxicity"}))
    options = [f"--column=treatments.{mine}={its}" for mine, its in columns.items()]
    options += [f"--value=treatments.{m}:{k}={v}" for m, texts in values for k, v in texts.items()]
    found = with_treatments(run, rows, *options)
    held = "A,mutant,folfox+bevacizumab,toxicity,oxaliplatin,irinotecan,progression"
    assert results(found[:1]) == results(run.of(f"{WIDE}{held}\n"))
    assert found[0]["error"] == ""


@pytest.mark.slow
def test_rows_of_another_setting_are_excluded_and_counted(run: Run) -> None:
    rows = (
        "id,line,drug,setting\nA,1,capecitabine,adj\nA,1,oxaliplatin,adj\nA,2,folfiri,m1\n"
        "A,3,irinotecan,\nB,1,resection,OP\nB,2,folfox,adj\n"
    )
    values = ["adj=adjuvant", "OP=surgery", "m1=palliative"]
    found = with_treatments(run, rows, *(f"--value=treatments.setting:{it}" for it in values))
    expected = run.of(f"{WIDE}A,mutant,folfiri,,,irinotecan,\nB,mutant,,,,,\nC,mutant,,,,,\n")
    assert results(found) == results(expected)
    with_treatments(run, rows, *(f"--value=treatments.setting:{it}" for it in values))
    assert run.summary["treatments"]["excluded"] == 4
    assert "4 rows of them are excluded as no line of therapy." in run.said
    found = with_treatments(run, rows)
    assert "setting must be palliative, adjuvant or surgery, not adj." in found[0]["error"]


def test_ids_on_one_side_only_are_counted(run: Run) -> None:
    rows = f"{ROWS}X,1,folfox\nY,1,folfox\n,1,folfox\n"
    with_treatments(run, rows)
    assert run.summary["treatments"] == {
        **{"rows": 7, "excluded": 0, "without_id": 1},
        **{"without_patient": 2, "without_treatment": 1},
    }
    assert "1 patient without a row there was answered as never treated." in run.said
    assert "2 ids there belong to no patient." in run.said


@pytest.mark.slow
def test_a_patient_without_an_id_is_an_error(run: Run) -> None:
    found = with_treatments(run, ROWS, patients="id,ras\nA,mutant\n,mutant\n")
    assert [bool(row["error"]) for row in found] == [False, True]
    assert "the id is missing by which treatments are found" in found[1]["error"]
    found = with_treatments(run, f"{ROWS}n/a,1,folfox\n", patients="id,ras\nA,mutant\nNA,mutant\n")
    assert "the id is missing by which treatments are found" in found[1]["error"]
    lines = '{"ras": "mutant"}\n{"id": "A", "ras": "mutant"}\n'
    source = run.folder / "in.ndjson"
    source.write_text(lines)
    path = run.folder.parent / f"{run.folder.name}-t.csv"
    assert main(["cohort", str(source), "-o", str(run.folder / "o.csv")]) == 0
    command = ["cohort", str(source), "-o", str(run.folder / "o.csv"), "--treatments", str(path)]
    assert main(command) == 1


def test_ids_are_one_number_in_every_spelling(run: Run) -> None:
    found = with_treatments(
        run, "id,line,drug\n1.0,1,folfox\n", patients="id,ras\n1,mutant\n2,NA\n"
    )
    assert [row["line"] for row in found] == ["beyond_first", "first"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "id,start,drug\nA,2019-01-01,folfox\n",
            "no column says the number of the line of therapy",
        ),
        ("id,start,drug\nA,2019-01-01,folfox\n", "lines are not guessed from dates"),
        ("id,line\nA,1\n", "no column says the drug or regimen: say by --column treatments.drug"),
        ("line,drug\n1,folfox\n", "no column says the id of the patient"),
        ("id,line,drug,regimen\nA,1,x,y\n", "a column for the drug and one for the regimen"),
    ],
)
def test_what_is_missing_is_said(rows: str, said: str, run: Run) -> None:
    with_treatments(run, rows)
    assert run.status == 2
    assert said in run.said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,first,folfox,\n", "row 1 of the treatments: line must be 1 to 20, not first."),
        ("A,1,aspirin,\n", "received must be"),
        ("A,1,,\n", "the therapy of this line is not recorded"),
        ("A,1,folfox,\nA,1,unknown,\n", "the therapy of this line is not recorded"),
        ("A,1,folfox,\nA,3,folfiri,\n", "there is line 3 and not line 2: add it"),
        ("A,1,folfox,progression\nA,1,hai,toxicity\n", "more than one reason of stopping"),
    ],
)
def test_what_is_wrong_is_an_error_of_the_patient(rows: str, said: str, run: Run) -> None:
    found = with_treatments(run, f"id,line,drug,stopped\n{rows}B,1,folfox,\n")
    assert said in found[0]["error"]
    assert not found[0]["line"]
    assert [row["error"] for row in found[1:]] == ["", ""]


def test_a_column_of_treatments_that_there_is_not(run: Run) -> None:
    with_treatments(run, ROWS, "--column", "treatments.drugg=X")
    assert run.status == 2
    assert "drugg is not a column of treatments; did you mean drug?" in run.said
    with_treatments(run, ROWS, "--value", "treatments.setting:x=curative")
    assert "setting must be palliative, adjuvant or surgery, not curative" in run.said


def test_lines_are_said_once(run: Run) -> None:
    with_treatments(run, ROWS, patients="id,ras,line1\nA,mutant,folfox\n")
    assert run.status == 2
    assert "it has lines of therapy (line1), and so have the treatments" in run.said
    with_treatments(run, ROWS, patients="ras\nmutant\n")
    assert "no column says the id that joins patients and treatments" in run.said


def test_treatments_in_python(tmp_path: Path) -> None:
    patients, rows = tmp_path / "p.csv", tmp_path / "t.parquet"
    patients.write_text(PATIENTS)
    table = pa.table({"id": ["A", "A"], "NR": [1, 1], "regimen": ["FOLFOX", "Avastin"]})
    parquet.write_table(table, rows)
    lines = ColumnMap({"line": "NR"}, {"regimen": {"Avastin": "bevacizumab", "X": "hai"}})
    mapping = ColumnMap(treatments=lines)
    summary = cohort(patients, tmp_path / "o.csv", mapping=mapping, treatments=rows)
    assert summary.lines == {"first": 2, "beyond_first": 1}
    assert summary.unmet == {"treatments.regimen": ("X",)}
    found = answer(pa.table({"id": ["A", "B"], "ras": ["mutant"] * 2}), mapping, treatments=table)
    assert found["line"].to_pylist() == ["beyond_first", "first"]
    with pytest.raises(UsageError, match="this output is also the input"):
        cohort(patients, rows, mapping=mapping, treatments=rows)


def test_an_id_that_belongs_to_no_patient_is_named(run: Run) -> None:
    with_treatments(run, "id,line,drug\nX-1,1,folfox\nA,1,folfox\n")
    assert 'No patient has the id "X-1" of the treatments.' in run.said
    with_treatments(run, "id,line,drug\nX-1,1,folfox\na,1,folfox\n")
    said = "No patient has the id a of the treatments: that of a patient is A, write both alike."
    assert said in run.said
    with_treatments(run, ROWS)
    assert "No patient" not in run.said
