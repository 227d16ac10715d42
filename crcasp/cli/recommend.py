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
    patient = shared.patient(options.files, shared.program(options))
    advice = advise(patient)

    def text(width: int) -> str:
        from crcasp.views.text import advice_text

        return advice_text(advice, patient.engine.table.words, width, every_set=options.all)

    return shared.shown(advice, options, text), 0
