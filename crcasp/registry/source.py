"""A registry that is open for reading: its form, its bytes in blocks, its errors as sentences."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import PurePath
from typing import NamedTuple, cast

import polars as pl
import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.results.provenance import SHOWN
from crcasp.saving import STANDARD, is_special

FORMS = ("csv", "ndjson", "parquet")
SUFFIXES = {f".{name}": name for name in FORMS} | {".jsonl": "ndjson", ".tsv": "csv"}
BLOCK = 4 << 20  # bytes of a text that are read at once
ROWS = 65_536  # of a batch
SAVE = "save it as UTF-8, or as UTF-16 with a mark"

Said = tuple[str, str]  # what is wrong with a row: the cause, and a sentence about this one


class Batch(NamedTuple):
    """Some rows of a registry.

    Attributes:
        rows: the cells as they are.
        faults: what is wrong with the form of a row, by its place.
        lines: the rows as they are written, where each is a JSON text.
    """

    rows: pa.Table
    faults: Mapping[int, Said]
    lines: Sequence[str] | None = None


def suffix_form(name: str) -> str | None:
    """Return the form that the suffix of a file says, if it says one."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def form_of(name: str, option: str | None, stream: str | None = None) -> str:
    """Return the form of a file by its suffix, or else by the option.

    Args:
        name: the file; `-` is a standard stream.
        option: the form that was asked for.
        stream: the form of what is no regular file, where nothing else says it.

    Raises:
        UsageError: nothing says it.
    """
    special = name == STANDARD or is_special(name)
    form = suffix_form(name) or option or (stream if special else None)
    if form is None:
        raise UsageError(
            f"{name}: its suffix is none of {', '.join(SUFFIXES)}: say by --format what it is."
        )
    return form


class Source:
    """A registry that is open for reading.

    Attributes:
        called: what a message calls it.
        form: how it is written.
        size: how many bytes it has, None if that is not known.
        rows: how many rows were seen in it.
        lines: how many lines of a text were gone through.

    Raises:
        UsageError: it cannot be opened, or nothing says what it is.
    """

    def __init__(self, name: str, option: str | None = None) -> None:
        self.called = "standard input" if name == STANDARD else name
        self.rows = self.lines = 0
        self.digest = hashlib.sha256()
        with self.errors():
            if name == STANDARD and sys.stdin is None:
                raise OSError(0, "it is closed")
            stream = sys.stdin.buffer if name == STANDARD else open(name, "rb")  # noqa: SIM115
            self.stream = cast(io.BufferedReader, stream)
            special = name == STANDARD or is_special(name)
            self.size = None if special else os.fstat(self.stream.fileno()).st_size or None
            head = (
                b"" if option or not special else self.stream.peek().lstrip(b"\xef\xbb\xbf \t\r\n")
            )
        self.form = form_of(name, option, "ndjson" if head[:1] == b"{" else "csv")
        if self.form == "parquet":
            if special:
                raise UsageError(
                    f"{self.called}: Parquet cannot be read from a stream: name a file."
                )
            self.digest = hashlib.file_digest(self.stream, "sha256")

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Make a sentence of what goes wrong in reading."""
        try:
            yield
        except (OSError, ValueError, pa.ArrowException, pl.exceptions.PolarsError) as error:
            reason = getattr(error, "strerror", None) or " ".join(str(error).split())
            raise UsageError(f"{self.called}: it cannot be read: {reason}.") from None

    def fingerprint(self) -> str:
        """Return the fingerprint of all that was read."""
        return self.digest.hexdigest()[:SHOWN]

    def position(self) -> int:
        """Return how many bytes were read, as far as that is known."""
        return self.stream.tell() if self.size else 0

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in parts, in UTF-8 if it is in UTF-16 with a mark, without the mark."""
        first = self._read()
        if first[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
            raise UsageError(f"{self.called}:1: this is UTF-32: save it as UTF-8.")
        rest = iter(self._read, b"")
        if first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            texts = codecs.iterdecode(chain([first], rest), "utf-16", "surrogatepass")
            yield from (text.encode("utf-8", "surrogatepass") for text in texts)
        else:
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from rest

    def _read(self) -> bytes:
        if hasattr(signal, "siginterrupt"):  # a library may have had a read that waits go on
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.siginterrupt(number, True)
        content = self.stream.read(BLOCK)
        self.digest.update(content)
        return content

    def close(self) -> None:
        """Close the file; standard input is left open."""
        if self.stream is not getattr(sys.stdin, "buffer", None):
            self.stream.close()
