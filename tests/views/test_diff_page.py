"""What changes between two tables, as a page and in a notebook."""

from __future__ import annotations

import pytest
from crcasp.views.groups.diff import words
from crcasp.views.tables import diff_text
from pages import inside
from trials import TRIAL, trial

from crcasp import diff

pytestmark = pytest.mark.slow


def test_a_committee_reads_it_from_top_to_bottom() -> None:
    found = trial()
    page = found.to_html()
    inside(page)
    order = ["For whom", "Why", "Smallest patient", "Lowered", "Proved unchanged"]
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


def test_therapies_that_change_alike_are_said_together() -> None:
    found = trial()
    text = " ".join(diff_text(found, words(found)).split())
    assert text.count("by KEYNOTE-177") == 3  # gained, lowered twice
    assert "FOLFIRI + bevacizumab and FOLFOX + bevacizumab: eligible (benefit) before" in text
    assert "for FOLFOX + bevacizumab FOLFOX and oxaliplatin besides" in text
