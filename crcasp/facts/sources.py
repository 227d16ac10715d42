"""Where the facts of a patient come from: a text, a file, a mapping, symbols."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping

import clingo

from crcasp.errors import MAX_BYTES
from crcasp.facts.collector import Collector, FactBase, SourceError, collect
from crcasp.facts.text import Text, after_blanks
from crcasp.facts.wording import printable
from crcasp.program.trusted import content_of
from crcasp.program.vocabulary import Vocabulary

# A choice rule such as `{age(54)}.` begins like JSON, but with a bare name.
_JSON = re.compile(r"\[|\{(?!\s*[a-z]\w*\s*[({};.|])")

TOO_LARGE = "this is larger than 1 MiB; give the facts of one patient only."
_LONE = "a carriage return stands alone here; save the text with ordinary line ends."


def read_text(text: str, source: str, vocabulary: Vocabulary) -> FactBase:
    """Read ASP facts, or JSON when the first character after comments opens a JSON value."""
    return collect(lambda collector: _fill(text, source, collector), vocabulary, source)


def read_path(path: str | os.PathLike[str], vocabulary: Vocabulary) -> FactBase:
    """Read a file of facts; `-` is standard input."""
    name = os.fspath(path)
    source = "<stdin>" if name == "-" else printable(name)
    return collect(lambda it: _fill(text_of(name, source), source, it), vocabulary, source)


def read_mapping(mapping: Mapping[str, object], vocabulary: Vocabulary) -> FactBase:
    """Read a mapping such as `{"age": 54, "history": [{"received": ["folfox"]}]}`."""
    from crcasp.facts.mapping import fill_mapping

    return collect(lambda collector: fill_mapping(mapping, collector), vocabulary, "patient")


def read_symbols(symbols: Iterable[clingo.Symbol], vocabulary: Vocabulary) -> FactBase:
    """Read facts that are symbols of clingo already."""
    from crcasp.facts.symbols import fill_symbols

    return collect(lambda collector: fill_symbols(symbols, collector), vocabulary, "facts")


def _fill(content: str, source: str, collector: Collector) -> None:
    """Read a text of either kind."""
    if len(content) > MAX_BYTES:
        raise SourceError(TOO_LARGE)
    if "\0" in content:
        raise SourceError("this is not text (a NUL byte is in it); save it as plain UTF-8 text.")
    text = Text(source, content)
    collector.locate = text.place
    if text.lone >= 0:  # to clingo it ends no line, and so no comment
        collector.refuse(_LONE, text.lone)
    start = after_blanks(text.text, 0)
    if _JSON.match(text.text, start):
        from crcasp.facts.document import fill_json

        fill_json(text, start, collector)
    else:
        from crcasp.facts.language import fill_statements

        fill_statements(text, start, collector)


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
