"""`crcasp missing`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.missing import what_is_missing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_files(parser)
    shared.add_format(parser, "text", "json", "html")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Say what is missing."""
    patient = shared.patient(options.files, shared.program(options))
    missing = what_is_missing(patient)
    return shared.shown(missing, options), 0
