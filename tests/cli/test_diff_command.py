"""`crcasp diff`: what it prints, its status, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trials

from crcasp.cli import main

TRIAL = str(trials.TRIAL)


@pytest.mark.slow
def test_it_says_what_changes_and_what_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--with", TRIAL, "--exit-code"]) == 1
    said, warned = capsys.readouterr()
    assert "GAINED      pembrolizumab: excluded -> eligible, benefit" in said
    assert "histories of up to 4" in said
    assert len(said.splitlines()) < 60
    assert warned == ""


@pytest.mark.slow
def test_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--with", TRIAL, "--old", TRIAL, "--exit-code"]) == 0
    assert "Nothing changes" in " ".join(capsys.readouterr().out.split())
    assert main(["diff", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["changes"] == []
    assert not found["preferred"]["changes"]


def test_an_output_is_never_an_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.lp"
    path.write_text('withdrawn("I9").')
    for option in ("--old", "--with"):
        for named in (path, tmp_path):
            assert main(["diff", option, str(named), "-o", str(path)]) == 2
            assert path.read_text() == 'withdrawn("I9").'
    assert capsys.readouterr().out == ""


def test_a_folder_without_an_overlay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--with", str(tmp_path), TRIAL]) == 2
    assert "holds no .lp file" in capsys.readouterr().err
