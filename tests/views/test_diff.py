"""What changes between two tables, as a page and in a notebook."""

from __future__ import annotations

from pathlib import Path

from pages import inside

from crcasp import diff

TRIAL = Path(__file__).parents[2] / "examples/overlays/since_2019/keynote_177.lp"


def test_a_committee_reads_it_from_top_to_bottom() -> None:
    found = diff(overlays=[TRIAL])
    page = found.to_html()
    inside(page)
    order = ["For whom", "Why", "KEYNOTE-177", "Smallest patient", "Lowered", "Proved unchanged"]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "fingerprint" in page
    assert "Old table" in page
    assert "pembrolizumab" in found._repr_html_()


def test_an_old_table_with_an_overlay_is_named() -> None:
    page = diff(old=[TRIAL]).to_html()
    inside(page)
    assert "Overlay of the old table" in page
    assert "Lost" in page
