"""A fixed sample of the mutants of the program: each is noticed, or listed as equivalent."""

from __future__ import annotations

import os
from functools import partial

import mutants
import pytest

SAMPLE = 8


@pytest.mark.slow
def test_no_mutant_goes_unnoticed() -> None:
    """`python tests/mutants.py` says it of all of them."""
    ask = partial(mutants.noticed, known=mutants.as_it_is())
    judged = mutants.judge(mutants.sample(mutants.JUDGED, SAMPLE), os.cpu_count() or 1, ask)
    alive = {mutant.name for mutant, end in judged if end == mutants.SAME}
    assert alive <= mutants.equivalent()
