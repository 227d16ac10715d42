"""`crcasp map`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.views.picture import map_dot, map_svg


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_format(parser, "svg", "dot")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Draw the table."""
    draw = {"dot": map_dot, "svg": map_svg}[options.format]
    return draw(shared.program(options)), 0
