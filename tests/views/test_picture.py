"""Pictures: drawn from facts, harmless, the same every time; the one in the README is current."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest

from crcasp import cli, explain
from crcasp.errors import NotInstalledError, UsageError
from crcasp.program.files import Program
from crcasp.views.picture import map_dot, map_svg
from crcasp.views.picture.derivation import Node, _tree_dot, tree
from crcasp.views.picture.dot import svg

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<b>&amp;</b> "quoted" \\" \\N \\l {{ 7 * 7 }} ümläut \u05e9\u05dc\u05d5\u05dd <'


@pytest.fixture
def dot() -> None:
    """Skip where Graphviz is not installed."""
    from shutil import which

    if which("dot") is None:
        pytest.skip("Graphviz is not installed")


def words(svg: str) -> Counter[str]:
    """The lines of text in a picture."""
    root = ElementTree.fromstring(svg)
    return Counter("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def labels(source: str) -> Counter[str]:
    """The lines of text in a graph."""
    texts = map(html.unescape, re.findall(r'\blabel="((?:[^"\\]|\\.)*)"', source))
    return Counter(line.strip() for text in texts for line in text.split("\\n") if line.strip())


def test_the_map_in_the_readme_is_current() -> None:
    svg = (EXAMPLES / "map.svg").read_text(encoding="utf-8")
    source = map_dot(Program())
    drawn = Counter({text.strip(): number for text, number in words(svg).items()})
    assert drawn == labels(source), f"write it anew: crcasp map -o {EXAMPLES / 'map.svg'}"
    seen = [line for line in source.splitlines() if "->" in line and "invis" not in line]
    assert svg.count('class="edge') == len(seen)


def test_the_map_holds_every_statement_and_exclusion() -> None:
    texts = "\n".join(labels(map_dot(Program())))
    table = (ROOT / "lp" / "table.lp").read_text(encoding="utf-8")
    for statement, grade in re.findall(
        r'^statement\("([\d.]+)", \w+, (\w+)\)', table, re.MULTILINE
    ):
        assert f"{statement} ({grade})" in texts
    for exclusion in re.findall(r'^exclusion\("(X\d)"', table, re.MULTILINE):
        assert f"{exclusion}: " in texts


def test_an_overlay_is_on_the_map() -> None:
    source = map_dot(Program.build([EXAMPLES / "overlays" / "since_2019" / "beacon.lp"]))
    assert "BEACON (benefit)" in source
    assert "encorafenib + cetuximab" in source


@pytest.mark.usefixtures("dot")
def test_refers_to_nothing_outside() -> None:
    svg = map_svg(Program())
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|href|url\(|@import", svg)


@pytest.mark.usefixtures("dot")
def test_names_come_through_harmlessly() -> None:
    root = Node("therapy", NASTY, "met", (Node("fact", f"<{NASTY}>", "not_met"),))
    drawn = (
        "".join(words(svg(_tree_dot(root), NASTY, alone=True))).replace(" ", "").replace("\xa0", "")
    )
    assert NASTY.replace(" ", "") in drawn
    assert f"<{NASTY}>".replace(" ", "") in drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["map"], ["explain", "examples/resectable.lp", "hai"]], ids=["map", "explain"]
)
def test_the_same_in_every_process(command: list[str]) -> None:
    argv = [sys.executable, "-m", "crcasp", *command, "--format", "dot"]
    found = set()
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1
    assert found.pop().count(" -> ") > 10


@pytest.mark.usefixtures("dot")
def test_explain_as_svg(capsys: pytest.CaptureFixture[str]) -> None:
    patient = str(EXAMPLES / "resectable.lp")
    assert cli.main(["explain", patient, "hai", "--format", "svg"]) == 0
    texts = " ".join(words(capsys.readouterr().out))
    root = tree(explain(patient, "hai"))
    assert root.text in texts
    assert "; needs " in texts


def test_what_several_rest_on_is_drawn_once() -> None:
    fact = Node("fact", "age(60)", "met")
    ways = [
        Node("statement", "the same", "met", (Node("finding", x, "met", (fact,)),)) for x in "ab"
    ]
    source = _tree_dot(Node("therapy", "x", "met", tuple(ways)))
    assert labels(source) == {"x": 1, "the same": 2, "a": 1, "b": 1, "age(60)": 1}
    assert source.count(" -> ") == 6


@pytest.mark.usefixtures("dot")
def test_dot_and_svg_are_one_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["explain", str(EXAMPLES / "resectable.lp"), "hai", "--format"]
    assert cli.main([*argv, "dot"]) == 0
    source = capsys.readouterr().out
    assert cli.main([*argv, "svg"]) == 0
    picture = capsys.readouterr().out
    drawn = Counter({text.strip(): number for text, number in words(picture).items()})
    assert drawn == labels(source)
    kinds = re.findall(r'class="((?:therapy|statement|exclusion|finding|fact) \w+)"', source)
    assert Counter(kinds) == Counter(re.findall(r'<g class="node ([^"]+)"', picture))
    assert picture.count('<g class="edge ') == source.count(" -> ")


def test_without_dot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    patient = str(EXAMPLES / "resectable.lp")
    for argv in (["map"], ["explain", patient, "hai", "--format", "svg"]):
        assert cli.main(argv) == 2
        said = capsys.readouterr().err
        assert "Graphviz" in said
        assert "apt-get install graphviz" in said
        assert said.count("\n") == 1
    assert cli.main(["map", "--format", "dot"]) == 0
    assert cli.main(["explain", patient, "hai", "--format", "dot"]) == 0
    with pytest.raises(NotInstalledError):
        map_svg(Program())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no memory >&2; exit 3", "dot cannot draw this: no memory."),
        ("exit 3", "dot cannot draw this: status 3."),
        ("sleep 9", "dot did not draw this in 0.2 s"),
    ],
)
def test_dot_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, said: str
) -> None:
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\nexec 0<&-\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("crcasp.views.picture.dot.PATIENCE", 0.2 if "sleep" in script else 60)
    with pytest.raises(UsageError, match=re.escape(said)):
        svg("digraph {}", "nothing", alone=True)
