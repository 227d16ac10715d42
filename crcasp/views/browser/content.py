"""What the page in the browser is given: the program, its words, and the vocabulary."""

from __future__ import annotations

import os

from clingo import ast

from crcasp.facts.collector import Collector
from crcasp.program.completions import SHOW
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program, program_directory, verdict_files
from crcasp.program.overlays import parse
from crcasp.program.sets import FILES, INPUT, OF_TABLE, OF_VERDICTS
from crcasp.program.terms import BOUNDS
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.results.provenance import overlay_fingerprints, program_fingerprint

VERDICTS = (*verdict_files(), SHOW, PATIENT_CHECK, "page/page.lp")  # grounded for a patient
SETS = (*FILES, INPUT)  # and for its sets
SECONDS = 20  # after which a question is given up


def content(program: Program) -> dict[str, object]:
    """Return what the page reads.

    Raises:
        UsageError: the program is not in order.
    """
    asked = engine(program)
    vocabulary, table = asked.vocabulary, asked.table
    overlays = [_overlay(*overlay) for overlay in program.overlays]
    withdrawn = table.names("withdrawn")
    offers = table.solver.facts("offers", 3)
    offered = {str(therapy) for statement, _, therapy in offers if statement not in withdrawn}
    return {
        "program": "\n".join([*map(_text, VERDICTS), *overlays]),
        "sets": "\n".join([*map(_text, SETS), *overlays]),
        "ofTable": [name for name, _ in OF_TABLE],
        "ofVerdicts": [name for name, _ in OF_VERDICTS],
        "constants": " ".join(f"-c {name}={value}" for name, value in program.constants),
        "seconds": SECONDS,
        "findings": list(vocabulary.findings),
        "form": sorted(vocabulary.findings, key=[*vocabulary.meanings, *vocabulary.findings].index),
        "ofLine": OF_LINE,
        "limits": LIMITS,
        "lines": vocabulary.lines,
        "unnamed": vocabulary.unnamed,
        "signatures": {
            name: [list(domain) for domain in domains]
            for name, domains in Collector(vocabulary, "").signatures.items()
        },
        "meanings": vocabulary.meanings,
        "labels": table.words.labels,
        "texts": {**table.texts, **table.exclusions},
        "exclusions": list(table.exclusions),
        "places": table.order,
        "references": table.references,
        "interpretations": table.interpretations,
        "ranks": table.ranks,
        "locoregional": table.locoregional,
        "order": table.ordered(offered),
        "bounds": BOUNDS,
    }


def origin(program: Program) -> list[tuple[str, str]]:
    """Return what the page was made of, each part with its fingerprint or value."""
    from crcasp import __version__

    overlays = overlay_fingerprints(program)
    return [
        ("Program", f"crcasp {__version__}, fingerprint of lp/ {program_fingerprint()}"),
        *(("Overlay", f"{os.path.basename(name)}, fingerprint {mark}") for name, mark in overlays),
        *(("Constant", f"{name}={value}") for name, value in program.constants),
    ]


def _text(name: str) -> str:
    with open(os.path.join(program_directory(), name), encoding="utf-8") as file:
        return file.read()


def _overlay(name: str, text: str) -> str:
    """Return the statements of an overlay."""
    statements: list[ast.AST] = []
    parse(name, text, statements.append)
    said = (node for node in statements if node.ast_type != ast.ASTType.Comment)
    return "\n".join(map(str, said))
