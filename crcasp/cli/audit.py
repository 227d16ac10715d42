"""`crcasp audit`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.program.trusted import read_all_trusted
from crcasp.questions.audit import AllPatients

REFUTED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_format(parser, "text", "json", "html")
    parser.add_argument(
        "--property",
        dest="properties",
        action="append",
        default=[],
        metavar="FILE",
        help="a property of your own: an .lp file that derives violation(Name); repeatable",
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Audit the table."""
    program = shared.program(options)
    result = AllPatients(program, read_all_trusted(options.properties, "--property")).audit()
    return shared.shown(result, options), 0 if result.holds else REFUTED
