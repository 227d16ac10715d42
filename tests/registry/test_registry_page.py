"""The page of a registry: valid, self-contained, and true to the summary."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from pages import inside, parsed
from registries import row_of, varied_patients, written
from words import CLOSING

from crcasp.cli import main
from crcasp.registry.outcome import CONCORDANCE
from crcasp.registry.report import LABEL, NARROW, WIDTH


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
    assert all(f'<th scope="col">{it.replace("_", " ")}</th>' in text for it in CONCORDANCE)
    for finding, counts in summary["missing"].items():
        others = counts["patients"] - counts["settles"]
        cells = f"<td>{counts['settles']}</td><td>{others}</td><td>{counts['patients']}</td>"
        assert cells in text, finding
    for line, grades in summary["flow"].items():
        assert all(f"<td>{count}</td>" in text for count in grades.values()), line
    bands = sum(len(grades) for grades in summary["flow"].values())
    assert text.count('class="band"') == bands


def test_bars_carry_their_numbers_of_patients(run: tuple[str, dict[str, Any]]) -> None:
    page, summary = run
    bars = re.findall(
        r'text-anchor="end">([^<]*), ([\d,]+)</text>(.*?)(?=<text x="202"|</svg>)', page, re.S
    )
    drawn = {label: (int(total), parts) for label, total, parts in bars}
    for given, counts in summary["concordance"].items():
        label = {"folfox": "FOLFOX", "capox": "CAPOX"}.get(given, "FOLFOX + cetuximab with HAI")
        total, parts = drawn[label]
        assert total == sum(counts.values())
        numbers = [int(n) for n in re.findall(r'class="number"[^>]*>(\d+)<', parts)]
        wide = [count for count in counts.values() if count / total >= NARROW / (WIDTH - LABEL)]
        assert sorted(numbers) == sorted(wide), given
    assert len(summary["concordance"]) == 3


def test_errors_by_cause(run: tuple[str, dict[str, Any]]) -> None:
    page, summary = run
    text = html.unescape(page)
    assert len(summary["causes"]) == 2
    for cause in summary["causes"]:
        assert f"<bdi>{cause['cause']}</bdi></th><td>{cause['rows']}</td>" in text
        assert all(f"<bdi>{first}</bdi>" in text for first in cause["first"])


@pytest.mark.slow
def test_what_it_says_reproduces_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.lp").write_text("s1_used_in(taiwan).\n")
    Path("in.dat").write_text(
        'id~AGE~R "1"~A~B~treated\n1~50~W\\T~mut~x~folfox\n2~x~~~~sox\n3~5~?~~~\n'
    )
    Path("first.toml").write_text(
        '[columns]\nras = \'R "1"\'\n[values.ras]\n"W\\\\T" = "wild_type"\n'
    )
    options = [
        "--map",
        "first.toml",
        "--column",
        "given=treated",
        "--rule",
        "kras=A,B:mutant/wild_type",
    ]
    options += ["--unknown", "?", "--unknown", "x", "--value", "kras:mut=mutant"]
    more = ["--separator", "~", "--format", "csv", "-c", "younger_age=60", "--with", "own.lp"]
    assert main(["cohort", "in.dat", "-o", "out.csv", *options, *more, "--report", "1.html"]) == 1
    page = Path("1.html").read_text()
    for name in ("in.dat", "first.toml"):
        digest = hashlib.sha256(Path(name).read_bytes()).hexdigest()[:16]
        assert f"<bdi>{name}</bdi>, fingerprint <code>{digest}</code>" in page
    said = html.unescape(page)
    written_map = re.search(r'aria-label="The map, as a file">(.*?)</pre>', said, re.S)
    command = re.search(r"<code>crcasp (cohort INPUT [^<]*)</code>", said)
    assert written_map is not None
    assert command is not None
    Path("map.toml").write_text(written_map[1])
    again = (
        command[1].replace("INPUT", "in.dat").replace("OUTPUT", "2.csv").replace("FILE", "2.html")
    )
    assert main(shlex.split(again)) == 1
    assert Path("2.csv").read_bytes() == Path("out.csv").read_bytes()

    def without_the_name(text: str) -> str:
        return re.sub(r"<div><dt>Map</dt>.*?</div>", "", text)

    assert without_the_name(Path("2.html").read_text()) == without_the_name(page)


def test_an_empty_registry_has_a_page(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", [], ["id", "age"])
    page = tmp_path / "page.html"
    assert main(["cohort", str(source), "-o", str(tmp_path / "o.csv"), "--report", str(page)]) == 0
    parsed(page.read_text())
