"""`crcasp explain`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.explain import explained


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_files(parser)
    parser.add_argument(
        "therapy", metavar="THERAPY", help="a regimen, REGIMEN+PARTNER or a locoregional therapy"
    )
    shared.add_format(parser, "text", "json", "html", "dot", "svg")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Explain the verdict on one therapy."""
    program = shared.program(options)
    explanation = explained(shared.patient(options.files, program), options.therapy, program)
    if options.format == "json":
        return shared.as_json(explanation.to_dict()), 0
    if options.format == "html":
        return explanation.to_html(), 0
    from crcasp.views.wording import words_of

    words = words_of(explanation.origin)
    if options.format in ("dot", "svg"):
        from crcasp.views.picture import derivation_dot, derivation_svg

        draw = derivation_dot if options.format == "dot" else derivation_svg
        return draw(explanation, words), 0
    from crcasp.views.text import explanation_text

    return explanation_text(explanation, words, shared.width()), 0
