"""`crcasp compare`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.errors import UsageError
from crcasp.questions.compare import compared


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("before", metavar="FILE", help="the facts of the first patient")
    parser.add_argument("after", metavar="FILE", help="those of the second; - is standard input")
    shared.add_format(parser, "text", "json", "html")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Compare two patients."""
    program = shared.program(options)
    if options.before == options.after == "-":
        raise UsageError("Standard input can be read once: name - only once.")
    first, second = (shared.patient([name], program) for name in (options.before, options.after))
    comparison = compared(first, second, program)
    if options.format == "json":
        return shared.as_json(comparison.to_dict()), 0
    if options.format == "html":
        return comparison.to_html(), 0
    from crcasp.views.text import comparison_text
    from crcasp.views.wording import words_of

    return comparison_text(comparison, words_of(comparison.before.origin), shared.width()), 0
