"""What is no patient, no therapy and no overlay: one clear error that says what was expected."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import crcasp
from crcasp import UsageError

EXAMPLE = Path(__file__).parents[2] / "examples" / "reuse.lp"


@pytest.mark.parametrize("source", [[str(EXAMPLE)], [EXAMPLE], None, 5, [1], object(), StringIO()])
@pytest.mark.parametrize("ask", ["recommend", "missing", "explain", "compare"])
def test_no_source(ask: str, source: Any) -> None:
    more = {"recommend": (), "missing": (), "explain": ("hai",), "compare": ({},)}[ask]
    with pytest.raises(UsageError, match="the path of one fact file, a mapping, or the symbols"):
        getattr(crcasp, ask)(source, *more)


def test_compare_says_so_of_the_second_too() -> None:
    with pytest.raises(UsageError, match="the path of one fact file"):
        crcasp.compare({}, [str(EXAMPLE)])  # type: ignore[list-item]


@pytest.mark.parametrize("therapy", [None, 5, ["hai"]])
def test_no_therapy(therapy: Any) -> None:
    with pytest.raises(UsageError, match="A therapy is a text"):
        crcasp.explain(EXAMPLE, therapy)


@pytest.mark.parametrize("text", [None, 5, b"age(54).", ["age(54)."]])
def test_no_text(text: Any) -> None:
    with pytest.raises(UsageError, match="the text of facts"):
        crcasp.parse_facts(text)


def test_overlays_are_a_list() -> None:
    with pytest.raises(UsageError, match="overlays must be a list of files"):
        crcasp.recommend({}, overlays=str(EXAMPLE))
    with pytest.raises(UsageError, match="overlays must be a list of files"):
        crcasp.recommend({}, overlays=[None])  # type: ignore[list-item]


def test_constants_are_a_mapping() -> None:
    with pytest.raises(UsageError, match="constants must be a mapping"):
        crcasp.recommend({}, constants=["fit_ecog=2"])  # type: ignore[arg-type]


def test_properties_are_a_list() -> None:
    with pytest.raises(UsageError, match="properties must be a list of files"):
        crcasp.audit(properties=str(EXAMPLE))
