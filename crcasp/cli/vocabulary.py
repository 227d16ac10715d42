"""`crcasp vocabulary`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.program.engine import engine


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="json gives the JSON Schema"
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """List the vocabulary."""
    vocabulary = engine(shared.program(options)).vocabulary
    if options.format == "json":
        return shared.as_json(vocabulary.schema()), 0
    from crcasp.views.text import vocabulary_text

    return vocabulary_text(vocabulary, shared.width()), 0
