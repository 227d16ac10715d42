"""Whether `diff` finds that the preferred sets change where only what makes up a set does."""

from __future__ import annotations

from pathlib import Path

import pytest

from crcasp import diff

OVERLAYS = {
    "single_agent": 'single_agent("9").',
    "I9": 'withdrawn("I9").',
    "I19": 'withdrawn("I19").',
    "beside": 'beside("13", tace, capox).',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", OVERLAYS)
def test_the_preferred_sets_change(name: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(OVERLAYS[name])
    found = diff(overlays=[overlay])
    assert found.changes == ()
    assert found.preferred.changes
    assert found.preferred.example
    before, after = found.preferred.example.preferred
    assert before != after


@pytest.mark.slow
def test_two_may_be_better_together_than_each_alone(tmp_path: Path) -> None:
    pair, apart = tmp_path / "pair.lp", tmp_path / "apart.lp"
    pair.write_text(
        'statement("B", any, benefit). text("B", "both"). offers("B", b, (capox; tace)). '
        'only_beside("B", capox, tace). only_beside("B", tace, capox).'
    )
    apart.write_text(
        'exclusion("A", "apart"). bars_pair("A", "A"). never_together("A", tace, capox).'
    )
    found = diff(old=[pair], overlays=[pair, apart])
    assert found.changes == ()
    assert found.preferred.example
    before, after = found.preferred.example.preferred
    assert before == (("capox", "tace"),)
    assert before != after


@pytest.mark.slow
def test_they_are_proved_the_same() -> None:
    found = diff(constants={"unfit_ecog": 2})
    assert found.changes == ()
    assert not found.preferred.changes
    assert [it.what for it in found.as_given] == ["notice"]
    assert not found.same
    assert diff(constants={"max_lines": 30}).same
