"""The command line: which commands there are, and how a run ends."""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from threading import Thread
from typing import NoReturn

from crcasp.errors import CrcaspError, UsageError

BAD, INTERRUPTED = 2, 130
INPUTS = ("files", "before", "after", "overlays", "properties", "old")  # options that name them

# Each command is a module of crcasp.cli, imported only when it is called, with
# configure(parser) and run(options), which returns the output and the exit status.
COMMANDS = {
    "recommend": "give the recommendation sets of one patient, with their reasons",
    "explain": "say why one therapy is eligible or excluded, and what would change it",
    "missing": "say which tests could change the answer",
    "compare": "compare two patients, or one patient before and after a test",
    "cohort": "answer a whole registry, one row a patient",
    "diff": "compare two versions of the table, proved over all patients",
    "audit": "prove properties of the table, over all patients",
    "check": "list all that is wrong with an overlay, or say its statements in words",
    "map": "draw the whole table",
    "page": "write one HTML file that answers for any patient in a browser",
    "vocabulary": "list the facts that a patient may have",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 answered, 2 bad input or usage.

    A signal ends it with status 130 (SIGINT) or 2 (SIGTERM, SIGHUP).
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        empty = [it for it in arguments if re.fullmatch(r"(--?\w+=)?", it)]  # by an unset variable
        if empty:
            where = empty[0] or '""'
            raise UsageError(f"{where}: a name or a value is empty: give it, or leave it out.")
        options = _parsed(arguments)
        target = getattr(options, "output", None)
        if target in (None, "-"):
            output, status = options.run(options)
            return _write(output) or int(status)
        from crcasp.cli.options import refuse_other_form
        from crcasp.saving import refuse_shared, save

        refuse_other_form(target, getattr(options, "format", ""))
        refuse_shared([target], _inputs(options))
        output, status = options.run(options)
        save(target, output)
        return int(status)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else BAD
    except CrcaspError as error:
        _complain(str(error))
        return BAD
    except KeyboardInterrupt:
        return _ended(signal.SIGINT)


def _inputs(options: argparse.Namespace) -> list[str]:
    """Return the files that a command reads."""
    found: list[str] = []
    for name in INPUTS:
        value = getattr(options, name, None) or []
        found += [value] if isinstance(value, str) else value
    if any(os.path.isdir(name) for name in found):
        from crcasp.program.trusted import in_folders

        return [str(path) for path in in_folders(found)]
    return found


def run() -> NoReturn:
    """Run the command line as a process of its own, which ends as soon as it has answered."""
    gc.disable()
    if sys.stderr is None:  # else `print` and argparse take standard output for it
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    _end_on_signals()
    status = main()
    status = status or _write("")  # what --help printed is still in the buffer
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
    os._exit(status)


def _end_on_signals() -> None:
    """Let a thread wait for signals: while clingo grounds or solves, no handler would run."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    awaited = [one for one in known if signal.getsignal(one) is not signal.SIG_IGN]
    if hasattr(signal, "pthread_sigmask"):
        # What is ignored, as under nohup, stays so, whatever handler a library installs.
        signal.pthread_sigmask(signal.SIG_BLOCK, known)
        Thread(target=lambda: _interrupted(signal.sigwait(awaited)), daemon=True).start()
    else:
        for one in awaited:
            signal.signal(one, _interrupted)


def _interrupted(number: int, _: object = None) -> NoReturn:
    """End at once, and leave nothing behind that is not whole."""
    from crcasp import saving

    with saving.naming:
        status = _ended(number)
        saving.discard()
        os._exit(status)


def _ended(number: int) -> int:
    """Say that a signal ended the run, and return the exit status."""
    from crcasp.saving import named

    how = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    written = f"after {', '.join(named)} had been written" if named else "no file was written"
    _complain(f"crcasp: {how}, {written}.")
    return INTERRUPTED if number == signal.SIGINT else BAD


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the one command that is called; without one, say which there are."""
    if arguments and arguments[0] in COMMANDS:
        name = arguments[0]
        command = import_module(f"crcasp.cli.{name}")
        parser = _parser(f"crcasp {name}", f"{COMMANDS[name][:1].upper()}{COMMANDS[name][1:]}.")
        command.configure(parser)
        parser.set_defaults(run=command.run)
        return parser.parse_args(arguments[1:])
    from crcasp import __version__

    parser = _parser(
        "crcasp",
        "Table 3 of a 2019 review of palliative options for colorectal liver metastases, as an "
        "answer-set program.",
    )
    parser.add_argument("--version", action="version", version=f"crcasp {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose)
    return parser.parse_args(arguments)


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    # Of a fixed width: to measure the terminal for each option takes a third of the start.
    form = partial(argparse.HelpFormatter, width=78)
    return argparse.ArgumentParser(
        name, None, description, formatter_class=form, allow_abbrev=False
    )


def _complain(message: str) -> None:
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr)


def _write(output: str) -> int:
    """Write all of the output, or say in one sentence that nobody reads it."""
    if sys.stdout is None:
        _complain("standard output: the answer could not be written: it is closed.")
        return BAD
    try:
        sys.stdout.write(output)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        from crcasp.saving import silence

        silence()
        reason = getattr(error, "strerror", None) or "it is closed"
        if isinstance(error, UnicodeEncodeError):
            reason = (
                f"{error.encoding} has no {error.object[error.start]!a}; "
                "set PYTHONIOENCODING=utf-8, or write to a file with -o"
            )
        _complain(f"standard output: the answer could not be written: {reason}.")
        return BAD
    return 0
