"""How a table is written: by its suffix, or as the options say."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import NamedTuple

import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.saving import STANDARD, is_special

FORMS = ("csv", "ndjson", "parquet", "xlsx")
SUFFIXES = {f".{name}": name for name in FORMS} | {
    **dict.fromkeys((".jsonl", ".json"), "ndjson"),
    ".tsv": "csv",
}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
SIGN = re.compile('[^"\r\n\x7f-\U0010ffff]')
OPTIONS = {
    "csv": ("separator", "encoding", "skip", "comment"),
    "ndjson": ("encoding",),
    "xlsx": ("skip",),
    "parquet": (),
}


class Format(NamedTuple):
    """How a table is written, where the file itself does not say it.

    Attributes:
        form: "csv", "ndjson", "parquet" or "xlsx".
        separator: of the columns of CSV.
        encoding: of a text.
        skip: how many lines stand above the names of the columns.
        comment: what a line begins with that stands above the names and is not read.
    """

    form: str | None = None
    separator: str | None = None
    encoding: str | None = None
    skip: int = 0
    comment: str | None = None

    def checked(self) -> Format:
        """Return the options with the separator as a character; refuse an unknown one."""
        sign = SEPARATORS.get(str(self.separator), self.separator)
        try:
            io.TextIOWrapper(io.BytesIO(), self.encoding or "utf-8", "surrogateescape").read()
            fault = ""
        except (LookupError, TypeError, UnicodeError):
            fault = f"--encoding {self.encoding}: there is no such encoding of text."
        if self.form is not None and self.form not in FORMS:
            fault = f"{self.form} is not a form of a registry: give one of {', '.join(FORMS)}."
        elif sign is not None and not (isinstance(sign, str) and SIGN.fullmatch(sign)):
            fault = f"--separator {sign}: give one character, or {', '.join(SEPARATORS)}."
        elif not isinstance(self.skip, int) or self.skip < 0:
            fault = f"--skip {self.skip}: give the number of lines, such as 4."
        elif not isinstance(self.comment, (str, type(None))):
            fault = f"--comment {self.comment}: give what comments begin with, such as '#'."
        if fault:
            raise UsageError(fault)
        return self._replace(separator=sign)


def suffix_form(name: str) -> str | None:
    """Return the form that the suffix of a file says, if it says one; .gz and so on are no form."""
    path = PurePath(name.lower())
    return SUFFIXES.get(PurePath(path.stem).suffix if compression(name) else path.suffix)


def compression(name: str) -> str | None:
    """Return how a file is compressed, by its suffix."""
    with suppress(ValueError, TypeError):
        return str(pa.Codec.detect(name.lower()).name)
    return None


def form_of(name: str, option: str | None, stream: str, forms: Sequence[str] = FORMS) -> str:
    """Return the form of a file, one of some, by its suffix, or else by the option."""
    special = name == STANDARD or is_special(name)
    form = suffix_form(name) or option or (stream if special else None)
    if form is None or form not in forms:
        known = ", ".join(suffix for suffix, it in SUFFIXES.items() if it in forms)
        raise UsageError(
            f"{name}: its suffix is none of {known}: give it one, or say by --format what it is."
        )
    return form
