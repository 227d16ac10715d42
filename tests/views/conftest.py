"""A real browser, for the tests of pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; a test that needs it is skipped where it is not installed."""
    pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from browsers import chromium

    try:
        chrome = chromium()
    except Exception as error:
        if os.environ.get("CRCASP_BROWSER") == "required":
            raise
        pytest.skip(f"Chromium does not start: {error}")
    if chrome is None:
        pytest.skip("Chromium and its driver are not installed: apt-get install chromium-driver")
    yield chrome
    chrome.quit()
