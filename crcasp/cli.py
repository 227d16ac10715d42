"""The command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from crcasp.errors import CrcaspError, UsageError

OK, BAD = 0, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 answered, 2 bad input or usage."""
    try:
        options = _parser().parse_args(argv)
        output = options.run(options)
        return _write(output)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else BAD
    except CrcaspError as error:
        _complain(str(error))
        return BAD
    except KeyboardInterrupt:
        _complain("crcasp: interrupted, nothing was written.")
        return 130


def _complain(message: str) -> None:
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr)


def _write(output: str) -> int:
    """Write all of the output, or say in one sentence that nobody reads it."""
    try:
        sys.stdout.write(output)
        sys.stdout.flush()
    except (BrokenPipeError, ValueError, OSError) as error:
        _silence(sys.stdout)
        reason = getattr(error, "strerror", None) or "it is closed"
        _complain(f"standard output: the answer could not be written: {reason}.")
        return BAD
    return OK


def _silence(stream: TextIO) -> None:
    """Point a broken stream at nothing, so that the interpreter's exit stays quiet."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser() -> argparse.ArgumentParser:
    from crcasp import __version__

    parser = argparse.ArgumentParser(
        prog="crcasp",
        description="Table 3 of a 2019 review of palliative options for colorectal liver "
        "metastases, as an answer-set program.",
    )
    parser.add_argument("--version", action="version", version=f"crcasp {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    recommend = commands.add_parser(
        "recommend",
        help="the recommendation sets of one patient with their justifications",
        description="Give the recommendation sets of one patient with their justifications.",
    )
    recommend.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="fact files (ASP facts or JSON) of one patient together; - is standard input",
    )
    recommend.add_argument("--format", choices=("text", "json"), default="text")
    recommend.add_argument(
        "--all", action="store_true", help="every set in the text, not only the preferred ones"
    )
    _program_options(recommend)
    recommend.set_defaults(run=_recommend)

    vocabulary = commands.add_parser(
        "vocabulary",
        help="the facts a patient may have",
        description="List the facts a patient may have.",
    )
    vocabulary.add_argument(
        "--format", choices=("text", "json"), default="text", help="json gives the JSON Schema"
    )
    _program_options(vocabulary)
    vocabulary.set_defaults(run=_vocabulary)
    return parser


def _program_options(parser: argparse.ArgumentParser) -> None:
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


def _constants(pairs: Sequence[str]) -> dict[str, str]:
    constants = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"-c {pair}: write it as NAME=VALUE.")
        constants[name.strip()] = value.strip()
    return constants


def _recommend(options: argparse.Namespace) -> str:
    from crcasp.engine import engine
    from crcasp.facts import merge, read_path
    from crcasp.program import Program
    from crcasp.recommendation import advise, reader

    if options.files.count("-") > 1:
        raise UsageError("Standard input can be read once: name - only once.")
    program = Program.build(options.overlays, _constants(options.constants))
    vocabulary = engine(program).vocabulary
    base = merge(read_path(name, vocabulary) for name in options.files)
    advice = advise(base, program, once=True)
    if options.format == "json":
        return json.dumps(advice.to_dict(), indent=1, ensure_ascii=False) + "\n"
    from crcasp.text import recommendation_text

    labels = reader(program).labels
    return recommendation_text(advice, labels, _width(), every_set=options.all)


def _vocabulary(options: argparse.Namespace) -> str:
    from crcasp.engine import engine
    from crcasp.program import Program

    program = Program.build(options.overlays, _constants(options.constants))
    vocabulary = engine(program).vocabulary
    if options.format == "json":
        return json.dumps(vocabulary.schema(), indent=1, ensure_ascii=False) + "\n"
    from crcasp.text import vocabulary_text

    return vocabulary_text(vocabulary, _width())


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
