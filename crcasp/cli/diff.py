"""`crcasp diff`."""

from __future__ import annotations

import argparse
import sys

from crcasp import cli
from crcasp.cli import options as shared
from crcasp.program.files import Program
from crcasp.questions.diff import compared

CHANGED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--old",
        action="append",
        default=[],
        metavar="FILE",
        help="an overlay of the old table, which without one is the table alone; repeatable",
    )
    shared.add_format(parser, "text", "json", "html")
    parser.add_argument(
        "--exit-code", action="store_true", help="exit with status 1 if anything changes"
    )
    shared.add_program(parser)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Compare two tables."""
    old, new = Program.build(options.old), shared.program(options)
    progress = Progress()
    cli.settled.append(progress.text)
    result = compared(old, new, progress)
    progress.clear()

    def text(width: int) -> str:
        from crcasp.views.groups.diff import words
        from crcasp.views.tables import diff_text

        return diff_text(result, words(result), width)

    return shared.shown(
        result, options, text
    ), CHANGED if options.exit_code and not result.same else 0


class Progress:
    """What is settled so far, shown on a terminal."""

    def __init__(self) -> None:
        self.said = ""
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, total: int, changes: int) -> None:
        """Take down how many therapies are settled, with how many changes."""
        one = "change" if changes == 1 else "changes"
        self.said = f"{done} of {total} therapies are settled, with {changes} {one}"
        if self.shown:
            sys.stderr.write(f"\r{self.said}\x1b[K")
            sys.stderr.flush()

    def text(self) -> str:
        """Return what is settled, as a sentence; "" where nothing is."""
        return f"{self.said}." if self.said else ""

    def clear(self) -> None:
        """Leave the terminal as it was."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
