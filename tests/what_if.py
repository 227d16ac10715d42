"""The page of `crcasp page` in a browser, for its tests and its benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

READ = """
const text = (root, selector) =>
  [...root.querySelectorAll(selector)].map((element) => element.textContent);
const section = (title) => [...document.querySelectorAll("#answer > section")]
  .find((element) => element.querySelector("h2").textContent === title);
return {
  summary: document.getElementById("summary").textContent,
  notices: text(document, "#answer > .note:not(.issue, .fault)"),
  issues: text(document, "#answer > .issue"),
  faults: text(document, "#answer > .fault, #faults > p"),
  preferred: section("Preferred") ? text(section("Preferred"), "li > b") : [],
  since: section("Since the last change") ? text(section("Since the last change"), "ul > li") : [],
};
"""
WAIT = """
const done = arguments[arguments.length - 1], begun = Date.now();
(function wait() {
  const there = Number(byId("answer").dataset.turn ?? -1) === turn && turn > 0;
  if (there || Date.now() - begun > 60000) done(there); else setTimeout(wait, 1);
})();
"""
ASKED = """
const done = arguments[arguments.length - 1];
const all = arguments[0].map((one) => solver.ask(...one));
Promise.all(all).then(done, ({ message }) => done(message));
"""


class Page:
    """One load of a page in a browser."""

    def __init__(self, browser: Any, path: Path, fragment: str = "") -> None:
        self.browser = browser
        browser.get("about:blank")
        browser.set_script_timeout(120)
        browser.get(f"{path.as_uri()}#{fragment}")
        self.wait()

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page."""
        return self.browser.execute_script(script, *arguments)

    def wait(self) -> None:
        """Wait for the answer to the patient that is in the form now."""
        assert self.browser.execute_async_script(WAIT), "there is no answer"

    def take(self, text: str) -> dict[str, Any]:
        """Give the page a patient as a text, and return what it shows."""
        script = "accept(arguments[0], 'test').finally(arguments[1])"
        self.browser.execute_async_script(script, text)
        return self.shown()

    def shown(self) -> dict[str, Any]:
        """Return what the page shows, once it has answered."""
        self.wait()
        shown: dict[str, Any] = self.run(READ)
        return shown

    def asked(self, *questions: tuple[Any, ...]) -> list[Any]:
        """Return what the worker of the page finds, without showing it."""
        found = self.browser.execute_async_script(ASKED, questions)
        assert isinstance(found, list), found
        return found

    def explain(self, therapy: str) -> str:
        """Show the explanation of one therapy, and return its text."""
        script = "explain(arguments[0], false).then(arguments[1])"
        self.browser.execute_async_script(script, therapy)
        text: str = self.run("return byId('explanation').innerText")
        return text
