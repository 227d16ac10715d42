"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crcasp.errors import UsageError

SUFFIXES = ("json", "html", "svg", "dot", "png", "pdf")  # by which a format is expected

if TYPE_CHECKING:
    from crcasp.program.files import Program
    from crcasp.questions.patient import Patient
    from crcasp.results.result import Result
    from crcasp.views.document import Document


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add FILE..., the facts of one patient."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="fact files (ASP facts or JSON) of one patient together; - is standard input",
    )


def add_format(parser: argparse.ArgumentParser, *formats: str, help: str | None = None) -> None:
    """Add --format, of which the first is the default, and -o."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=help)
    add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add -o."""
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        help="write the answer to a file, atomically; - is standard output",
    )


def add_constants(parser: argparse.ArgumentParser) -> None:
    """Add -c."""
    parser.add_argument(
        "-c",
        dest="constants",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="override a constant of the program; repeatable",
    )


def add_program(parser: argparse.ArgumentParser) -> None:
    """Add -c and --with, what the user puts on top of the program."""
    add_constants(parser)
    parser.add_argument(
        "--with",
        dest="overlays",
        action="append",
        default=[],
        metavar="FILE",
        help="an overlay, or a folder of them: .lp rules and facts of your own, trusted; "
        "repeatable",
    )


def program(options: argparse.Namespace) -> Program:
    """Return the program that -c and --with describe."""
    from crcasp.program.files import Program

    constants = {}
    for pair in options.constants:
        name, _, value = (part.strip() for part in pair.partition("="))
        if not name or not value:
            raise UsageError(f"-c {pair}: write it as NAME=VALUE.")
        constants[name] = value
    return Program.build(options.overlays, constants)


def patient(names: Sequence[str], program: Program) -> Patient:
    """Return the patient of whom these files speak together."""
    from crcasp.facts import merge, read_path
    from crcasp.program.engine import engine
    from crcasp.questions.patient import Patient

    refuse_twice(names)
    vocabulary = engine(program).vocabulary
    return Patient(merge(read_path(name, vocabulary) for name in names), program)


def refuse_twice(names: Sequence[str]) -> None:
    """Refuse standard input where it is to be read twice."""
    if list(names).count("-") > 1:
        raise UsageError("Standard input can be read once: name - only once.")


def refuse_other_form(target: str, form: str) -> None:
    """Refuse an output whose suffix is that of another format."""
    suffix = os.path.splitext(target)[1].removeprefix(".").lower()
    if form and suffix in SUFFIXES and suffix != form:
        raise UsageError(
            f"{target}: this would be {form}: choose another name, or another --format where the "
            "command has one."
        )


def shown(result: Result, options: argparse.Namespace, *, every_set: bool = False) -> str:
    """Return a result in the format that was asked for."""
    if options.format == "json":
        return json_text(result.to_dict())
    if options.format == "html":
        return result.to_html()
    from crcasp.views import document_of

    return text_of(document_of(result, every_set=every_set), options)


def text_of(document: Document, options: argparse.Namespace) -> str:
    """Return a document as text for where it goes: wrapped, and bold on a terminal."""
    from crcasp.views import text

    screen = getattr(options, "output", None) is None and terminal()
    return text.text_of(document, width(), bold=screen and not os.environ.get("NO_COLOR"))


def json_text(content: object) -> str:
    """Return what a program reads, the same bytes for the same content."""
    import json

    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def width() -> int:
    """Return the columns to wrap text to."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if terminal() else 80


def terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()
