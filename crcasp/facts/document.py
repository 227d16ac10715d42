"""Patients as JSON, with the place of each key and value."""

from __future__ import annotations

import json
import re

from crcasp.errors import Place
from crcasp.facts.collector import MAX_FACTS, At, Collector, SourceError
from crcasp.facts.mapping import Repetitive, fill_mapping
from crcasp.facts.text import Text, after
from crcasp.facts.wording import MAX_SHOWN

MAX_DEPTH = 100  # objects and lists within each other
_BLANK = re.compile(r"[ \t\n]*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+')
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?P<rest>(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)"
_SCALAR = re.compile(rf"null|true|false|NaN|-?Infinity|{_NUMBER}")
_WORDS = {"null": None, "true": True, "false": False}


def fill_json(source: Text, start: int, collector: Collector) -> None:
    """Read the JSON that begins at an offset; only comments are before it."""
    document = _Document(source, start)
    data = document.read()
    collector.locate = document.place
    fill_mapping(data, collector)


class _Document:
    """A JSON document, and where its members are."""

    def __init__(self, source: Text, start: int) -> None:
        self._source = source
        self._text = source.text
        self._start = self._at = start
        # By the offset of an object or list: where each key, and its value, begins.
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}

    def read(self) -> object:
        """Read the whole document."""
        data = self._value(0)
        if self._next():
            raise self._fault("Extra data", self._at)
        return data

    def place(self, path: At) -> Place:
        """The place of the member at a path: of its value or, if None ends the path, its key."""
        key, value = self._start, self._start
        for step in path if isinstance(path, tuple) else ():
            if step is None:
                return self._source.place(key)
            key, value = self._members[value][step]
        return self._source.place(value)

    def _fault(self, message: str, at: int) -> SourceError:
        said = f"this is not valid JSON ({message}); correct it here, or write ASP facts."
        return SourceError(said, self._source.place(at))

    def _next(self) -> str:
        """Go on to the next character that is not blank, which is "" at the end."""
        self._at = after(_BLANK, self._text, self._at)
        return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> object:
        if depth > MAX_DEPTH:
            message = "this JSON is nested too deeply for a patient; remove the inner levels."
            raise SourceError(message, self._source.place(self._start))
        if self._text.startswith(("{", "["), self._at):
            return self._whole(depth)
        if self._text.startswith('"', self._at):
            return self._string()
        found = _SCALAR.match(self._text, self._at)
        if not found:
            raise self._fault("Expecting value", self._at)
        self._at = found.end()
        if found[0] in _WORDS:
            return _WORDS[found[0]]
        return _integer(found[0]) if found["rest"] == "" else float(found[0])

    def _whole(self, depth: int) -> object:
        """Read an object or a list."""
        members: dict[str | int, tuple[int, int]] = {}
        pairs: list[tuple[str, object]] = []
        self._members[self._at] = members
        end = "}" if self._text[self._at] == "{" else "]"
        self._at += 1
        while self._next() != end or pairs:
            name, begin = "", self._at
            if end == "}":
                if not self._text.startswith('"', self._at):
                    raise self._fault("Expecting property name enclosed in double quotes", begin)
                name = self._string()
                if self._next() != ":":
                    raise self._fault("Expecting ':' delimiter", self._at)
                self._at += 1
                self._next()
                members[name] = begin, self._at
            elif len(pairs) <= MAX_FACTS:
                members[len(pairs)] = begin, begin
            pairs.append((name, self._value(depth + 1)))
            char = self._next()
            if char == end:
                break
            if char != ",":
                raise self._fault("Expecting ',' delimiter", self._at)
            self._at += 1
        self._at += 1
        return _object(pairs) if end == "}" else [value for _, value in pairs]

    def _string(self) -> str:
        text, begin = self._text, self._at
        end = after(_STRING, text, begin)
        if text.startswith('"', end):
            self._at = end + 1
            return str(json.loads(text[begin : self._at]))
        if text[end:] in ("", "\\"):
            raise self._fault("Unterminated string starting at", begin)
        if text.startswith("\\u", end):
            raise self._fault("Invalid \\uXXXX escape", end + 1)
        kind = "Invalid \\escape" if text[end] == "\\" else "Invalid control character at"
        raise self._fault(kind, end)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repetitive(pairs)


def _integer(digits: str) -> int:
    """A JSON integer; one of more digits than Python may read stays too large for any use."""
    return int(digits) if len(digits) <= MAX_SHOWN else 10**MAX_SHOWN
