"""`crcasp vocabulary`."""

from __future__ import annotations

import argparse

from crcasp.cli import options as shared
from crcasp.program.engine import engine


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_format(parser, "text", "json", help="json gives the JSON Schema")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """List the vocabulary."""
    vocabulary = engine(shared.program(options)).vocabulary
    if options.format == "json":
        return shared.json_text(vocabulary.schema()), 0
    from crcasp.views.text import vocabulary_text

    return vocabulary_text(vocabulary, shared.width()), 0
