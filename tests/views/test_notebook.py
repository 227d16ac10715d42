"""What a notebook shows: the short answer, without anything that is extra."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from crcasp.views.notebook import short_html

from crcasp import Advice, Audit, cli, compare, explain, missing, recommend
from crcasp.results.result import Result

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENT = EXAMPLES / "resectable.lp"
OTHER = EXAMPLES / "nothing_tested.lp"


@pytest.mark.parametrize("command", ["recommend", "explain", "missing", "compare"])
def test_is_the_text(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.setenv("PATH", "")
    more = {"explain": ["hai"], "compare": [str(OTHER)]}.get(command, [])
    assert cli.main([command, str(PATIENT), *more]) == 0
    results: dict[str, Callable[[], Result]] = {
        "recommend": lambda: recommend(PATIENT),
        "explain": lambda: explain(PATIENT, "hai"),
        "missing": lambda: missing(PATIENT),
        "compare": lambda: compare(PATIENT, OTHER),
    }
    shown = ElementTree.fromstring(short_html(results[command]()))
    assert shown.tag == "pre"
    assert "".join(shown.itertext()) == capsys.readouterr().out


def test_made_by_hand() -> None:
    assert "Patient    first." in short_html(Advice(True, "first", (), (), ()))
    assert "everything that must hold was proved" in short_html(Audit((), (), 4, 0.1))


def test_names_come_through_harmlessly() -> None:
    shown = short_html(Advice(False, "first", ("<script>&amp;",), (), ()))
    assert "<script" not in shown
    assert "<script>&amp;" in unescape(shown)
