"""What the page in the browser is given: the program, its words, and the vocabulary."""

from __future__ import annotations

import os

from clingo import ast

from crcasp.program.completions import SHOW
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program, path_of, verdict_files
from crcasp.program.overlays import told_apart
from crcasp.program.sets import FILES, INPUT
from crcasp.program.syntax import parse
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.questions.changes import OPTIONAL
from crcasp.questions.explain import PASSED
from crcasp.results.provenance import overlay_fingerprints, program_fingerprint
from crcasp.views.browser.vendored import manifest
from crcasp.views.phrases import capital

VERDICTS = verdict_files()  # grounded for what the program says of itself, and for a patient
SETS = (*FILES, INPUT)  # and for its sets
SHOWN = (SHOW, "page/page.lp")  # with the former, for a patient
BESIDE = (PATIENT_CHECK, PASSED, OPTIONAL)  # and as asked
SECONDS = 20  # after which a question is given up


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
                    [*map(_text, VERDICTS), *map(_overlay, verdicts), told_apart(verdicts)]
                ),
                "sets": "\n".join([*map(_text, SETS), *map(_overlay, sets)]),
                "shown": "\n".join(map(_text, SHOWN)),
                **{name: _text(name) for name in BESIDE},
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

    overlays, solver = overlay_fingerprints(program), manifest()
    return [
        ("Program", f"crcasp {__version__}, fingerprint of lp/ {program_fingerprint()}"),
        *(("Overlay", f"{os.path.basename(name)}, fingerprint {mark}") for name, mark in overlays),
        *(("Constant", f"{name}={value}") for name, value in program.constants),
        ("Solver", f"{solver['package']} {solver['version']}"),
    ]


def _text(name: str) -> str:
    with open(path_of(name), encoding="utf-8") as file:
        return file.read()


def _overlay(overlay: tuple[str, str]) -> str:
    """Return the statements of an overlay."""
    statements: list[ast.AST] = []
    parse(*overlay, statements.append)
    said = (node for node in statements if node.ast_type != ast.ASTType.Comment)
    return "\n".join(map(str, said))
