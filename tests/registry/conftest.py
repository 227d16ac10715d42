"""What the tests of a registry share; without the extra they are skipped."""

from functools import cache

import pytest

pytest.importorskip("polars", reason="the extra crcasp[cohort] is not installed")
pytest.importorskip("pyarrow", reason="the extra crcasp[cohort] is not installed")

from runs import run

from crcasp.registry import advisor, update_impact
from crcasp.registry.evaluation import Evaluator

_evaluator = cache(Evaluator)  # the groundings of a program, made once for all tests


@pytest.fixture(autouse=True)
def one_evaluator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share what takes most of the time, where the evaluation itself is not the matter."""
    if request.path.name != "test_evaluation.py":
        for module in (advisor, update_impact):
            monkeypatch.setattr(module, "Evaluator", _evaluator)


__all__ = ["run"]
