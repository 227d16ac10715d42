"""`crcasp diff`: what it prints, its status, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trials

from crcasp import recommend
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


SUPPORT = """statement("S1", first, benefit). text("S1", "a"). reference("S1", "a").
offers("S1", all, capox).
statement("S2", first, benefit). text("S2", "b"). reference("S2", "b").
offers("S2", m, capox). needs("S2", m, braf, mutant). single_agent("S2").
statement("S3", first, benefit). text("S3", "c"). reference("S3", "c").
offers("S3", w, capox). needs("S3", w, braf, wild_type). single_agent("S3").
statement("H", first, benefit). text("H", "d"). reference("H", "d").
offers("H", h, radioembolization).
"""


@pytest.mark.slow
def test_preferred_sets_are_proved_of_fully_known_patients_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of others are made over what is certain, and are no function of their completions."""
    old, new = tmp_path / "old.lp", tmp_path / "new.lp"
    old.write_text(SUPPORT)
    new.write_text(SUPPORT + 'single_agent("S1").')
    patient = {"disease_extent": "liver_only", "multifocal_liver_disease": "absent"}
    before, after = (recommend(patient, overlays=[it]).preferred for it in (old, new))
    assert [it.therapies for it in before] != [it.therapies for it in after]
    assert main(["diff", "--old", str(old), "--with", str(new)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "every patient the same verdicts and grades, and every fully known patient" in said
    assert "with histories of up to 4 lines" in said


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "html"])
def test_what_is_not_compared_is_said(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "o.lp"
    overlay.write_text('withdrawn("I1"). notice("N", "a note"). regimen(fruquintinib).')
    assert main(["diff", "--with", str(overlay), "--exit-code", "--format", form]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "No therapy changes" in said
    assert "Nothing changes" not in said
    assert "Proved for every fully known patient with histories of up to 4 lines." in said
    assert "how side of primary tumor is read from what is given (I1)" in said
    assert "fruquintinib as a part of what is given again; the notices." in said


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
