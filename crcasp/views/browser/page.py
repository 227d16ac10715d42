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

from clingo import ast

from crcasp.program.completions import SHOW
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program, path_of, verdict_files
from crcasp.program.overlays import told_apart
from crcasp.program.sets import FILES, INPUT
from crcasp.program.syntax import named_statements
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.questions.changes import OPTIONAL
from crcasp.questions.explain import PASSED
from crcasp.results.provenance import overlay_fingerprints, program_fingerprint
from crcasp.views.browser import vendored
from crcasp.views.browser.translate import translated
from crcasp.views.frame import closing
from crcasp.views.phrases import capital

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
VERDICTS = verdict_files()  # grounded for what the program says of itself, and for a patient
SETS = (*FILES, INPUT)  # and for its sets
SHOWN = (SHOW, "page/page.lp")  # with the former, for a patient
BESIDE = (PATIENT_CHECK, PASSED, OPTIONAL)  # and as asked
SECONDS = 20  # after which a question is given up
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


def content(program: Program) -> dict[str, object]:
    """Return what the page reads.

    Raises:
        UsageError: the program is not in order.
    """
    asked = engine(program)
    vocabulary, words = asked.vocabulary, asked.table.words
    verdicts, sets, read = program.divided
    named = program._replace(
        overlays=tuple((os.path.basename(it), "") for it, _ in program.overlays)
    )
    signatures = vocabulary.signatures
    names = {str(value) for domains in signatures.values() for it in domains for value in it}
    return {
        "given": {
            "texts": {
                "verdicts": "\n".join(
                    [*map(_lp, VERDICTS), *map(_overlay, verdicts), told_apart(verdicts)]
                ),
                "sets": "\n".join([*map(_lp, SETS), *map(_overlay, sets)]),
                "shown": "\n".join(map(_lp, SHOWN)),
                **{name: _lp(name) for name in BESIDE},
            },
            "divided": [[], [], sorted(read)],
            "options": " ".join(f"-c {name}={value}" for name, value in program.constants),
            "constants": program.constants,
            "constrained": asked.constrained,
            "unsourced": asked.unsourced,
            "defaults": asked.table.defaults,
            "none": str(named.without_answer()),
        },
        "seconds": SECONDS,
        "form": sorted(vocabulary.findings, key=[*vocabulary.meanings, *vocabulary.findings].index),
        "ofLine": OF_LINE,
        "limits": LIMITS,
        "lines": vocabulary.lines,
        "signatures": {name: [[*domain] for domain in of] for name, of in signatures.items()},
        "meanings": vocabulary.meanings,
        "words": {name: words.name(name) for name in sorted(names)}
        | {name: capital(words.name(name)) for name in (*vocabulary.findings, *LIMITS)},
    }


def origin(program: Program) -> list[tuple[str, str]]:
    """Return what the page was made of, each part with its fingerprint or value."""
    from crcasp import __version__

    overlays, solver = overlay_fingerprints(program), vendored.manifest()
    return [
        ("Program", f"crcasp {__version__}, fingerprint of lp/ {program_fingerprint()}"),
        *(("Overlay", f"{os.path.basename(name)}, fingerprint {mark}") for name, mark in overlays),
        *(("Constant", f"{name}={value}") for name, value in program.constants),
        ("Solver", f"{solver['package']} {solver['version']}"),
    ]


def _lp(name: str) -> str:
    return _text(path_of(name))


def _overlay(overlay: tuple[str, str]) -> str:
    """Return the statements of an overlay."""
    said = (it for it in named_statements(*overlay) if it.ast_type != ast.ASTType.Comment)
    return "\n".join(map(str, said))


def _text(name: str) -> str:
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    """Return what a policy calls an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
