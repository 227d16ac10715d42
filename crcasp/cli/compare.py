"""`crcasp compare`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.compare import compared


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("before", metavar="FILE", help="the facts of the first patient")
    parser.add_argument(
        "after", metavar="FILE", help="the facts of the second patient; - is standard input"
    )
    shared.add_format(parser, "text", "json", "html")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Compare two patients."""
    program = shared.program(options)
    shared.refuse_twice([options.before, options.after])
    first, second = (shared.patient([name], program) for name in (options.before, options.after))
    comparison = compared(first, second)
    return shared.shown(comparison, options), 0
