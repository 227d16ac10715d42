"""`crcasp recommend`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.questions.recommend import advise


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_files(parser)
    shared.add_format(parser, "text", "json", "html")
    parser.add_argument(
        "--all", action="store_true", help="every set in the text, not only the preferred ones"
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Answer one patient."""
    program = shared.program(options)
    patient = shared.patient(options.files, program)
    advice = advise(patient, program, once=True)
    if options.format == "json":
        return shared.as_json(advice.to_dict()), 0
    if options.format == "html":
        return advice.to_html(), 0
    from crcasp.views.text import advice_text
    from crcasp.views.wording import words_of

    words = words_of(advice.origin)
    return advice_text(advice, words, shared.width(), every_set=options.all), 0
