"""How large and how fast the page of `crcasp page` is, in headless Chromium; and its picture.

Run by hand, on a quiet machine: `python tests/bench/page.py`. With `--picture` it makes
`examples/page.webp` anew, which the README shows.
"""

from __future__ import annotations

import base64
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from crcasp import page
from crcasp.views.browser.page import HERE, SCRIPTS, WORKER

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import reading  # noqa: E402
from browsers import chromium  # noqa: E402
from what_if import Page  # noqa: E402

PATIENTS = 200
PICTURE = ROOT / "examples" / "page.webp"
SHOWN = (
    "age(54). side(left). nras(wild_type). mmr(proficient). country(other).",
    "age(54). side(left). nras(wild_type). mmr(proficient). country(other). kras(wild_type).",
)
FIRST = """
const [first] = performance.getEntriesByName("answer");
return first.startTime + first.duration;
"""
LATER = "return performance.getEntriesByName('answer').slice(1).map((entry) => entry.duration)"


def measured(browser: Any, path: Path) -> None:
    """Print the sizes and the durations."""
    lines = {
        name: len((Path(HERE) / name).read_text(encoding="utf-8").splitlines())
        for name in (*SCRIPTS, *WORKER)
    }
    print(f"page            {path.stat().st_size / 1e6:8.2f} MB")
    counts = ", ".join(f"{name} {number}" for name, number in lines.items())
    print(f"JavaScript      {sum(lines.values()):8} lines: {counts}")
    firsts = []
    for _ in range(5):
        shown = Page(browser, path)
        firsts.append(shown.run(FIRST))
    print(f"first answer    {statistics.median(firsts):8.0f} ms from the start (below 1000)")
    rng = random.Random(1)
    for _ in range(PATIENTS):
        shown.take(reading.random_patient(rng).facts())
    later = sorted(shown.run(LATER))
    high = later[int(0.95 * len(later))]
    median = statistics.median(later)
    print(f"later answers   {median:8.0f} ms (below 120), 95 % below {high:.0f} ms")


def pictured(browser: Any, path: Path) -> None:
    """Make the picture of the README anew."""
    size = {"width": 1180, "height": 860, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    shown = Page(browser, path)
    for text in SHOWN:
        shown.take(text)
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 70})
    PICTURE.write_bytes(base64.b64decode(taken["data"]))
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Measure, or make the picture."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page(), encoding="utf-8")
        browser = chromium()
        if browser is None:
            sys.exit("Chromium and its driver are not installed: apt-get install chromium-driver")
        try:
            (pictured if "--picture" in sys.argv else measured)(browser, path)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
