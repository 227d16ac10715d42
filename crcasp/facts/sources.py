"""Where the facts of a patient come from: a text, a file, a mapping, symbols."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

import clingo

from crcasp.errors import MAX_BYTES
from crcasp.facts.collector import Collector, FactBase, SourceError, collect
from crcasp.facts.files import TOO_LARGE, text_of
from crcasp.facts.text import Text, after_blanks
from crcasp.facts.wording import printable
from crcasp.program.vocabulary import Vocabulary

# A choice rule such as `{age(54)}.` begins like JSON, but with a bare name.
_JSON = re.compile(r"\[|\{(?!\s*[a-z]\w*\s*[({};.|])")

_LONE = "a carriage return stands alone here; save the text with ordinary line ends."


def read_text(text: str, source: str, vocabulary: Vocabulary) -> FactBase:
    """Read ASP facts, or JSON when the first character after comments opens a JSON value."""
    return collect(lambda collector: _fill(text, source, collector), vocabulary, source)


def read_path(path: str | os.PathLike[str], vocabulary: Vocabulary) -> FactBase:
    """Read a file of facts; `-` is standard input."""
    name = os.fspath(path)
    source = "<stdin>" if name == "-" else printable(name)
    return collect(lambda it: _fill(text_of(name, source), source, it), vocabulary, source)


def read_mapping(
    mapping: Mapping[str, object], vocabulary: Vocabulary, source: str = "patient"
) -> FactBase:
    """Read a mapping such as `{"age": 54, "history": [{"received": ["folfox"]}]}`."""
    from crcasp.facts.mapping import fill_mapping

    return collect(lambda collector: fill_mapping(mapping, collector), vocabulary, source)


def read_symbols(
    symbols: Iterable[clingo.Symbol], vocabulary: Vocabulary, source: str = "facts"
) -> FactBase:
    """Read facts that are symbols of clingo already."""
    from crcasp.facts.symbols import fill_symbols

    return collect(lambda collector: fill_symbols(symbols, collector), vocabulary, source)


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
