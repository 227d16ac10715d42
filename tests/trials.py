"""What one trial changes of the table, found once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crcasp import Diff, diff

TRIAL = Path(__file__).parents[1] / "examples/overlays/since_2019/keynote_177.lp"


@cache
def trial() -> Diff:
    return diff(overlays=[TRIAL])
