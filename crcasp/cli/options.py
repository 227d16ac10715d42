"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crcasp.errors import UsageError

if TYPE_CHECKING:
    from crcasp.facts import FactBase
    from crcasp.program.files import Program


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add FILE..., the facts of one patient."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="fact files (ASP facts or JSON) of one patient together; - is standard input",
    )


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    """Add --format, of which the first is the default, and -o."""
    parser.add_argument("--format", choices=formats, default=formats[0])
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        help="write the answer to a file, whole or not at all; - is standard output",
    )


def add_program(parser: argparse.ArgumentParser) -> None:
    """Add -c and --with, what the user puts on top of the program."""
    parser.add_argument(
        "-c",
        dest="constants",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="override a constant of the program; repeatable",
    )
    parser.add_argument(
        "--with",
        dest="overlays",
        action="append",
        default=[],
        metavar="FILE",
        help="an overlay: .lp rules and facts of your own, trusted; repeatable",
    )


def program(options: argparse.Namespace) -> Program:
    """Return the program that -c and --with describe."""
    from crcasp.program.files import Program

    constants = {}
    for pair in options.constants:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"-c {pair}: write it as NAME=VALUE.")
        constants[name.strip()] = value.strip()
    return Program.build(options.overlays, constants)


def patient(names: Sequence[str], program: Program) -> FactBase:
    """Return the facts of files that are one patient together, unchecked."""
    from crcasp.facts import merge, read_path
    from crcasp.program.engine import engine

    if list(names).count("-") > 1:
        raise UsageError("Standard input can be read once: name - only once.")
    vocabulary = engine(program).vocabulary
    return merge(read_path(name, vocabulary) for name in names)


def as_json(content: object) -> str:
    """Return a result as JSON text, the same bytes for the same content."""
    import json

    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def width() -> int:
    """Return the columns to wrap text to."""
    import shutil

    terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size((80, 24)).columns if terminal else 80
