"""`crcasp missing`."""

from __future__ import annotations

import argparse

from crcasp.commands import options as shared
from crcasp.probing import what_is_missing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    shared.add_files(parser)
    shared.add_format(parser, "text", "json", "html")
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Say what is missing."""
    program = shared.program(options)
    patient = shared.patient(options.files, program)
    missing = what_is_missing(patient, program)
    if options.format == "json":
        return shared.as_json(missing.to_dict()), 0
    if options.format == "html":
        from crcasp.origin import Origin
        from crcasp.report import missing_html

        return missing_html(missing, Origin.of(patient, program)), 0
    from crcasp.missing_text import missing_text
    from crcasp.recommendation import reader

    return missing_text(missing, reader(program).labels, shared.width()), 0
