"""The page of a registry: valid, self-contained, and true to the summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pages import inside, parsed
from test_cohort import row_of, varied_patients, written

from crcasp.cli import main
from crcasp.views.wording import CLOSING


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """The page and the summary of one registry."""
    folder = tmp_path_factory.mktemp("registry")
    given = ["folfox", "folfox+cetuximab & hai", "<b>aspirin</b>", "capox"]
    rows = [
        {**row_of(patient), "given": given[place % 4]}
        for place, patient in enumerate(varied_patients(11, 60))
    ]
    source = written(folder / "in.csv", [*rows, {"ras": "bad"}], ["id"])
    options = ["--report", str(folder / "page.html"), "--summary", str(folder / "s.json")]
    assert main(["cohort", str(source), "-o", str(folder / "out.csv"), *options]) == 1
    return (folder / "page.html").read_text(), json.loads((folder / "s.json").read_text())


def test_is_valid_harmless_and_self_contained(run: tuple[str, dict[str, Any]]) -> None:
    page, _ = run
    parsed(page)
    inside(page)
    assert page.count(CLOSING) == 1
    assert "<b>aspirin" not in page
    assert "&lt;b&gt;aspirin" in page


def test_tables_say_what_is_drawn(run: tuple[str, dict[str, Any]]) -> None:
    page, summary = run
    text = " ".join(page.split())
    for finding, counts in summary["missing"].items():
        others = counts["patients"] - counts["settles"]
        cells = f"<td>{counts['settles']}</td><td>{others}</td><td>{counts['patients']}</td>"
        assert cells in text, finding
    for line, grades in summary["flow"].items():
        assert all(f"<td>{count}</td>" in text for count in grades.values()), line
    bands = sum(len(grades) for grades in summary["flow"].values())
    assert text.count('class="band"') == bands


def test_an_empty_registry_has_a_page(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", [], ["id", "age"])
    page = tmp_path / "page.html"
    assert main(["cohort", str(source), "-o", str(tmp_path / "o.csv"), "--report", str(page)]) == 0
    parsed(page.read_text())
