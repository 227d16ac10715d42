"""Options of the command line that several commands share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import crcasp
from crcasp.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "reuse.lp")


@pytest.mark.parametrize("pair", ["=1", "fit_ecog", "fit_ecog=", " = "])
def test_a_constant_without_name_or_value(pair: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", EXAMPLE, "-c", pair]) == 2
    assert capsys.readouterr() == ("", f"-c {pair}: write it as NAME=VALUE.\n")


@pytest.mark.parametrize(
    ("argv", "empty"),
    [
        (["recommend", ""], '""'),
        (["recommend", EXAMPLE, "-o", ""], '""'),
        (["cohort", EXAMPLE, "-o", ""], '""'),
        (["recommend", EXAMPLE, "--with="], "--with="),
        (["page", "-o="], "-o="),
    ],
)
def test_an_empty_argument_is_refused(
    argv: list[str], empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err.startswith(f"{empty}: a name or a value is empty: ")


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["map"], "map.png"),
        (["map"], "map.dot"),
        (["recommend", EXAMPLE], "answer.html"),
        (["recommend", EXAMPLE, "--format", "html"], "answer.JSON"),
        (["page"], "page.json"),
    ],
)
def test_an_output_is_not_of_another_form_than_its_name_says(
    argv: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*argv, "-o", str(tmp_path / name)]) == 2
    assert "choose another name, or another --format" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(("option", "name"), [("--report", "it.json"), ("--summary", "it.html")])
def test_nor_is_what_a_registry_is_told_in(
    option: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("polars")
    (tmp_path / "in.csv").write_text("id,age\n1,50\n")
    files = [str(tmp_path / it) for it in ("in.csv", "out.csv", name)]
    assert main(["cohort", files[0], "-o", files[1], option, files[2]]) == 2
    assert "choose another name" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [tmp_path / "in.csv"]


def test_the_vocabulary_goes_into_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "schema.json"
    assert main(["vocabulary", "--format", "json", "-o", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(path.read_text())["title"] == "crcasp patient"


def test_a_map_as_text_needs_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["map", "--format", "dot"]) == 0
    assert capsys.readouterr().out.startswith("digraph")
    assert main(["map"]) == 2
    said = capsys.readouterr().err
    assert "apt-get install graphviz" in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_an_encoding_that_cannot_hold_a_character_says_what_to_set(tmp_path: Path) -> None:
    overlay = tmp_path / "names.lp"
    overlay.write_text('label(lonsurf, "Lonsurf\u00ae"). regimen(lonsurf).'
                       'statement("A", any, recommended). text("A", "caf\u00e9").'
                       'offers("A", any, lonsurf).', encoding="utf-8")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "crcasp", "recommend", EXAMPLE, "--all", "--with", str(overlay)],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(crcasp.__file__).parents[1]),
            "PYTHONIOENCODING": "ascii",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "set PYTHONIOENCODING=utf-8" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("polars")
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: crcasp {command} ")
    assert COMMANDS[command][1:] in " ".join(said.split())
