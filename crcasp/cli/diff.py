"""`crcasp diff`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.program.files import Program
from crcasp.questions.diff import compared

CHANGED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--old",
        action="append",
        default=[],
        metavar="FILE",
        help="an overlay of the old table, which without one is the table alone; repeatable",
    )
    shared.add_format(parser, "text", "json", "html")
    parser.add_argument(
        "--exit-code", action="store_true", help="exit with status 1 if anything changes"
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Compare two tables."""
    old, new = Program.build(options.old), shared.program(options)
    result = compared(old, new)
    changed = options.exit_code and not result.same
    return shared.shown(result, options), CHANGED if changed else 0
