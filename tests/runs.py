"""Runs of `crcasp cohort` on small registries, for the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from crcasp.cli import main

Answers = list[dict[str, str]]


def answers(path: Path) -> Answers:
    """The rows of an output in CSV."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


class Run:
    """One registry, and what a run says of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.status = -1
        self.said = ""
        self.summary: dict[str, Any] = {}

    def of(self, text: str | bytes, *options: str, name: str = "in.csv") -> Answers:
        """Answer a text, and return the rows of the output; none if there is none."""
        source, output = self.folder / name, self.folder / "out.csv"
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        kept = self.folder / "s.json"
        command = ["cohort", str(source), "-o", str(output), "--summary", str(kept), *options]
        self.status = main(command)
        self.said = " ".join(self.capsys.readouterr().err.split())
        self.summary = json.loads(kept.read_text()) if self.status < 2 else {}
        return answers(output) if self.status < 2 else []

    def refused(self, text: str | bytes, *options: str, name: str = "in.csv") -> str:
        """Return what is said of a text that is refused, before which nothing was written."""
        self.of(text, *options, name=name)
        assert self.status == 2
        assert {path.name for path in self.folder.iterdir()} <= {name, "map.toml"}
        return self.said


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs in a folder of their own."""
    return Run(tmp_path, capsys)
