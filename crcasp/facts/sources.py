"""Where the facts of a patient come from: a text, a file, a mapping, symbols."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType

import clingo

from crcasp.errors import Fault, Place
from crcasp.facts.base import FactBase
from crcasp.facts.collector import (
    MAX_FACTS,
    TOO_MANY,
    Collector,
    RefusedError,
    SourceError,
    Value,
    labels_of,
    signatures,
)
from crcasp.facts.files import MAX_BYTES, TOO_LARGE, bytes_of, decoded
from crcasp.facts.text import OPEN_COMMENT, OpenCommentError, Text, after_blanks
from crcasp.facts.wording import NEGATED, Odd, printable, show
from crcasp.program.vocabulary import Vocabulary


def read_text(text: str, source: str, vocabulary: Vocabulary) -> FactBase:
    """Read ASP facts, or JSON when the first character after comments opens a JSON value."""
    collector = Collector(signatures(vocabulary), source)
    with collector:
        _read_text(text, collector, vocabulary)
    return collector.result()


def read_path(path: str | os.PathLike[str], vocabulary: Vocabulary) -> FactBase:
    """Read a file of facts; `-` is standard input."""
    source = "<stdin>" if os.fspath(path) == "-" else printable(os.fspath(path))
    try:
        text = decoded(bytes_of(path), source)
    except RefusedError as refusal:
        place = refusal.place or Place(source)
        return FactBase(MappingProxyType({}), (Fault(place, str(refusal)),))
    return read_text(text, source, vocabulary)


def read_mapping(
    mapping: Mapping[str, object], vocabulary: Vocabulary, source: str = "patient"
) -> FactBase:
    """Read a mapping such as `{"age": 54, "history": [{"received": ["folfox"]}]}`."""
    collector = Collector(signatures(vocabulary), source)
    with collector:
        from crcasp.facts.mapping import fill_mapping

        fill_mapping(mapping, collector, vocabulary)
    return collector.result()


def read_symbols(
    symbols: Iterable[clingo.Symbol], vocabulary: Vocabulary, source: str = "facts"
) -> FactBase:
    """Read facts that are symbols of clingo already."""
    collector = Collector(signatures(vocabulary), source)
    with collector:
        for symbol in symbols:
            _read_symbol(symbol, collector)
    return collector.result()


def _read_text(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    if len(text) > MAX_BYTES:
        raise SourceError(TOO_LARGE)
    if "\0" in text:
        raise SourceError("this is not text (a NUL byte is in it); save it as plain UTF-8 text.")
    source = Text(collector.source, text)
    try:
        start = after_blanks(source.text, 0)
    except OpenCommentError as comment:
        collector.refuse(OPEN_COMMENT, source.place(comment.offset))
        return
    if source.text[start : start + 1] in ("{", "[") and not _CHOICE.match(source.text, start):
        from crcasp.facts.mapping import fill_json

        fill_json(source, start, collector, vocabulary)
    elif not _fill_plain(source, start, collector):
        from crcasp.facts.statements import fill_statements

        fill_statements(source, collector)


# What nearly all files hold: blanks, line comments, and facts of names and numbers, or of
# a few of them as in received(1, (a; b)).
_WORD = r"(?:(?!not\b)[a-z]\w*+|0|[1-9][0-9]{0,8})"
_PLAIN = re.compile(
    r"[ \t\n]++|%(?!\*)[^\n]*+"
    r"|(?!not\b)([a-z]\w*+)\((ITEM(?:, ?ITEM)*+)\)\.(?!\.)".replace(
        "ITEM", rf"(?:{_WORD}|\({_WORD}(?:; ?{_WORD}){{1,7}}\))"
    ),
    re.ASCII,
)


def _fill_plain(source: Text, start: int, collector: Collector) -> bool:
    """Read a text that holds nothing but plain facts, all allowed; else leave it be."""
    facts: list[tuple[clingo.Symbol, Place]] = []
    text, at = source.text, start
    while at < len(text):
        match = _PLAIN.match(text, at)
        if match is None:
            return False
        if match[1]:
            place = source.place(at)
            columns = [item.strip("( )").split(";") for item in match[2].split(",")]
            for row in product(*columns):
                if len(facts) == MAX_FACTS:
                    raise SourceError(TOO_MANY, place)
                facts.append((clingo.parse_term(f"{match[1]}({','.join(row)})"), place))
        at = match.end()
    if not all(collector.allows(fact) for fact, _ in facts):
        return False
    for fact, place in facts:
        collector.keep(fact, place)
    return True


# A choice rule such as `{age(54)}.` begins like JSON, but with a bare name.
_CHOICE = re.compile(r"\{\s*[a-z]\w*\s*[({};.|]")


def _read_symbol(symbol: clingo.Symbol, collector: Collector) -> None:
    place = Place(collector.source)
    if collector.allows(symbol):
        collector.keep(symbol, place)
        return
    from crcasp.facts.symbols import content_of

    if symbol.type != clingo.SymbolType.Function or not symbol.name:
        content = content_of(symbol)
        shown = content.shown if isinstance(content, Odd) else show(content)
        collector.refuse(f"{shown} is not a fact; write a fact as name(value).", place)
    elif symbol.negative:
        collector.refuse(NEGATED, place)
    elif collector.knows(symbol.name, len(symbol.arguments), place):
        labels = labels_of(symbol.name, len(symbol.arguments))
        values = [
            [Value(label, content_of(term), place)]
            for label, term in zip(labels, symbol.arguments, strict=True)
        ]
        collector.add(symbol.name, values, place)
