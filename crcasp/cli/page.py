"""`crcasp page`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.views.browser.page import page_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_output(parser)
    shared.add_program(parser)
    parser.set_defaults(format="html")


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Put the page together."""
    return page_of(shared.program(options)), 0
