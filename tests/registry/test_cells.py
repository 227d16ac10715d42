"""What cells say: values, what is unknown, whole numbers, and the map of their texts."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from runs import Run, answers

from crcasp.cli import main

CSV = "id,ras,side,ecog,line1,line1_stopped\n"


def eligible(row: dict[str, str]) -> set[str]:
    return {*row["eligible"].split(";")}


def test_values_match_without_regard_to_case_and_blanks(run: Run) -> None:
    rows = [
        "1,wild_type,left,1,folfox+bevacizumab,progression",
        "2, Wild_Type , LEFT ,1, FOLFOX + Bevacizumab ,Progression",
        "3,wild type,Left,1.0,bevacizumab+folfox,PROGRESSION ",
        "4,Wild-type,lEFT, 01 ,folfox; bevacizumab,progression",
    ]
    found = run.of(CSV + "\n".join(rows) + "\n")
    assert [row["error"] for row in found] == [""] * 4
    assert len({row["eligible"] for row in found}) == 1
    assert "folfiri+cetuximab" in eligible(found[0])


@pytest.mark.parametrize("text", ["", " ", "NA", "n/a", "N/A", "NaN", "nan", "NULL", "na "])
def test_what_is_unknown(text: str, run: Run) -> None:
    (row,) = run.of(f"{CSV}1,{text},left,{text},{text},{text}\n")
    assert row["error"] == ""
    assert "ras" in row["missing"].split(";")
    assert row["line"] == "first"


def test_a_sign_is_not_taken_from_a_number(run: Run) -> None:
    row, _ = run.of("id,ecog,age\n1,-1,5-0\n2,1,50\n")
    assert 'ecog "-1": ecog must be 0 to 4' in row["error"]
    assert 'age "5-0": age must be 18 to 120' in row["error"]


def test_a_therapy_in_any_spelling_that_the_program_prints(run: Run) -> None:
    rows = ["fluorouracil_leucovorin & tace", "Fluorouracil + Leucovorin & TACE"]
    rows += ["trifluridine_tipiracil", "Trifluridine-Tipiracil"]
    found = run.of("id,line1,given\n" + "".join(f"{n},{row},{row}\n" for n, row in enumerate(rows)))
    assert [row["error"] for row in found] == [""] * 4
    assert [*run.summary["concordance"]] == [rows[0], rows[2]]


def test_what_else_is_unknown_is_said(run: Run) -> None:
    text = f"{CSV}1,not done,left,-,,\n2,mutant,left,1,,\n"
    row, _ = run.of(text)
    assert 'ras "not done": ras must be wild_type or mutant' in row["error"]
    assert 'ecog "-": ecog must be 0 to 4' in row["error"]
    row, _ = run.of(text, "--unknown", "Not  Done", "--unknown=-")
    assert row["error"] == ""
    assert "ras" in row["missing"].split(";")


def test_a_value_is_not_made_unknown_in_silence(run: Run) -> None:
    text = "id,liver_metastases\n1,none\n"
    said = run.refused(text, "--unknown", "None")
    assert "None is to be unknown, but is a value of liver_metastases" in said
    (row,) = run.of(text, "--unknown", "None", "--value", "liver_metastases:none=none")
    assert row["in_scope"] == "false"


def test_a_column_of_whole_numbers_with_gaps(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    frame = pl.DataFrame({"id": [1, 2, 3, 4], "age": [54.0, None, float("nan"), 54.5]})
    frame.with_columns(ecog=pl.Series([1.0, 2.0, None, None])).write_parquet(source)
    assert main(["cohort", str(source), "-o", str(tmp_path / "out.csv")]) == 1
    found = answers(tmp_path / "out.csv")
    assert [bool(row["error"]) for row in found] == [False, False, False, True]
    assert (
        'age "54.5": age must be a whole number, 18 to 120, not 54.5: --floor age'
        in found[3]["error"]
    )


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[colums]\nage = "A"\n', "colums is no key of the map; did you mean columns?"),
        (
            '[columns]\nprimary_sit = "A"\n',
            "primary_sit is not a column of a patient; did you mean primary_site?",
        ),
        (
            '[values.rass]\nWT = "wild_type"\n',
            "rass is not a column of a patient; did you mean ras?",
        ),
        (
            '[rules.kras]\ncolumns = ["A"]\nanny = "mutant"\nall = "wild_type"\n',
            "did you mean any?",
        ),
        ('[rules.line1]\ncolumns = ["A"]\nany = "x"\nall = "y"\n', "line1 is not a finding"),
        ('unknwon = ["x"]\n', "did you mean unknown?"),
        ('unknown = "x"\n', "unknown of the map must be a list"),
    ],
)
def test_a_typo_in_the_map_names_the_nearest_key(toml: str, said: str, run: Run) -> None:
    path = run.folder / "map.toml"
    path.write_text(toml)
    assert said in run.refused("id,age,A\n1,bad,x\n", "--map", str(path))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            '[values.ras]\nWT = "wildtyp"\n',
            "ras: WT is to mean wildtyp: ras must be wild_type or mutant",
        ),
        ('[values.kras]\nX = "wild"\n', "kras must be wild_type or mutant"),
        ('[values.lineN]\nX = "folfax"\n', "did you mean folfox?"),
        ('[values.given]\nX = "folfox+cetuximb"\n', "did you mean cetuximab?"),
        ('[values.line1_stopped]\nX = "PD"\n', "stopped must be progression"),
        ('[values.contraindicated]\nX = "hai; tac"\n', "did you mean tace?"),
        (
            '[rules.kras]\ncolumns = ["A"]\nany = "mutated"\nall = "wild_type"\n',
            "did you mean mutant?",
        ),
        ('[rules.kras]\ncolumns = ["A"]\nany = "mutant"\nall = "NA"\n', "it is unknown"),
        ('[values.ras]\nWT = "wild_type"\n"w t" = "mutant"\n', "is to mean two things"),
    ],
)
def test_a_value_that_there_is_not_is_found_before_the_first_row(
    toml: str, said: str, run: Run
) -> None:
    path = run.folder / "map.toml"
    path.write_text(toml)
    assert said in run.refused("id,age,A\n1,bad,x\n", "--map", str(path))


def test_texts_with_a_meaning(run: Run) -> None:
    path = run.folder / "map.toml"
    path.write_text(
        'unknown = ["?"]\n[values]\nside = { R = "left", L = "right" }\n'
        'lineN = { "FOLFOX 4" = "folfox", Bev = "bevacizumab", "A + B" = "folfiri+bevacizumab" }\n'
    )
    text = "id,ras,side,line1,line2\n"
    text += "1,wild_type,r,folfox4 + BEV,a+b\n2,?,l,Bev+FOLFOX 4,A + B\n3,wild_type,left,Bev,\n"
    found = run.of(text, "--map", str(path))
    assert [row["error"] for row in found] == ["", "", ""]
    plain = "id,ras,side,line1,line2\n"
    plain += "1,wild_type,right,folfox+bevacizumab,folfiri+bevacizumab\n"
    plain += "2,,left,folfox+bevacizumab,folfiri+bevacizumab\n3,wild_type,left,bevacizumab,\n"
    names = ("line", "eligible", "undetermined", "missing")
    for row, other in zip(found, run.of(plain), strict=True):
        assert [row[name] for name in names] == [other[name] for name in names]
        assert any(row[name] for name in names[1:])


def test_several_columns_make_one(run: Run) -> None:
    rule = ["--rule", "kras=A,B,C:mutant/wild_type", "--unknown", "failed"]
    cells = {
        "wild_type,wild_type,wild_type": "wild_type",
        "wild_type,MUTANT,failed": "mutant",
        "wild_type,failed,wild_type": "",
        ",,": "",
        "wild_type,wildtyp,mutant": "error",
    }
    text = "id,A,B,C,nras\n" + "".join(f"{n},{row},wild_type\n" for n, row in enumerate(cells))
    for expected, row in zip(cells.values(), run.of(text, *rule), strict=True):
        found = "error" if row["error"] else "wild_type" if "cetuximab" in row["eligible"] else ""
        if not found and "ras" not in row["missing"].split(";"):
            found = "mutant"
        assert found == expected, row


def test_a_line_beyond_the_last(run: Run) -> None:
    found = run.of("id,line21\n1,folfox\n2,NA\n")
    assert 'line21 "folfox": the line must be 1 to 20, not 21.' in found[0]["error"]
    assert found[1]["error"] == ""


@pytest.mark.slow
def test_batches_read_cells_as_files_do() -> None:
    pa = pytest.importorskip("pyarrow")
    from crcasp import answer_batch, answer_batches

    batch = pa.RecordBatch.from_pydict(
        {"RAS": ["Wild type", "x"], "Age": [54.0, None], "n": [[1], None]}
    )
    whole = answer_batch(batch)
    assert whole.schema.names[:3] == batch.schema.names
    assert whole.schema.field("n").type == batch.schema.field("n").type
    assert whole["error"].to_pylist()[0] is None
    assert whole["error"].to_pylist()[1].startswith('RAS "x": ras must be')
    empty = answer_batch(batch.slice(0, 0))
    assert empty.num_rows == 0
    assert empty.schema.equals(whole.schema)
    parts = list(answer_batches(iter([batch.slice(0, 0), batch.slice(1), batch.slice(0, 1)])))
    assert pa.Table.from_batches([parts[2], parts[1]]).equals(pa.Table.from_batches([whole]))


def test_none_is_nothing_where_there_may_be_nothing(run: Run) -> None:
    names = ["line1_toxic", "contraindicated", "unavailable", "given"]
    header = ",".join(["id", "age", "line1", *names])
    (row,) = run.of(f"{header}\n1,50,folfox,none,None,NONE,none\n")
    assert (row["error"], row["concordance"]) == ("", "")
    (row,) = run.of('{"age": 50, "contraindicated": ["none"]}\n', name="in.ndjson")
    assert row["error"] == ""


@pytest.mark.parametrize("name", ["line1_stopped", "ras"])
def test_none_is_no_value_where_it_may_mean_two_things(name: str, run: Run) -> None:
    row, _ = run.of(f"id,line1,{name}\n1,folfox,none\n2,folfox,\n")
    assert row["error"].endswith(", not none; leave the cell empty where nothing is known.")
    assert "leave the cell empty" in run.summary["causes"][0]["cause"]


@pytest.mark.slow
def test_a_row_is_answered_alike_whichever_keys_its_batch_has(run: Run) -> None:
    """The last of more rows than a batch has is in one without the key e3."""
    rows = '{"e2": "mutant"}\n' * 65_536
    found = run.of(
        *(f'{{"e3": "wild_type"}}\n{rows}', "--rule", "kras=e2,e3:mutant/wild_type"),
        name="in.ndjson",
    )
    assert found[-1] == found[1]
    assert "ras" not in found[-1]["missing"].split(";")
