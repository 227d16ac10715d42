"""How the tests are spread over the cores."""

from __future__ import annotations

import gc
from itertools import groupby

import pytest

gc.set_threshold(200_000, 20, 100)  # ground programs are many small objects that stay
MADE_ONCE = {"browser", "pages", "solver", "whole"}  # fixtures that take long to make


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Tests that are named one by one run here, as a debugger and `-s` need it."""
    return 0 if any("::" in argument for argument in config.args) else None


def made_once(item: pytest.Item) -> bool:
    """Whether a test shares what takes long to make."""
    return not MADE_ONCE.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one core, which remembers what is made there; slow tests fill the gaps."""
    for _, kind in groupby(items, key=lambda item: getattr(item, "originalname", item.name)):
        for place, item in enumerate(kind):
            some = item.get_closest_marker("one_in")
            if some and place % some.args[0]:
                item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not made_once(item))  # so that none of these is left for the end
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        if made_once(item) or not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
