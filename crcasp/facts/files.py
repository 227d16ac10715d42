"""The text of a file or of standard input."""

from __future__ import annotations

import sys

from crcasp.errors import MAX_BYTES
from crcasp.facts.collector import SourceError
from crcasp.facts.text import Text
from crcasp.program.trusted import content_of

TOO_LARGE = "this is larger than 1 MiB; give the facts of one patient only."


def text_of(path: str, source: str) -> str:
    """The text of a file, or for `-` of standard input, which must be UTF-8.

    Raises:
        SourceError: there is none, it cannot be read, it is too long or not UTF-8.
    """
    try:
        content = _standard_input() if path == "-" else content_of(path)
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
