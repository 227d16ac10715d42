"""`crcasp check`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.check import what_is_added


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "overlays", nargs="+", metavar="FILE", help="overlays, checked together: .lp files"
    )
    shared.add_format(parser, "text", "json", "html")
    shared.add_constants(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Check overlays."""
    return shared.shown(what_is_added(shared.program(options)), options), 0
