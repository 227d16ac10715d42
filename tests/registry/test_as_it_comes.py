"""Tables as registries have them: what was wrong in silence is said, what was refused is read."""

from __future__ import annotations

import decimal
import gzip
import json
import uuid
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from runs import Run, answers
from workbooks import workbook

from crcasp import UsageError, answer_batch, cohort
from crcasp.cli import main
from crcasp.registry.columns import distinct_names

UNRECORDED = "the therapy of this line is not recorded"
FIRST_LINE = "every patient was answered as in first line"


def untreated(row: dict[str, str]) -> bool:
    return row["line"] == "first"


# ---- 1: numbers in any spelling ----------------------------------------------------------------


@pytest.mark.parametrize("key", ["2", "2.0", "02"])
def test_a_cell_and_a_key_are_one_number_in_every_spelling(key: str, run: Run) -> None:
    held = "folfirinox,progression,adequate,regorafenib\n"
    cells = ("2", "2.0", "02", " 2 ", "+2", "2.", "2.00", "1")
    text = "PS,line1,line1_stopped,organ_function,given\n"
    text += "".join(f"{cell},{held}" for cell in cells)
    *twos, one = (row["concordance"] for row in run.of(text, "--column=ecog=PS"))
    assert twos == ["excluded"] * 7
    found = run.of(text, "--column=ecog=PS", f"--value=ecog:{key}=1")
    assert [row["concordance"] for row in found] == [one] * 8
    assert one != "excluded"


def test_a_number_with_a_gap_is_the_same_in_every_form(run: Run, tmp_path: Path) -> None:
    texts = {
        "in.csv": "line1,PS,line1_stopped\n"
        + "".join(f"folfirinox,{n},progression\n" for n in ("2.0", "", "1.0")),
        "in.ndjson": "".join(
            f'{{"line1": "folfirinox", "PS": {n}, "line1_stopped": "progression"}}\n'
            for n in ("2.0", "null", "1")
        ),
    }
    options = ["--column=ecog=PS", "--value=ecog:2=0", "--value=ecog:1=2"]
    found = [run.of(text, *options, name=name) for name, text in texts.items()]
    source = tmp_path / "in.parquet"
    parquet.write_table(
        pa.table(
            {
                "line1": ["folfirinox"] * 3,
                "PS": [2.0, None, 1.0],
                "line1_stopped": ["progression"] * 3,
            }
        ),
        source,
    )
    assert main(["cohort", str(source), "-o", str(tmp_path / "p.csv"), *options]) == 0
    found.append(answers(tmp_path / "p.csv"))
    cells: list[list[object]] = [["line1", "PS", "line1_stopped"]]
    cells += [["folfirinox", number, "progression"] for number in (2.0, None, 1)]
    source = workbook(tmp_path / "in.xlsx", cells)
    assert main(["cohort", str(source), "-o", str(tmp_path / "x.csv"), *options]) == 0
    found.append(answers(tmp_path / "x.csv"))
    for rows in found:
        said = [row["undetermined"].split(";") for row in rows]
        assert ["regorafenib" in names for names in said] == [True, True, False]


@pytest.mark.slow
def test_a_key_of_the_map_that_no_cell_has_is_named(run: Run) -> None:
    values = ["--value=ras:WT=wild_type", "--value=ras:MUT=mutant", "--value=lineN:X=folfox"]
    run.of("id,ras,line1\n1,wt,x\n", *values)
    assert run.summary["unmet"] == {"ras": ["MUT"]}
    assert "No cell had these keys of the map: ras: MUT." in run.said
    run.of("id,ras,line1\n1,wt,capox+X\n2,mut,\n", *values)
    assert run.summary["unmet"] == {}


# ---- 2: a line whose therapy is not recorded --------------------------------------------------


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "history",
    [
        *('[{"received": []}]', "[{}]", "[null]", '[{"received": null}]'),
        *('[{"received": ["unknown"]}]', '[{"received": "unknown"}]'),
        '[{"received": ["folfox"]}, {}, {"received": ["folfiri"]}]',
    ],
)
def test_a_line_of_a_history_without_a_therapy(history: str, run: Run) -> None:
    text = f'{{"id": 1, "history": {history}}}\n{{"id": 2, "age": 50}}\n'
    row, _ = run.of(text, name="in.ndjson")
    assert UNRECORDED in row["error"]
    assert "other_systemic" in row["error"]
    assert not row["line"]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("cells", "options"),
    [
        ("unknown,", []),
        ("folfox,Unknown", []),
        ("folfox+unknown,", []),
        ("not done,", ["--unknown=not done"]),
        ("Infusion,", ["--value=lineN:Infusion="]),
        ("Infusion,", ["--value=lineN:*="]),
    ],
)
def test_a_cell_of_a_line_without_a_therapy(cells: str, options: list[str], run: Run) -> None:
    row, _ = run.of(f"id,line1,line2\n1,{cells}\n2,folfox,\n", *options)
    assert UNRECORDED in row["error"]
    assert not row["line"]


def test_an_empty_line_before_another_one(run: Run) -> None:
    row, _ = run.of("id,line1,line2,line3\n1,folfox,,folfiri\n2,folfox,,\n")
    assert "the line before this one is missing" in row["error"]


def test_no_line_is_said_by_a_blank_or_by_none(run: Run) -> None:
    text = "id,age,line1\n1,50,\n2,50,none\n3,50,keine\n4,50,NA\n5,50,other_systemic\n"
    found = run.of(text, "--value=lineN:keine=none")
    assert [row["error"] for row in found] == [""] * 5
    assert [*map(untreated, found)] == [True] * 4 + [False]


# ---- 3: rows that are no patient ---------------------------------------------------------------


def test_empty_rows_are_excluded_and_counted(run: Run) -> None:
    found = run.of("id,age,note\n1,50,\n,,\n , ,\t\n4,x,\n")
    assert [row["id"] for row in found] == ["1", "4"]
    assert found[1]["error"].startswith("row 4, id 4: ")
    assert (run.summary["rows"], run.summary["empty"]) == (2, 2)
    assert "2 empty rows excluded" in run.said


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("id,age\n,\n", "in.csv", "of 1 row not one could be answered"),
        ("", "in.ndjson", "in.ndjson: it has no patients."),
        ("{}\n", "in.ndjson", "in.ndjson: it has no patients."),
        ('{"age": \n', "in.ndjson", "in.ndjson: line 1: this line is not JSON"),
    ],
)
def test_a_table_without_patients_is_refused(text: str, name: str, said: str, run: Run) -> None:
    assert said in run.refused(text, name=name)


def test_a_row_of_one_title_is_not_a_patient(run: Run) -> None:
    found = run.of("id;age;ras;note\n1;50;mutant;\nTotal;;;\n;;;see above\n2;;NA;\n3;;;x\n")
    assert ['nothing but "' in row["error"] for row in found] == [False, True, True, False, False]
    assert not found[1]["eligible"]
    assert run.summary["errors"] == 2


COMMENTS = "#Patient\tYears\n#STRING\tNUMBER\n#1\t1\nid\tage\n#1\t50\n#2\t60\n"


@pytest.mark.parametrize("options", [["--comment", "#"], ["--skip", "3"]])
def test_comments_above_the_names_of_the_columns(options: list[str], run: Run) -> None:
    found = run.of(COMMENTS, *options)
    assert [row["id"] for row in found] == ["#1", "#2"]
    assert [row["error"] for row in found] == ["", ""]


def test_comments_are_never_taken_for_patients(run: Run) -> None:
    said = run.refused(COMMENTS)
    assert "in.csv:1: lines with # stand above the names of the columns" in said
    assert "--comment '#'" in said
    (row,) = run.of("#id,age\n#1,50\n".replace("#1", "1"), "--column", "id=#id")
    assert row["#id"] == "1"


# ---- 4, 5, 6: what the summary says, and what is not unknown ------------------------------------


def test_ids_on_more_than_one_row_are_counted(run: Run) -> None:
    run.of("id,age\n1,50\n1,51\n1,52\n2,50\n3,50\n3,50\n,50\n,50\n")
    assert (run.summary["repeated_ids"], run.summary["rows_of_repeated_ids"]) == (2, 5)
    assert "2 ids stand on more than one row, on 5 rows in all: each row was answered" in run.said
    run.of("id,age\n1,50\n2,50\n")
    assert "more than one row" not in run.said


def test_a_number_is_not_made_unknown_in_silence(run: Run) -> None:
    text = "id,age,ecog\n1,99,1\n2,50,9\n"
    assert "99.0 is to be unknown, but is a value of age" in run.refused(text, "--unknown", "99.0")
    found = run.of(text, "--unknown", "99", "--value=age:99=", "--unknown", "9")
    assert [row["error"] for row in found] == ["", ""]
    assert "age" in found[0]["missing"].split(";") or found[0]["eligible"]


@pytest.mark.slow
def test_that_everybody_is_in_first_line_is_said(run: Run) -> None:
    run.of("id,age\n1,50\n")
    assert FIRST_LINE in run.said
    run.of("id,age,line1\n1,50,\n")
    assert FIRST_LINE not in run.said
    run.of('{"id": 1, "age": 50}\n', name="in.ndjson")
    assert FIRST_LINE in run.said
    run.of('{"id": 1, "history": [{"received": ["folfox"]}]}\n', name="in.ndjson")
    assert FIRST_LINE not in run.said


# ---- 7: columns that are not used ----------------------------------------------------------------


@pytest.mark.parametrize("output", ["o.csv", "o.ndjson", "o.parquet"])
def test_only_columns_that_are_used_must_be_clear(output: str, run: Run) -> None:
    source = run.folder / "in.csv"
    source.write_text(
        "id,age,,note,note,,grade,line,reason,error,missing\n1,50,a,b,c,d,e,f,g,h,i\n"
    )
    path = run.folder / output
    assert main(["cohort", str(source), "-o", str(path)]) == 0
    said = " ".join(run.capsys.readouterr().err.split())
    assert "column 3 is column_3, column 5 is note_2, column 6 is column_6" in said
    assert "grade is crcasp_grade" in said
    (row,) = (
        [dict(it) for it in answers(path)]
        if output == "o.csv"
        else [json.loads(path.read_text())]
        if output == "o.ndjson"
        else parquet.read_table(path).to_pylist()
    )
    kept = ["column_3", "note", "note_2", "column_6", "grade", "line", "reason", "error", "missing"]
    assert [row[name] for name in kept] == [*"abcdefghi"]
    assert row["crcasp_grade"] == "recommended"
    assert row["in_scope"] in (True, "true")
    assert "crcasp_in_scope" not in row


def test_a_doubled_column_that_is_used_is_refused(run: Run) -> None:
    text = "id,age,ras,age\n1,50,mutant,60\n"
    assert "the columns 2 and 4 are both called age, from which age is read" in run.refused(text)
    assert "both called age" in run.refused(text, "--column", "ecog=age")


def test_keys_of_json_that_are_named_like_results(run: Run) -> None:
    text = '{"id": 1, "age": 50, "grade": "G2"}\n'
    run.of(text, name="in.ndjson")
    assert "grade is crcasp_grade" in run.said
    source, output = run.folder / "in.ndjson", run.folder / "o.ndjson"
    assert main(["cohort", str(source), "-o", str(output)]) == 0
    row = json.loads(output.read_text())
    assert (row["grade"], row["crcasp_grade"]) == ("G2", "recommended")


def test_names_of_columns_stay_apart() -> None:
    assert distinct_names(["a", "", "a", "a_2", "a", " "]) == [
        *("a", "column_2", "a_3", "a_2", "a_4", "column_6")
    ]


# ---- 8: Parquet of every type ------------------------------------------------------------------

MARK = uuid.UUID("12345678123456781234567812345678")
TYPED = {
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([MARK.bytes], pa.binary(16))),
    "duration": pa.array([timedelta(days=3)]),
    "decimal": pa.array([decimal.Decimal("1.50")]),
    "wide": pa.array([decimal.Decimal("1.50")], pa.decimal256(50, 2)),
    "json": pa.array(['{"a": 1}'], pa.json_()),
    "half": pa.array(np.array([1.5], np.float16)),
    "view": pa.array(["x"], pa.string_view()),
}
SHOWN = [str(MARK), "3 days, 0:00:00", "1.50", "1.50", '{"a": 1}', "1.5", "x"]
LISTS = pa.list_view if int(pa.__version__.split(".")[0]) > 24 else pa.list_  # as it can be written
NESTED = {
    "wide": pa.array([{"x": decimal.Decimal("1.5")}], pa.struct([("x", pa.decimal256(50, 1))])),
    "views": pa.array([[1, 2]], LISTS(pa.int8())),
    "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())),
}


@pytest.mark.parametrize("output", ["o.csv", "o.ndjson", "o.parquet"])
def test_columns_of_any_type_pass(output: str, tmp_path: Path) -> None:
    source, path = tmp_path / "in.parquet", tmp_path / output
    table = pa.table({"age": [50], **TYPED})
    parquet.write_table(table, source)
    assert main(["cohort", str(source), "-o", str(path)]) == 0
    if output == "o.parquet":
        assert parquet.read_table(path).select([*TYPED]).equals(table.select([*TYPED]))
    else:
        row = answers(path)[0] if output == "o.csv" else json.loads(path.read_text())
        assert [str(row[name]) for name in TYPED] == SHOWN


def test_nested_columns_of_any_type_pass_or_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, path = tmp_path / "in.parquet", tmp_path / "o.ndjson"
    parquet.write_table(pa.table({"age": [50], **NESTED}), source)
    assert main(["cohort", str(source), "-o", str(path)]) == 0
    row = json.loads(path.read_text())
    assert (row["wide"], str(row["views"])) == ('{"x": "1.5"}', "[1, 2]")
    assert row["map"] in ({"a": 1}, [{"key": "a", "value": 1}])  # of polars 2, and before
    parquet.write_table(pa.table({"age": [50], "raw": [[b"x"]]}), source)
    for output in ("o.csv", "o2.ndjson"):
        assert main(["cohort", str(source), "-o", str(tmp_path / output)]) == 2
        assert "its column raw holds bytes" in capsys.readouterr().err


def test_a_column_of_any_type_is_read(tmp_path: Path) -> None:
    source, path = tmp_path / "in.parquet", tmp_path / "o.csv"
    age = pa.array([decimal.Decimal("50.00"), decimal.Decimal("17.00")])
    parquet.write_table(pa.table({"id": pa.array([timedelta(1)] * 2), "age": age}), source)
    assert main(["cohort", str(source), "-o", str(path)]) == 1
    assert [bool(row["error"]) for row in answers(path)] == [False, True]


# ---- 9: how files are written -------------------------------------------------------------------


def test_the_separator_that_excel_writes_first(run: Run) -> None:
    (row,) = run.of("sep=;\r\nid;age;note\r\n1;50;a,b\r\n")
    assert (row["id"], row["note"], row["error"]) == ("1", "a,b", "")


@pytest.mark.parametrize(("name", "text"), [("a.csv.gz", "id,age\n1,50\n"), ("a.ndjson.gz", "")])
def test_a_compressed_file(name: str, text: str, run: Run) -> None:
    content = gzip.compress((text or '{"id": 1, "age": 50}\n').encode())
    assert [row["error"] for row in run.of(content, name=name)] == [""]
    status = main(["cohort", str(run.folder / name), "-o", str(run.folder / "o.csv.gz")])
    assert status == 2
    assert "answers are not compressed" in run.capsys.readouterr().err


def test_an_excel_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[list[object]] = [
        ["Klinik A"],
        ["id", "PS", "", "RAS"],
        ["007", 2, "x", "mutant"],
        [8, 1.0, None, None],
    ]
    source = workbook(tmp_path / "in.xlsx", rows, ["Patienten", "Codes"])
    command = ["cohort", str(source), "-o", str(tmp_path / "o.csv"), "--column=ecog=PS"]
    assert main([*command, "--skip", "1"]) == 0
    assert [row["id"] for row in answers(tmp_path / "o.csv")] == ["007", "8"]
    assert "Only the first sheet, Patienten, was read, not Codes." in capsys.readouterr().err
    for bad, said in (("in.csv", "must end in .xlsx"), ("in.xlsx", "cannot be read")):
        (tmp_path / bad).write_bytes(source.read_bytes() if bad == "in.csv" else b"PK no")
        assert main(["cohort", str(tmp_path / bad), "-o", str(tmp_path / "o.csv")]) == 2
        assert said in capsys.readouterr().err


def test_another_encoding_is_read_or_refused_with_the_remedy(run: Run) -> None:
    text = "id;age;Größe\n1;50;Übergröße €\n".encode("cp1252")
    said = run.refused(text)
    assert "this is not text in UTF-8" in said
    assert "--encoding" in said
    for unknown in ("cp12522", "rot13", "punycode"):
        assert "there is no such encoding" in run.refused(text, "--encoding", unknown)
    for option in (
        ("--column", "age=a", "--column", "age=b"),
        ("--value", "ras:x=", "--value", "ras:x=mutant"),
    ):
        assert "already: say it once" in run.refused(text, *option)
    (row,) = run.of(text, "--encoding", "cp1252")
    assert row["Größe"] == "Übergröße €"


@pytest.mark.parametrize(
    "text", ['[\n{"id": 1, "age": 50},\n{"id": 2}\n]\n', '{\n"id": 1,\n"age": 50\n}\n', "[]"]
)
def test_json_that_is_not_one_patient_a_line_is_said_once(text: str, run: Run) -> None:
    said = run.refused(text, name="in.json")
    assert said.count("this JSON is not one patient a line") == 1
    assert "jq -c" in said


def test_ages_with_a_fraction_are_cut_on_request(run: Run) -> None:
    text = "id,age,ecog\n1,60.75,1\n2,60,1.5\n"
    assert "--floor ras: its values are not numbers" in run.refused(text, "--floor", "ras")
    found = run.of(text + "3,50,1\n")
    assert "age must be a whole number, 18 to 120, not 60.75: --floor age" in found[0]["error"]
    found = run.of(text, "--floor", "age")
    assert [bool(row["error"]) for row in found] == [False, True]
    assert found[0]["eligible"] == run.of("id,age,ecog\n1,60,1\n")[0]["eligible"]


# ---- 10: all rows wrong ---------------------------------------------------------------------


def test_nothing_answered_is_status_2_and_no_file(run: Run) -> None:
    output = run.folder / "out.csv"
    output.write_text("old")
    run.of("id,age\n1,x\n2,y\n,\n")
    assert run.status == 2
    assert "in.csv: of 3 rows not one could be answered, and no file was written." in run.said
    assert '2 x age: age must be 18 to 120 row 1, id 1: "x"' in run.said
    assert output.read_text() == "old"
    assert not (run.folder / "s.json").exists()
    with pytest.raises(UsageError, match="not one could be answered"):
        cohort(run.folder / "in.csv", output)


def test_a_batch_says_what_is_not_a_patient() -> None:
    batch = pa.RecordBatch.from_pydict({"id": ["1", None, "Total"], "age": ["50", " ", None]})
    found = answer_batch(batch)["error"].to_pylist()
    assert found[0] is None
    assert found[1].startswith("this row is empty")
    assert found[2].startswith('nothing but "Total"')


@pytest.mark.parametrize("name", ["in.csv", "in.ndjson"])
def test_rows_without_a_finding_are_alike_in_every_form(name: str, run: Run) -> None:
    cells = [("a", "50", "none"), ("g", "", ""), ("", "", ""), ("h", "", "none")]
    text = "id,age,line1\n" + "".join(",".join(row) + "\n" for row in cells)
    if name == "in.ndjson":
        text = '{"id": "a", "age": 50, "history": []}\n{"id": "g", "history": null}\n{}\n'
        text += '{"id": "h", "history": []}\n'
    alone = run.of(text, name=name)[1]["error"]
    assert 'nothing but "g" stands in this row' in alone
    assert [run.summary[it] for it in ("rows", "errors", "empty")] == [3, 1, 1]


def test_an_excluded_row_is_no_error_too(run: Run) -> None:
    run.of("id,age,ras\n1,50,mutant\n,\n")
    assert [run.summary[it] for it in ("rows", "errors", "empty", "causes")] == [1, 0, 1, []]
