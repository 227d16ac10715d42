"""What the tests of a registry share; without the extra they are skipped."""

import pytest

pytest.importorskip("polars", reason="the extra crcasp[cohort] is not installed")
pytest.importorskip("pyarrow", reason="the extra crcasp[cohort] is not installed")

from runs import run

__all__ = ["run"]
