"""The statements of a text, by a linear scan that nothing harmful passes.

It stops at all that the parser of clingo must not see: directives (the parser follows
`#include`), terms so deep that its recursion overflows, numbers that it would wrap around,
text that is not ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from crcasp.errors import Fault, Place
from crcasp.facts.collector import SourceError
from crcasp.facts.text import LINE_COMMENT, OPEN_COMMENT, OpenCommentError, Text, after_blanks
from crcasp.facts.wording import EXTERNAL, MAX_SHOWN, RULE

MAX_DEPTH = 8  # brackets within brackets
MAX_TOKENS = 300  # of one statement
MAX_ALL_TOKENS = 20_000  # of one file
MAX_NUMBER = 2**31 - 1  # what clingo can represent

_STRING = r'"(?:[^\\"\n]++|\\["\\n])*+"?'
TOKEN = re.compile(
    rf"""(?P<string>{_STRING})
    |(?P<decimal>[0-9]++\.[0-9]++)
    |(?P<number>0x[0-9A-Fa-f]++|0o[0-7]++|0b[01]++|[0-9]++)
    |(?P<name>[_']*+[a-z][A-Za-z0-9_']*+)
    |(?P<variable>[_']*+[A-Z][A-Za-z0-9_']*+|_(?![_']))
    |(?P<directive>\#[A-Za-z]*+)
    |(?P<external>@)
    |(?P<weak>:~)
    |(?P<rule>:-)
    |(?P<dots>\.\.)
    |(?P<stop>\.)
    |(?P<open>[(\[{{])
    |(?P<close>[)\]}}])
    |(?P<sign>[!&*+,\-/:;<=>?\\^|~])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SKIPPED = re.compile(rf'(?:[^."%0-9]++|[0-9]++(?:\.[0-9]++)?+|\.\.|{_STRING}|{LINE_COMMENT})*+')
_SCRIPT_END = re.compile(r"#end[ \t\n]*+\.?")
_ANNOTATION = re.compile(r"[ \t\n]*+\[[^\]\n]*+\]")

_OPEN_STRING = "this text in quotation marks does not end; write a name without quotation marks."
_UNFINISHED = "this statement does not end; end it with a full stop."
_WEAK = "this is a weak constraint, and only facts are read; remove it."
_DECIMAL = "this is not a whole number; write it without a fraction."
_TOO_DEEP = "these brackets are nested too deeply; write a fact as name(value)."
_TOO_LONG = "this statement is too long for a fact; end each fact with a full stop."
_TOO_BIG = "this number is larger than any that is read; correct it."


class Statement(NamedTuple):
    """One statement that the parser may see: ASCII, shallow, of the length of its source."""

    text: str
    place: Place


class Scanner:
    """Cuts a text into statements, each found harmless or refused."""

    def __init__(self, source: Text) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self._tokens = 0

    def statements(self) -> Iterator[Statement | Fault]:
        """All statements in order; the scan goes on after a fault."""
        try:
            while True:
                self._at = after_blanks(self._text, self._at)
                if self._at == len(self._text):
                    return
                yield from self._statement()
        except OpenCommentError as comment:
            yield self._fault(OPEN_COMMENT, comment.offset)

    def _fault(self, message: str, offset: int) -> Fault:
        return Fault(self._source.place(offset), message)

    def _statement(self) -> Iterator[Statement | Fault]:
        """The statement at this point, up to its full stop."""
        start, pieces, depth, before = self._at, list[str](), 0, ""
        rule = False
        while (token := self._next()) is not None:
            kind = str(token.lastgroup)
            depth += {"open": 1, "close": -1}.get(kind, 0)
            message = _hazard(kind, token[0], depth, len(pieces))
            if message:
                hidden = rule and kind in ("directive", "external")
                yield self._fault(RULE if hidden else message, start if hidden else token.start())
                self._skip(token)
                return
            if before == ")" and depth == 0 and kind == "name" and token[0] != "not" and not rule:
                end = start + len("".join(pieces).rstrip())
                yield self._fault("a full stop is missing here; add it.", end)
                yield Statement("".join(pieces) + ".", self._source.place(start))
                return
            pieces.append(_ascii(token[0]))
            rule = rule or kind == "rule"
            before = token[0]
            self._at = token.end()
            if kind == "stop":
                yield Statement("".join(pieces), self._source.place(start))
                return
            pieces.append(self._blanks())
        yield self._fault(_UNFINISHED, start)

    def _next(self) -> re.Match[str] | None:
        self._tokens += 1
        if self._tokens > MAX_ALL_TOKENS:
            raise SourceError(
                "this is longer than the facts of one patient; give those of one patient only.",
                self._source.place(self._at),
            )
        return TOKEN.match(self._text, self._at)

    def _blanks(self) -> str:
        """Step over white space and comments, and return white space of their shape."""
        start = self._at
        self._at = after_blanks(self._text, start)
        return re.sub(r"[^\n]", " ", self._text[start : self._at])

    def _skip(self, token: re.Match[str]) -> None:
        """Go on after the statement that a token spoils."""
        text, self._at = self._text, token.end()
        if token[0] == "#script":
            end = _SCRIPT_END.search(text, self._at)
            self._at = end.end() if end else len(text)
            return
        if token.lastgroup == "string" and text.startswith("\n", self._at):
            return
        while self._at < len(text) and text[self._at] != ".":
            skipped = _SKIPPED.match(text, self._at)
            self._at = skipped.end() if skipped else self._at
            self._at = after_blanks(text, self._at)
        self._at = min(self._at + 1, len(text))
        if token.lastgroup in ("directive", "weak"):
            annotation = _ANNOTATION.match(text, self._at)
            self._at = annotation.end() if annotation else self._at


def _ascii(token: str) -> str:
    return token if token.isascii() else re.sub(r"[^\x00-\x7f]", "?", token)


def _hazard(kind: str, token: str, depth: int, pieces: int) -> str | None:
    """Why a token may not reach the parser, or None."""
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    if pieces > 2 * MAX_TOKENS:
        return _TOO_LONG
    if kind == "string":
        return None if len(token) > 1 and _is_closed(token) else _OPEN_STRING
    if kind == "number":
        return _TOO_BIG if _is_big(token) else None
    if kind == "directive":
        return f"{token} is refused, as only facts are read and nothing is executed; remove it."
    if kind == "other":
        return f"{_character(token)} does not belong in a fact; remove it or replace it."
    return {"decimal": _DECIMAL, "external": EXTERNAL, "weak": _WEAK}.get(kind)


def _is_closed(string: str) -> bool:
    """Whether a string token has its closing quotation mark."""
    return re.fullmatch(r'"(?:[^\\"\n]++|\\["\\n])*+"', string) is not None


def _is_big(number: str) -> bool:
    if number[:2] in ("0x", "0o", "0b"):
        return len(number) > MAX_SHOWN or int(number, 0) > MAX_NUMBER
    return len(number) > MAX_SHOWN or int(number) > MAX_NUMBER


def _character(char: str) -> str:
    """A character that a message can name even when it cannot be seen."""
    name = unicodedata.name(char, "no character of a text")
    seen = f"{char} " if char.isprintable() else ""
    return f"the character {seen}(U+{ord(char):04X}, {name})"
