"""The text of a file or of standard input."""

from __future__ import annotations

import os
import stat
import sys

from crcasp.facts.collector import SourceError
from crcasp.facts.text import Text

MAX_BYTES = 1 << 20  # of one file
TOO_LARGE = "this is larger than 1 MiB; give the facts of one patient only."


def text_of(path: str, source: str) -> str:
    """The text of a file, or for `-` of standard input, which must be UTF-8.

    Raises:
        SourceError: there is none, it cannot be read, it is too long or not UTF-8.
    """
    try:
        content = _standard_input() if path == "-" else _file(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"this cannot be read ({reason}); give a file of facts.") from error
    if len(content) > MAX_BYTES:
        raise SourceError(TOO_LARGE)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        place = None if "\0" in before else Text(source, before).place(len(before))
        message = "this is not text in UTF-8; save it as plain UTF-8 text."
        raise SourceError(message, place) from error


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise SourceError("there is no standard input; give a file of facts.")
    if not hasattr(sys.stdin, "buffer"):
        return sys.stdin.read(MAX_BYTES + 1).encode("utf-8", "surrogatepass")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _file(path: str) -> bytes:
    """The content of a regular file, or of a pipe that was handed over open.

    Nobody may ever write to a named pipe, and a device may never end.
    """
    mode = os.stat(path).st_mode
    handed_over = path.startswith(("/dev/stdin", "/dev/fd/", "/proc/self/fd/"))
    if not (stat.S_ISREG(mode) or (handed_over and stat.S_ISFIFO(mode))):
        kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise SourceError(f"this is {kind}; give a file of facts, or - for standard input.")
    with open(path, "rb") as stream:
        return stream.read(MAX_BYTES + 1)
