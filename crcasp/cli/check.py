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
    shared.add_format(parser, "text", "json")
    shared.add_constants(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Check overlays."""
    program = shared.program(options)
    added = what_is_added(program)
    if options.format == "json":
        return shared.json_text(added.to_dict()), 0
    from crcasp.program.engine import engine
    from crcasp.views.additions import additions_document

    return shared.text_of(additions_document(added, engine(program).rules), options), 0
