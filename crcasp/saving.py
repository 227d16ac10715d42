"""Outputs: a file is there whole or not at all, through links; a pipe or device is written to."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

from crcasp.errors import UsageError

STANDARD = "-"
HANDED_OVER = re.compile(r"/dev/(std(?:in|out|err))|(?:/dev|/proc/self)/fd/(\d+)")
DESCRIPTORS = ("stdin", "stdout", "stderr")

unfinished: set[str] = set()
"""Files that are being written, under a name that is not yet theirs."""


def discard() -> None:
    """Remove what is unfinished, as the last act of this process."""
    for path in unfinished:
        with suppress(OSError):
            os.unlink(path)


def save(path: str, text: str) -> None:
    """Write a text to a file.

    Raises:
        UsageError: it cannot be written.
    """
    with Outputs(path) as (output,):
        output.write(text.encode("utf-8", "backslashreplace"))


class Outputs:
    """Several outputs that are written together: a context in which they are open.

    At its end all files take their names; if anything went wrong, none does.

    Raises:
        UsageError: one of them cannot be written, then or later.
    """

    def __init__(self, *names: str) -> None:
        self.outputs = [Output(name) for name in names]

    def __enter__(self) -> list[Output]:
        try:
            for output in self.outputs:
                output.open()
        except BaseException:
            self._abandon()
            raise
        return self.outputs

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                for output in self.outputs:
                    output.finish()
                for output in self.outputs:
                    output.take_its_name()
        finally:
            self._abandon()

    def _abandon(self) -> None:
        for output in self.outputs:
            output.abandon()


class Output:
    """One output as a stream of bytes, whose errors are sentences; `-` is standard output."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False
        self.position = 0
        self.file: IO[bytes] | None = None
        self.temporary: str | None = None
        self.target = name
        self.special = name == STANDARD or is_special(name)

    def open(self) -> None:
        """Open the file or, where one is to be replaced, another one beside it."""
        try:
            if self.name == STANDARD:
                self.file = sys.stdout.buffer
                return
            if self.special:
                number = handed_over(self.name)
                self.file = open(self.name if number is None else os.dup(number), "wb")  # noqa: SIM115
                return
            self.target = os.path.realpath(self.name)
            if os.path.isdir(self.target):
                raise IsADirectoryError(0, "it is a folder")
            if os.path.exists(self.target) and not os.access(self.target, os.W_OK):
                raise PermissionError(0, "it is write-protected")
            self.file = self._beside()
        except (OSError, ValueError, AttributeError) as error:
            raise self._refused(error) from None

    def _beside(self) -> IO[bytes]:
        import tempfile

        try:
            mode = stat.S_IMODE(os.stat(self.target).st_mode)
        except OSError:
            umask = os.umask(0)
            os.umask(umask)
            mode = 0o666 & ~umask
        folder = os.path.dirname(self.target)
        handle, self.temporary = tempfile.mkstemp(".part", ".crcasp-", folder)
        unfinished.add(self.temporary)
        os.chmod(self.temporary, mode)
        return open(handle, "wb")

    def write(self, content: bytes | memoryview) -> int:
        """Write all of some bytes; after `abandon` nothing is written any more."""
        size = memoryview(content).nbytes
        if self.file is not None:
            try:
                self.file.write(content)
            except (OSError, ValueError) as error:
                raise self._refused(error) from None
        self.position += size
        return size

    def tell(self) -> int:
        """Return how much was written, as the writer of Parquet asks."""
        return self.position

    def flush(self) -> None:
        """Leave it to the end."""

    def close(self) -> None:
        """Leave it to the end."""

    def finish(self) -> None:
        """Write what is still in the buffer."""
        assert self.file is not None
        try:
            self.file.flush()
            if self.name != STANDARD:
                self.file.close()
        except (OSError, ValueError) as error:
            raise self._refused(error) from None

    def take_its_name(self) -> None:
        """Put the file where it belongs."""
        if self.temporary is not None:
            try:
                os.replace(self.temporary, self.target)
            except OSError as error:
                raise self._refused(error) from None
            unfinished.discard(self.temporary)
            self.temporary = None

    def abandon(self) -> None:
        """Leave nothing behind that is not whole."""
        if self.file is not None and self.name != STANDARD:
            with suppress(OSError, ValueError):
                self.file.close()
        self.file = None
        if self.temporary is not None:
            with suppress(OSError):
                os.unlink(self.temporary)
            unfinished.discard(self.temporary)
            self.temporary = None

    def _refused(self, error: Exception) -> UsageError:
        """Return the one sentence for what went wrong; a broken stream is left alone."""
        if self.name == STANDARD:
            silence()
            reason = getattr(error, "strerror", None) or "it is closed"
            self.file = None
            return UsageError(f"standard output: the answer could not be written: {reason}.")
        reason = getattr(error, "strerror", None) or "it is no path"
        return UsageError(f"{self.name}: it cannot be written ({reason}); name another place.")


def silence() -> None:
    """Point a broken standard output at nothing, so that the interpreter's exit stays quiet."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def handed_over(name: str) -> int | None:
    """Return the number of a stream that is open already, if a name is that of one."""
    found = HANDED_OVER.fullmatch(os.path.normpath(name))
    if found is None:
        return None
    return int(found[2]) if found[2] else DESCRIPTORS.index(found[1])


def is_special(name: str) -> bool:
    """Return whether a name is that of a pipe, a terminal, a device or an open stream."""
    if handed_over(name) is not None:
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
    taken.pop(None, None)
    for name in outputs:
        known = _identity(name, 1)
        if known in taken:
            kind, other = taken[known]
            called = "" if other == name else f" {other}"
            raise UsageError(
                f"{name}: this output is also the {kind}{called}: give each a file of its own."
            )
        if known is not None:
            taken[known] = ("output", name)


def _identity(name: str, descriptor: int) -> object:
    """Return what is the same for one file under two names; None for what is no file."""
    try:
        found = os.fstat(descriptor) if name == STANDARD else os.stat(name)
    except OSError:
        return None if name == STANDARD else os.path.normcase(os.path.realpath(name))
    except ValueError:  # it is no path, as will be said where it is opened
        return None
    if stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode):
        return found.st_dev, found.st_ino
    return f"{STANDARD}{descriptor}" if name == STANDARD else None
