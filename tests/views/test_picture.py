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
from clingo import parse_term

from crcasp import cli, explain
from crcasp.program.files import Program
from crcasp.program.wording import Wording
from crcasp.views.picture import derivation_svg, map_dot, map_svg
from crcasp.views.picture.drawing import digraph
from crcasp.views.tree import Node, tree

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
    found = re.findall(r'\blabel=(?:"((?:[^"\\]|\\.)*)"|(\w+))', source, re.DOTALL)
    texts = [html.unescape((quoted or plain).replace('\\"', '"')) for quoted, plain in found]
    return Counter(line.strip() for text in texts for line in text.split("\n") if line.strip())


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
    source = map_dot(Program.build([EXAMPLES / "overlays" / "beacon.lp"]))
    assert "BEACON (benefit)" in source
    assert "encorafenib + cetuximab" in source


@pytest.mark.usefixtures("dot")
def test_refers_to_nothing_outside() -> None:
    svg = map_svg(Program())
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|href|url\(|@import", svg)


@pytest.mark.usefixtures("dot")
def test_names_come_through_harmlessly() -> None:
    root = Node("therapy", NASTY, "met", (Node("fact", f"<{NASTY}>", "unmet"),))
    drawn = "".join(words(derivation_svg(root, alone=True))).replace(" ", "").replace("\xa0", "")
    assert NASTY.replace(" ", "") in drawn
    assert f"<{NASTY}>".replace(" ", "") in drawn


def test_the_same_in_every_process() -> None:
    command = [sys.executable, "-m", "crcasp", "map", "--format", "dot"]
    found = set()
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.add(run.stdout)
    assert len(found) == 1


@pytest.mark.usefixtures("dot")
def test_explain_as_svg(capsys: pytest.CaptureFixture[str]) -> None:
    patient = str(EXAMPLES / "resectable.lp")
    assert cli.main(["explain", patient, "hai", "--format", "svg"]) == 0
    texts = " ".join(words(capsys.readouterr().out))
    root = tree(explain(patient, "hai"), Wording({"hai": "HAI"}))
    assert root.text in texts
    assert "not met: " in texts


def test_without_dot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert cli.main(["map"]) == 2
    said = capsys.readouterr().err
    assert "install Graphviz" in said
    assert said.count("\n") == 1
    assert cli.main(["map", "--format", "dot"]) == 0
    assert cli.main(["explain", str(EXAMPLES / "resectable.lp"), "hai", "--format", "dot"]) == 0


def test_without_clingraph(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "clingraph.graphviz", None)
    assert cli.main(["map"]) == 2
    assert "crcasp[graph]" in capsys.readouterr().err
    assert cli.main(["explain", str(EXAMPLES / "resectable.lp"), "hai", "--format", "dot"]) == 0


def test_facts_of_a_drawing_that_is_not_named() -> None:
    facts = [parse_term(text) for text in ("graph(default)", "node(a,default)")]
    assert "a" in digraph(facts, str).source
