"""Outputs: a file is written atomically, through links; a pipe or device is written to."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import IO

from crcasp.errors import UsageError

STANDARD = "-"
STREAM = re.compile(r"/dev/std(in|out|err)|(?:/dev|/proc/self)/fd/(\d+)")

unfinished: set[str] = set()
"""Files that are being written, under a name that is not yet theirs."""

named: list[str] = []
"""Files that have been written."""

naming = RLock()
"""Is held while several files take their names, which a signal must not come between."""


def discard() -> None:
    """Remove what is unfinished, as the last act of this process."""
    for path in tuple(unfinished):
        with suppress(OSError):
            os.unlink(path)


def save(path: str, text: str) -> None:
    """Write a text to a file.

    Raises:
        UsageError: it cannot be written.
    """
    with opened(path) as (output,):
        output.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def opened(*names: str) -> Iterator[list[Output]]:
    """Open several outputs that are written together; `-` is standard output.

    At the end all files take their names; if anything went wrong, none does.

    Raises:
        UsageError: one of them cannot be written, then or later.
    """
    outputs = [Output(name) for name in names]
    named.clear()
    try:
        for output in outputs:
            output.open()
        yield outputs
        for output in outputs:
            output.finish()
        with naming:
            for output in outputs:
                output.take_its_name(keep_former=output is not outputs[-1])
            for output in outputs:
                output.taken = False
            named.extend(output.name for output in outputs if not output.special)
    finally:
        for output in outputs:
            output.abandon()


class Output:
    """One output as a stream of bytes, whose errors are sentences."""

    closed = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.position = 0
        self.file: IO[bytes] | None = None
        self.temporary = ""
        self.former = ""
        self.target = name
        self.taken = False
        self.special = name == STANDARD or is_special(name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Make a sentence of what goes wrong; a broken standard output is left alone."""
        try:
            yield
        except (OSError, ValueError, AttributeError) as error:
            reason = getattr(error, "strerror", None)
            said = f"{self.name}: it cannot be written ({reason or 'it is no path'}); "
            said += "name another place."
            if self.name == STANDARD:
                silence()
                self.file = None
                reason = reason or "it is closed"
                said = f"standard output: the answer could not be written: {reason}."
            raise UsageError(said) from None

    def open(self) -> None:
        """Open the file or, where one is to be replaced, another one beside it."""
        with self._errors():
            if self.name == STANDARD:
                self.file = sys.stdout.buffer
            elif self.special:
                number = _handed_over(self.name)
                self.file = open(self.name if number is None else os.dup(number), "wb")  # noqa: SIM115
            else:
                self.target = os.path.realpath(self.name)
                there = os.path.exists(self.target)
                if os.path.islink(self.target):  # as only a link to itself still is
                    raise OSError(0, "it is a link to itself")
                if os.path.isdir(self.target) or not os.path.basename(self.name):
                    raise IsADirectoryError(0, "it is a folder")
                if there and not os.access(self.target, os.W_OK):
                    raise PermissionError(0, "it is write-protected")
                name = f".crcasp-{os.urandom(8).hex()}.part"
                self.temporary = os.path.join(os.path.dirname(self.target), name)
                unfinished.add(self.temporary)
                self.file = open(self.temporary, "xb")  # noqa: SIM115
                if there:
                    os.chmod(self.temporary, stat.S_IMODE(os.stat(self.target).st_mode))

    def write(self, content: bytes | memoryview) -> int:
        """Write all of some bytes; after `abandon` nothing is written any more."""
        size = memoryview(content).nbytes
        if self.file is not None:
            with self._errors():
                self.file.write(content)
        self.position += size
        return size

    def tell(self) -> int:
        """Return how much was written, as the writer of Parquet asks."""
        return self.position

    def flush(self) -> None:
        """Leave it to the end, as `close` does."""

    close = flush

    def finish(self) -> None:
        """Write what is still in the buffer."""
        with self._errors():
            if self.file is not None:
                self.file.flush()
                if self.name != STANDARD:
                    self.file.close()

    def take_its_name(self, *, keep_former: bool) -> None:
        """Put the file where it belongs; what is there may come back until the others are."""
        if self.temporary:
            with self._errors():
                self.taken = keep_former
                if keep_former and os.path.exists(self.target):
                    self.former = f"{self.temporary}.old"
                    unfinished.add(self.former)
                    with suppress(OSError):
                        os.link(self.target, self.former)
                    self.taken = os.path.exists(self.former)  # not where there are no links
                os.replace(self.temporary, self.target)

    def abandon(self) -> None:
        """Write no more, and leave nothing behind under a name that is not its own."""
        with suppress(OSError, ValueError):
            if self.file is not None and self.name != STANDARD:
                self.file.close()
        self.file = None
        if self.taken and not os.path.exists(self.temporary):
            with suppress(OSError):
                os.replace(self.former, self.target) if self.former else os.unlink(self.target)
        for path in filter(None, (self.temporary, self.former)):
            with suppress(OSError):
                os.unlink(path)
            unfinished.discard(path)


def silence() -> None:
    """Point a broken standard output at nothing, so that the interpreter's exit stays quiet."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _handed_over(name: str) -> int | None:
    """Return the number of a stream that is open already, if a name is that of one."""
    found = STREAM.fullmatch(os.path.normpath(name))
    if found is None:
        return None
    return int(found[2] or ("in", "out", "err").index(found[1]))


def is_special(name: str) -> bool:
    """Return whether a name is that of a pipe, a terminal, a device or an open stream."""
    if _handed_over(name) is not None:
        return True
    with suppress(OSError, ValueError):
        mode = os.stat(name).st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def refuse_shared(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Refuse an output that is an input or another output, under whatever name.

    Raises:
        UsageError: names both.
    """
    taken = {_identity(name, 0): ("input", name) for name in inputs}
    for name in outputs:
        known = _identity(name, 1)
        if known is not None and known in taken:
            kind, other = taken[known]
            called = "" if other == name else f" {other}"
            raise UsageError(
                f"{name}: this output is also the {kind}{called}: give each a file of its own."
            )
        taken[known] = "output", name


def _identity(name: str, descriptor: int) -> object:
    """Return what is the same for one file under two names; None for what is no file."""
    try:
        found = os.fstat(descriptor) if name == STANDARD else os.stat(name)
    except OSError:
        with suppress(OSError):  # there is no working folder any more, as opening will say
            return None if name == STANDARD else os.path.normcase(os.path.realpath(name))
        return None
    except ValueError:  # it is no path, as will be said where it is opened
        return None
    if stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode):
        return found.st_dev, found.st_ino
    return f"{STANDARD}{descriptor}" if name == STANDARD else None
