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
    patient = shared.patient(options.files, shared.program(options))
    explanation = explained(patient, options.therapy)
    if options.format in ("dot", "svg"):
        from crcasp.views import picture

        draw = {"dot": picture.derivation_dot, "svg": picture.derivation_svg}[options.format]
        return draw(explanation), 0
    return shared.shown(explanation, options), 0
