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
    program = shared.program(options)
    missing = what_is_missing(shared.patient(options.files, program), program)
    if options.format == "json":
        return shared.as_json(missing.to_dict()), 0
    if options.format == "html":
        return missing.to_html(), 0
    from crcasp.views.text import missing_text
    from crcasp.views.wording import words_of

    return missing_text(missing, words_of(missing.origin), shared.width()), 0
