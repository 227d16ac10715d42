"""How a registry is written: its form by suffix, by option or by its first character; its text."""

from __future__ import annotations

import codecs
import hashlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePath
from typing import IO, Any

from crcasp.errors import UsageError
from crcasp.results.provenance import SHOWN
from crcasp.saving import STANDARD, is_special

FORMS = ("csv", "ndjson", "parquet")
SUFFIXES = {f".{name}": name for name in FORMS} | {".jsonl": "ndjson", ".tsv": "csv"}
BYTES = 4 << 20  # of a text that are read at once
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def form_by_name(name: str, option: str | None, default: str | None = None) -> str:
    """Return the form of a file by its suffix, or else by the option.

    Args:
        name: the file; `-` is a standard stream.
        option: the form that was asked for.
        default: the form of what has no suffix, if it is known otherwise.

    Raises:
        UsageError: nothing says it.
    """
    found = SUFFIXES.get(PurePath(name).suffix.lower()) or option
    if found is None and default and (name == STANDARD or is_special(name)):
        found = default
    if found is None:
        raise UsageError(
            f"{name}: its suffix is none of {', '.join(SUFFIXES)}: say by --format what it is."
        )
    return found


def refuse_unneeded(option: str | None, *names: str) -> None:
    """Refuse a form that was asked for where every suffix says it already."""
    if option and all(PurePath(name).suffix.lower() in SUFFIXES for name in names):
        raise UsageError(f"--format {option}: the suffixes say the forms already; leave it out.")


class Source:
    """A registry that is open for reading, as text in UTF-8 or as it is.

    Attributes:
        name: of the file; `-` is standard input.
        form: how it is written.
        rows: how many rows were seen in it.
        digest: of all that was read.

    Raises:
        UsageError: it cannot be opened, or nothing says what it is.
    """

    def __init__(self, name: str, option: str | None = None) -> None:
        self.name = name
        self.rows = 0
        self.lines = self.read = 0  # lines and bytes that were read
        self.digest = hashlib.sha256()
        with self.errors():
            self.stream = _opened(name)
            interruptible()
            reader: Any = getattr(self.stream, "read1", self.stream.read)
            stream = name == STANDARD or is_special(name)
            suffix = PurePath(name).suffix.lower()
            sniffed = stream and not option and suffix not in SUFFIXES
            self.head: bytes = reader(BYTES) if sniffed else b""
        default = "ndjson" if self.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else "csv"
        self.form = form_by_name(name, option, default if sniffed else None)
        if self.form == "parquet" and stream:
            raise UsageError(f"{self.called}: Parquet cannot be read from a stream: name a file.")

    def errors(self) -> _Errors:
        """Return a context in which errors of reading are sentences."""
        return _Errors(self.called)

    @property
    def called(self) -> str:
        """What a message calls it."""
        return "standard input" if self.name == STANDARD else self.name

    def place(self, text: bytes = b"") -> str:
        """Return the line behind some text that comes after what was counted, as a place."""
        return f"{self.called}:{self.lines + text.count(10) + 1}"

    def fingerprint(self) -> str:
        """Return the fingerprint of all that was read."""
        if self.form == "parquet":
            with open(self.name, "rb") as stream:
                self.digest = hashlib.file_digest(stream, "sha256")
        return self.digest.hexdigest()[:SHOWN]

    def size(self) -> int | None:
        """Return how many bytes it has, None if that is not known."""
        return None if self.name == STANDARD else os.stat(self.name).st_size or None

    def position(self) -> int:
        """Return how many bytes were read."""
        return self.stream.tell() if self.form == "parquet" else self.read

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in parts, in UTF-8 if it is in UTF-16 with a mark, without the mark.

        It is read here and not by a thread of a library, so that a run can be interrupted.
        """
        decoder: Any = None
        first = True
        while content := self._read():
            if first:
                first = False
                if content[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
                    raise UsageError(f"{self.called}:1: this is UTF-32: save it as UTF-8.")
                if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    decoder = codecs.getincrementaldecoder("utf-16")("replace")
                content = content.removeprefix(codecs.BOM_UTF8)
            yield decoder.decode(content).encode() if decoder else content
        if decoder:
            yield decoder.decode(b"", True).encode()

    def _read(self) -> bytes:
        content, self.head = self.head, b""
        while len(content) < 4:  # a mark may come in parts
            interruptible()
            more = self.stream.read(BYTES)
            content += more
            if not more:
                break
        self.digest.update(content)
        self.read += len(content)
        return content

    def close(self) -> None:
        """Close the file."""
        if self.name != STANDARD:
            self.stream.close()


def _opened(name: str) -> IO[bytes]:
    if name != STANDARD:
        return open(name, "rb")
    if sys.stdin is None:
        raise OSError(0, "it is closed")
    return sys.stdin.buffer


class _Errors:
    """A context that makes a sentence of an error of reading."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (OSError, ValueError)):
            reason = getattr(error, "strerror", None) or " ".join(str(error).split())
            raise UsageError(f"{self.name}: it cannot be read: {reason}.") from None


def interruptible() -> None:
    """Let a signal end a read that waits; a library may have had the read go on."""
    for name in SIGNALS:
        if hasattr(signal, "siginterrupt") and hasattr(signal, name):
            with suppress(ValueError, OSError, RuntimeError):
                signal.siginterrupt(getattr(signal, name), True)
