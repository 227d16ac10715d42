"""The page that answers by itself, put together."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.views.browser import vendored
from crcasp.views.browser.content import content, origin
from crcasp.views.browser.translate import translated
from crcasp.views.frame import closing

HERE = os.path.dirname(os.path.realpath(__file__))
SCRIPTS = ("solver.js", "form.js", "view.js")
WORKER = ("runtime.js", "worker.js")  # and behind them what is translated
# What worker.js asks of this package, and what it has in the place of the modules themselves.
ASKED = (
    ("crcasp.program.table", "Table"),
    ("crcasp.program.vocabulary", "Vocabulary"),
    ("crcasp.facts.sources", "read_text"),
    ("crcasp.questions.patient", "Patient"),
    ("crcasp.questions.recommend", "advise"),
    ("crcasp.questions.explain", "explained"),
    ("crcasp.views.advice", "advice_document"),
    ("crcasp.views.explanation", "explanation_document"),
)
NATIVE = {
    *("crcasp.program.solver", "crcasp.program.completions.Completions", "crcasp.program.files"),
    *("crcasp.program.engine", "crcasp.results.result"),
}
STYLES = ("../page/templates/page.css", "browser.css")
POLICY = (
    "default-src 'none'; script-src '{script}' 'wasm-unsafe-eval'; style-src '{style}'; "
    "worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)


def page(
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
) -> str:
    """Return one HTML file that answers for any patient in a browser, and asks nobody.

    Args:
        overlays: further `.lp` files of your own, trusted, on top of the program.
        constants: constants of the program to override, such as a limit in years.

    Raises:
        UsageError: an overlay or a constant is not in order.

    >>> from crcasp import page
    >>> page().count("<script")
    3
    """
    return page_of(Program.build(overlays, constants))


def page_of(program: Program) -> str:
    """Return the page of a program that was built."""
    found = content(program)
    worker = [vendored.glue(), *map(_text, WORKER), translated(ASKED, NATIVE)]
    found["worker"] = "\n".join(worker)
    script, style = ("\n".join(map(_text, names)) for names in (SCRIPTS, STYLES))
    packed = gzip.compress(vendored.read("clingo.wasm"), 9, mtime=0)
    return Template(_text("page.html")).substitute(
        policy=POLICY.format(script=_hash(script), style=_hash(style)),
        style=style,
        script=script,
        data=json.dumps(found, ensure_ascii=False).replace("<", "\\u003c"),
        wasm=base64.b64encode(packed).decode(),
        origin="\n".join(
            f"<div><dt>{escape(title)}</dt><dd>{escape(text)}</dd></div>"
            for title, text in origin(program)
        ),
        licenses="\n".join(
            f"<h3>{escape(name)}</h3>\n<pre>{escape(text)}</pre>"
            for name, text in vendored.licenses()
        ),
        closing=closing(engine(program).table),
    )


def _text(name: str) -> str:
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    """Return what a policy calls an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
