"""The reports in a real browser: keyboard, narrow screens, an accessibility checker, paper.

Needs Chromium and its driver from the system's packages; skipped where they are absent.
"""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from crcasp import cli, recommend

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMANDS = {
    "nothing tested": ["recommend", "nothing_tested.lp"],
    "many sets": ["recommend", "late_liver_disease.lp"],
    "all known": ["recommend", "left_sided_wild_type.lp"],
    "a reason unknown": ["recommend", "reason_unknown.lp"],
    "out of scope": ["recommend", "out_of_scope.lp"],
    "explain": ["explain", "resectable.lp", "hai"],
    "missing": ["missing", "nothing_tested.lp"],
    "compare": ["compare", "nothing_tested.lp", "left_sided_wild_type.lp"],
    "audit": ["audit"],
}
LONG_HISTORY = {
    "age": 67,
    "ecog": 1,
    "kras": "wild_type",
    "nras": "wild_type",
    "history": [{"received": ["folfox", "bevacizumab"], "stopped": "progression"}]
    + [{"received": ["folfiri", "aflibercept"]}] * 7,
    "contraindicated": ["anti_vegf"],
}
SCHEMES = ("light", "dark")
WIDTHS = (360, 768, 1280)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, words in COMMANDS.items():
        argv = [str(EXAMPLES / word) if word.endswith(".lp") else word for word in words]
        found[name] = folder / f"{name}.html"
        assert cli.main([*argv, "--format", "html", "-o", str(found[name])]) == 0
    for name, patient in (("nothing known", {}), ("a long history", LONG_HISTORY)):
        found[name] = folder / f"{name}.html"
        found[name].write_text(recommend(patient).to_html(), encoding="utf-8")
    found["a registry"] = folder / "a registry.html"
    trial = str(EXAMPLES / "registry" / "trial")
    argv = ["cohort", f"{trial}.csv", "--map", f"{trial}.toml", "-o", str(folder / "answers.csv")]
    assert cli.main([*argv, "--report", str(found["a registry"])]) == 1
    return found


NAMES = [*COMMANDS, "nothing known", "a long history", "a registry"]


def shown(browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> None:
    """Show a page."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(path.as_uri())


def opened(browser: Any) -> None:
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows(browser: Any, pages: dict[str, Path], name: str) -> None:
    for width in WIDTHS:
        shown(browser, pages[name], width)
        opened(browser)
        script = """
        const inside = element => element.closest('.scroll, .sr, .skip, .shapes, .cell.none');
        return [...document.querySelectorAll('body *')]
            .filter(e => !inside(e) && e.getBoundingClientRect().right > window.innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 80))
        """
        assert browser.execute_script(script) == [], width
        page = "return document.documentElement.scrollWidth"
        assert browser.execute_script(page) <= browser.execute_script("return innerWidth")


@pytest.mark.parametrize("name", NAMES)
def test_accessibility_checker_finds_nothing(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    checker = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    for scheme, width in zip(SCHEMES, (360, 1280), strict=True):  # colors and layout, each way
        shown(browser, pages[name], width, scheme)
        opened(browser)
        browser.execute_script(checker)
        found = browser.execute_async_script(
            "const done = arguments[0]; axe.run(document).then(done, e => done(String(e)))"
        )
        told = [(item["id"], item["nodes"][0]["html"][:120]) for item in found["violations"]]
        assert told == [], (scheme, width)
        assert len(found["passes"]) > 10


def test_details_open_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    shown(browser, pages["many sets"])
    states = "return [...document.querySelectorAll('details')].map(d => d.open)"
    number = len(browser.execute_script(states))
    assert number == 2  # all therapies, and the interpretations
    reached = 0
    for _ in range(100):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element.tag_name == "summary":
            key = Keys.ENTER if reached % 2 else Keys.SPACE
            browser.switch_to.active_element.send_keys(key)
            reached += 1
            assert browser.execute_script(states)[:reached] == [True] * reached
        if reached == number:
            break
    assert reached == number


def test_a_derivation_is_drawn(browser: Any, pages: dict[str, Path]) -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed, so that there is no picture")
    shown(browser, pages["explain"])
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    picture = browser.execute_script(
        "return document.querySelector('details svg.picture').getBoundingClientRect().height"
    )
    assert picture > 50


def test_focus_can_be_seen(browser: Any, pages: dict[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    shown(browser, pages["many sets"])
    outlines = []
    for _ in range(4):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        assert browser.switch_to.active_element.tag_name != "body"
        script = "return getComputedStyle(document.activeElement).outlineStyle"
        outlines.append(browser.execute_script(script))
    assert outlines == ["solid"] * 4


@pytest.mark.parametrize(("width", "height"), [(8.27, 11.69), (8.5, 11.0)], ids=["A4", "Letter"])
def test_prints_with_everything_open(
    browser: Any, pages: dict[str, Path], width: float, height: float
) -> None:
    shown(browser, pages["many sets"])
    size = {"paperWidth": width, "paperHeight": height, "printBackground": False}
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", size)["data"])
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    across = {(round(float(x)), round(float(y))) for x, y in boxes}
    assert {min(box) for box in across} <= {round(width * 72), round(width * 72) + 1}
    assert len(boxes) <= 3
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    script = "return document.querySelector('details table.matrix').getBoundingClientRect().height"
    height = browser.execute_script(script)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert height > 50


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_the_network(browser: Any, pages: dict[str, Path], name: str) -> None:
    shown(browser, pages[name])
    script = "return performance.getEntriesByType('resource').map(e => e.name)"
    assert browser.execute_script(script) == []
