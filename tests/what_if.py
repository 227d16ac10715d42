"""The page of `crcasp page` in a browser, for its tests and its benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

READ = """
const text = (root, selector) =>
  [...root.querySelectorAll(selector)].map((element) => element.textContent);
const section = (title) => [...document.querySelectorAll("#answer > section")]
  .find((element) => element.querySelector("h2").textContent === title);
const within = (title, selector) => (section(title) ? text(section(title), selector) : []);
const therapies = {};
for (const { dataset } of document.querySelectorAll("[data-status]:not([data-status=''])")) {
  therapies[dataset.therapy] = { ...dataset };
}
return {
  summary: document.getElementById("summary").textContent,
  notices: text(document, "#answer > .note:not(.issue, .fault)"),
  issues: text(document, "#answer > .issue"),
  faults: text(document, "#answer > .fault, #faults > p"),
  sets: current ? current.sets.map(({ grade, therapies }) => ({ grade, therapies,
    preferred: current.preferred.some((set) => set.therapies === therapies) })) : [],
  preferred: within("Preferred", ":scope > ul:not(.reasons) > li"),
  why: within("Preferred", ":scope > .reasons > li"),
  undetermined: within("Undetermined until it is known", "li"),
  excluded: within("Excluded", "li"),
  since: within("Since the last change", ":scope > ul > li"),
  choices: within("Interpretations relied on", "dt"),
  order: current ? [...current.verdicts.keys()] : [],
  therapies,
};
"""
WAIT = """
const done = arguments[arguments.length - 1], begun = Date.now();
(function wait() {
  const there = Number(byId("answer").dataset.turn ?? -1) === turn && turn > 0;
  if (there || Date.now() - begun > 60000) done(there); else setTimeout(wait, 1);
})();
"""
EXPLAINED = """
const done = arguments[arguments.length - 1], therapy = arguments[0];
delete byId("explanation").dataset.therapy;
explain(therapy, false).then(() => {
  const walk = (list) => [...list.children].map((item) => [item.querySelector("span").textContent,
    item.querySelector("ul") ? walk(item.querySelector("ul")) : []]);
  const root = byId("explanation"), one = (selector) => root.querySelector(selector);
  done({
    found: explained.map((change) => Object.fromEntries(change)),
    states: [...root.querySelectorAll(".tree > li")].map((item) => item.className.split(" ")[1]),
    tree: one(".tree") ? walk(one(".tree")) : [],
    changes: [...root.querySelectorAll(".changes > li")].map((item) => item.textContent),
    remarks: [...root.querySelectorAll(".remark")].map((item) => item.textContent),
    faults: [...root.querySelectorAll(".fault")].map((item) => item.textContent),
  });
});
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
        self.run("accept(arguments[0], 'test')", text)
        return self.shown()

    def shown(self) -> dict[str, Any]:
        """Return what the page shows, once it has answered."""
        self.wait()
        shown: dict[str, Any] = self.run(READ)
        return shown

    def explained(self, therapy: str) -> dict[str, Any]:
        """Return the explanation of one therapy."""
        shown: dict[str, Any] = self.browser.execute_async_script(EXPLAINED, therapy)
        return shown


def read(text: str) -> str:
    """Return the call that reads a text in the page."""
    return "return read(arguments[0])"
