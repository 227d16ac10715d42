"""Patients as JSON, with the place of each key and value.

The text is read by the json library, and a second time only where a place is asked for.
"""

from __future__ import annotations

import json
import re

from crcasp.errors import Place
from crcasp.facts.collector import MAX_FACTS, At, Collector, SourceError
from crcasp.facts.mapping import Repetitive, fill_mapping
from crcasp.facts.text import Text, after
from crcasp.facts.wording import MAX_SHOWN

_BETWEEN = re.compile(r"[ \t\n,:]*+")  # of values, where a document is known to be valid


def fill_json(source: Text, start: int, collector: Collector) -> None:
    """Read the JSON that begins at an offset; only comments are before it."""
    try:
        document = _Document(source, start)
        collector.locate = document.place
        fill_mapping(document.data, collector)
    except json.JSONDecodeError as error:
        message = f"this is not valid JSON ({error.msg}); correct it here, or write ASP facts."
        raise SourceError(message, source.place(start + error.pos)) from error
    except RecursionError as error:
        message = "this JSON is nested too deeply for a patient; remove the inner levels."
        raise SourceError(message, source.place(start)) from error


class _Document:
    """A JSON document, and where its members are."""

    def __init__(self, source: Text, start: int) -> None:
        decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole)
        self.data: object = decoder.decode(source.text[start:])
        self._decode = json.JSONDecoder(parse_int=_whole).raw_decode
        self._source = source
        self._start = start
        self._known: dict[int, dict[str | int, tuple[int, int]]] = {}

    def place(self, path: At) -> Place:
        """The place of the member at a path: of its value or, if None ends the path, its key."""
        key, value = self._start, self._start
        for step in path if isinstance(path, tuple) else ():
            if step is None:
                return self._source.place(key)
            if value not in self._known:
                self._known[value] = self._members(value)
            key, value = self._known[value][step]
        return self._source.place(value)

    def _members(self, at: int) -> dict[str | int, tuple[int, int]]:
        """Where each key and value of the object or list at an offset begins."""
        text, decode = self._source.text, self._decode
        members: dict[str | int, tuple[int, int]] = {}
        is_object = text[at] == "{"
        at = after(_BETWEEN, text, at + 1)
        while text[at] not in "]}" and (is_object or len(members) <= MAX_FACTS):
            key, key_at = len(members), at
            if is_object:
                key, at = decode(text, at)
                at = after(_BETWEEN, text, at)
            members[key] = key_at, at
            at = after(_BETWEEN, text, decode(text, at)[1])
        return members


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repetitive(pairs)


def _whole(digits: str) -> int:
    """A JSON integer; one of more digits than Python may read stays too large for any use."""
    return int(digits) if len(digits) <= MAX_SHOWN else 10**MAX_SHOWN
