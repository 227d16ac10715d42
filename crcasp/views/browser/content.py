"""What a page that answers by itself is given: the program, its words, and the vocabulary."""

from __future__ import annotations

import os
import re
from unicodedata import name

from clingo import ast

from crcasp.facts.collector import Collector
from crcasp.program.engine import READ, engine
from crcasp.program.files import Program, program_directory
from crcasp.program.overlays import parse
from crcasp.program.terms import BOUNDS
from crcasp.program.vocabulary import LIMITS, OF_LINE
from crcasp.results.provenance import overlay_fingerprints, program_fingerprint
from crcasp.views.groups.comparison import TITLES
from crcasp.views.groups.explanation import HOLDS, PASSED
from crcasp.views.wording import NO_VERDICT, SCOPE

QUESTIONS = {  # the files beside the main program, for each question of the page
    "answer": (*READ, "page/answer.lp"),
    "explanation": (*READ, "explain/state.lp", "explain/conditions.lp", "page/explain.lp"),
    "changes": ("any/variants.lp", "explain/changes.lp", "page/kept.lp", "page/minimal.lp"),
    "values": ("any/variants.lp", "explain/changes.lp", "page/kept.lp", "page/values.lp"),
    "barred": ("any/variants.lp", "page/barred.lp", "page/minimal.lp"),
}
SECONDS = 20  # after which a question is given up
NAMED = (*range(0xA0, 0x100), *range(0x2000, 0x2070))  # characters that stray into a fact file
_INCLUDE = re.compile(r'^#include ".*"\.$', re.MULTILINE)  # of our own: listed in QUESTIONS


def content(program: Program) -> dict[str, object]:
    """Return what the page reads.

    Raises:
        UsageError: the program is not in order.
    """
    asked = engine(program)
    vocabulary, table = asked.vocabulary, asked.table
    beside = dict.fromkeys(name for names in QUESTIONS.values() for name in names)
    bands: dict[str, list[tuple[int, int]]] = {}
    for finding, low, top in sorted(table.solver.facts("band", 3), key=lambda row: row[1:]):
        bands.setdefault(str(finding), []).append((int(low), int(top)))
    return {
        "program": "\n".join(map(_text, program.files())),
        "files": {name: _text(name) for name in beside},
        "overlays": "\n".join(_overlay(*overlay) for overlay in program.overlays),
        "options": " ".join(
            ["--opt-mode=ignore", *(f"-c {name}={value}" for name, value in program.constants)]
        ),
        "questions": QUESTIONS,
        "choices": vocabulary.choices(),
        "seconds": SECONDS,
        "findings": list(vocabulary.findings),
        "form": sorted(vocabulary.findings, key=[*vocabulary.meanings, *vocabulary.findings].index),
        "ofLine": OF_LINE,
        "limits": LIMITS,
        "lines": vocabulary.lines,
        "signatures": {
            name: [list(domain) for domain in domains]
            for name, domains in Collector(vocabulary, "").signatures.items()
        },
        "meanings": vocabulary.meanings,
        "labels": table.words.labels,
        "texts": {**table.texts, **table.exclusions},
        "exclusions": list(table.exclusions),
        "references": table.references,
        "interpretations": table.interpretations,
        "ranks": table.ranks,
        "locoregional": table.locoregional,
        "order": table.ordered(table.places),
        "bands": bands,
        "bounds": BOUNDS,
        "characters": {f"{code:04X}": name(chr(code), "") for code in NAMED},
        "words": {
            "unknown": table.words.name(None),
            "became": TITLES,
            "holds": HOLDS,
            "passed": PASSED,
            "scope": SCOPE,
            "none": NO_VERDICT,
        },
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
    """Return a file of `lp/` as it is, but for the files that it includes."""
    with open(os.path.join(program_directory(), name), encoding="utf-8") as file:
        return _INCLUDE.sub("", file.read())


def _overlay(name: str, text: str) -> str:
    """Return the statements of an overlay."""
    statements: list[ast.AST] = []
    parse(name, text, statements.append)
    said = (node for node in statements if node.ast_type != ast.ASTType.Comment)
    return "\n".join(map(str, said))
