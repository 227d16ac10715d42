"""`crcasp recommend`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.recommend import advise


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_files(parser)
    shared.add_format(parser, "text", "json", "html")
    parser.add_argument(
        "--all", action="store_true", help="in the text, the reasons of every set, preferred or not"
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Answer one patient."""
    patient = shared.patient(options.files, shared.program(options))
    return shared.shown(advise(patient, tests=True), options, every_set=options.all), 0
