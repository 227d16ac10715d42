"""How the tests are spread over the cores."""

from __future__ import annotations

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Tests that are named one by one run here, as a debugger and `-s` need it."""
    return 0 if any("::" in argument for argument in config.args) else None
