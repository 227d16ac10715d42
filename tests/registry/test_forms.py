"""How a registry is written: forms, separators, encodings, quotation marks; no row is lost."""

from __future__ import annotations

import io
import random
import sys
from pathlib import Path

import pytest
from runs import Run, answers

from crcasp import UsageError
from crcasp.cli import main
from crcasp.registry.run import cohort

TEXT = "id,ras,note\n1,mutant,a\n2,wild_type,b\n"
LINES = '{"id": 1, "ras": "mutant"}\n{"id": 2, "ras": "wild_type"}\n'


class Stdin:
    """Standard input with some bytes in it."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BufferedReader(io.BytesIO(content))


@pytest.mark.parametrize("text", [TEXT, LINES, f"\n  {LINES}", f"\ufeff{LINES}", f"\ufeff{TEXT}"])
def test_standard_input_says_by_its_first_character_what_it_is(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(text.encode()))
    assert main(["cohort", "-", "-o", str(tmp_path / "out.csv")]) == 0
    assert [row["error"] for row in answers(tmp_path / "out.csv")] == ["", ""]


@pytest.mark.parametrize(("form", "text"), [("csv", TEXT), ("ndjson", LINES)])
def test_the_option_says_what_the_suffix_does_not(form: str, text: str, run: Run) -> None:
    said = run.refused(text, name="in.dat")
    assert "in.dat: its suffix is none of" in said
    assert "say by --format" in said
    assert [row["error"] for row in run.of(text, "--format", form, name="in.dat")] == ["", ""]
    run.of(TEXT, "--format", form)
    assert run.status == 2
    assert "the suffixes say the forms already" in run.said


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_recognized(separator: str, run: Run) -> None:
    text = TEXT.replace(",", separator)
    found = run.of(text)
    assert [row["id"] for row in found] == ["1", "2"]
    assert [row["error"] for row in found] == ["", ""]
    found = run.of(f'{text}3{separator}mutant{separator}"a, b; c"\n')
    assert found[2]["note"] == "a, b; c"


def test_the_separator_is_given(run: Run) -> None:
    assert "not clear what separates" in run.refused("id,a;ras\n1,a;b\n")
    text = TEXT.replace(",", "~")
    run.refused(text)
    assert "give one character" in run.refused(text, "--separator", "~~")
    assert len(run.of(text, "--separator", "~")) == 2
    assert len(run.of(TEXT.replace(",", "\t"), "--separator", "tab")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_is_read_whatever_its_encoding(encoding: str, run: Run) -> None:
    found = run.of("id;ras;note\n1;mutant;Müller\u20ac\u2028x\n".encode(encoding))
    assert found[0]["note"] == "Müller\u20ac\u2028x"
    assert found[0]["error"] == ""


@pytest.mark.slow
def test_what_is_not_text_is_an_error_with_its_place(run: Run) -> None:
    assert "in.csv:1:9: this is not text in UTF-8" in run.refused(
        "id,ras,t\xe4\n1\n".encode("latin-1")
    )
    assert "in.csv:1: this is not text (a NUL character)" in run.refused(TEXT.encode("utf-16-le"))
    found = run.of(
        "id,ras,note\n1,mutant,M\xfcller\n2,mutant,ok\n3,mutant,\ufffd\n".encode(
            "latin-1", "replace"
        )
    )
    assert "row 1, id 1: note" in found[0]["error"]
    assert [row["error"] for row in found[1:]] == ["", ""]
    assert [row["error"] for row in run.of(f"{TEXT}3,mutant,\ufffd\n")] == ["", "", ""]
    lines = LINES.encode() + b'{"id": 3, "ras": "\xff"}\n'
    found = run.of(lines, name="in.ndjson")
    assert "row 3: line 3: this line is not text from its character 19 on" in found[2]["error"]
    assert found[1]["error"] == ""


ROWS = "".join(f"{number},mutant,x\n" for number in range(2, 3000))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,ras,note\n1,mutant,"open\n' + ROWS, 2),
        ("id,ras,note\n1,mutant,x\n" + ROWS + '9,mutant,"open\n', 3001),
        ('id,ras,note\n1,mutant,"open\n' + ROWS + '9,mutant,"closed"\n', 2),
        ('id,ras,note\n1,mutant,"two\nlines"\n2,mutant,"a ""b"" c\n' + ROWS, 4),
        ('id,ras,note\n1,mutant,5" long\n2,mutant,"open\n' + ROWS, 3),
        ('id,ras,"note\n1,mutant,x\n' + ROWS, 1),
        ("id,ras,note\n1,mutant,x\n" + ROWS + '1,mutant,"""x\n', 3001),
    ],
)
def test_an_unclosed_quotation_mark_is_an_error_that_names_its_line(
    text: str, line: int, run: Run
) -> None:
    assert (
        f"in.csv:{line}: a quotation mark in the row that begins here is never closed"
        in run.refused(text)
    )


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_line_without_an_end_is_refused(form: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="/dev/zero: a line is longer than"):
        cohort("/dev/zero", tmp_path / "answers.csv", form=form)


def test_marks_that_are_closed_or_are_no_quotation_marks(run: Run) -> None:
    cells = ['"two\nlines"', '5" long', '""', '"a ""b"""', '"a,b"', 'x"y"', '"\r\n"', '"""\n"""']
    text = "id,ras,note\n" + "".join(f"{n},mutant,{cell}\n" for n, cell in enumerate(cells))
    found = run.of(text)
    assert [row["id"] for row in found] == [str(number) for number in range(len(cells))]
    assert [row["error"] for row in found] == [""] * len(cells)
    notes = ["two\nlines", '5" long', "", 'a "b"', "a,b", 'x"y"', "\r\n", '"\n"']
    assert [row["note"] for row in found] == notes


@pytest.mark.slow
def test_rows_are_the_same_wherever_a_block_ends(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    cells = ["x", '"two\nlines"', '"a ""b"""', '5" long', "", '"\r\n,"', "äöü"]
    ends = ["\n", "\r\n", "\n\n"]
    rows = [f"{n},mutant,{rng.choice(cells)}{rng.choice(ends)}" for n in range(90)]
    text = "id,ras,note\r\n" + "".join(rows)
    whole = run.of(text)
    assert [row["id"] for row in whole] == [str(number) for number in range(90)]
    for size in (64, 101, 1000):
        monkeypatch.setattr("crcasp.registry.source.BLOCK", size)
        assert run.of(text) == whole


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_ends_of_lines(end: str, run: Run) -> None:
    found = run.of(TEXT.replace("\n", end))
    assert [row["note"] for row in found] == ["a", "b"]


def test_a_row_that_is_lost_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from crcasp.registry.advisor import Answers
    from crcasp.registry.summary import Tally

    add = Tally.add

    def losing(tally: Tally, answers: Answers) -> None:
        add(tally, answers._replace(results=answers.results[1:]))

    monkeypatch.setattr(Tally, "add", losing)
    assert "2 rows were read and 2 written: a row was lost" in run.refused(TEXT)


def test_utf_16_that_is_damaged_is_an_error(run: Run) -> None:
    text = "id,ras,note\n1,mutant,a\ud800b\n2,mutant,c\n".encode("utf-16", "surrogatepass")
    assert "cannot be read" in run.refused(text[:-1])
    found = run.of(text)
    assert "not text in UTF-8" in found[0]["error"]
    assert found[1]["error"] == ""


def test_one_column_and_blank_lines(run: Run) -> None:
    assert [row["age"] for row in run.of("age\n50\n\n60\n")] == ["50", "60"]
