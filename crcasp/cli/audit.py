"""`crcasp audit`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.program.files import read_trusted
from crcasp.questions.audit import audit_program

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
    result = audit_program(program, [read_trusted(path) for path in options.properties])
    status = 0 if result.holds else REFUTED
    if options.format == "json":
        return shared.as_json(result.to_dict()), status
    if options.format == "html":
        return result.to_html(), status
    from crcasp.views.text import audit_text
    from crcasp.views.wording import words_of

    return audit_text(result, words_of(result.origin), shared.width()), status
