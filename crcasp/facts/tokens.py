"""The tokens of a fact file, one after the other, and those that no fact holds."""

from __future__ import annotations

import re

from crcasp.facts.collector import SourceError
from crcasp.facts.text import BLANKS, LINE_COMMENT, Text, after, after_blanks
from crcasp.facts.wording import clipped

MAX_TOKENS = 300  # of one statement
MAX_ALL_TOKENS = 20_000  # of one file, as it is read

_STRING = r'"(?:[^\\"\n]++|\\["\\n])*+'
_TOKEN = re.compile(
    rf"""{BLANKS}(?:
    (?P<name>[_']*+[a-z][A-Za-z0-9_']*+)
    |(?P<decimal>[0-9]++\.[0-9]++)
    |(?P<number>0x[0-9A-Fa-f]++|0o[0-7]++|0b[01]++|[0-9]++)
    |(?P<directive>\#[A-Za-z]*+)
    |(?P<weak>:~)
    |(?P<sign>:-|\.\.|\*\*|[(){{}}\[\].,;!&*+\-/:<=>?\\^|~])
    |(?P<string>{_STRING}")
    |(?P<variable>[_']*+[A-Z][A-Za-z0-9_']*+|_(?![_']))
    |(?P<end>\Z)
    |(?P<comment>%\*)
    |(?P<external>@)
    |(?P<open>{_STRING})
    |(?P<other>.))""",
    re.VERBOSE | re.DOTALL,
).match
_SKIPPED = re.compile(rf'(?:[^."%0-9]++|[0-9]++(?:\.[0-9]++)?+|\.\.|{_STRING}"?+|{LINE_COMMENT})*+')
_SCRIPT_END = re.compile(r"#end[ \t\n]*+\.?")
_ANNOTATION = re.compile(r"[ \t\n]*+\[[^\]\n]*+\]")

REFUSED = {  # kinds of tokens that no fact holds
    "comment": "this comment is never closed; end it with *%.",
    "decimal": "this is not a whole number; write it without a fraction.",
    "directive": "{} is refused, as only facts are read and nothing is executed; remove it.",
    "external": "an @-term calls a function, and nothing here is executed; write the value itself.",
    "open": "this text in quotation marks does not end; write a name without quotation marks.",
    "weak": "this is a weak constraint, and only facts are read; remove it.",
    "other": "{} does not belong in a fact; remove it or replace it.",
}
_TOO_LONG = "this statement is too long for a fact; end each fact with a full stop."
_TOO_MANY = "this is longer than the facts of one patient; give those of one patient only."


class RefusedError(Exception):
    """A statement is refused, for what is at an offset or, without one, as a whole."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


class Tokens:
    """The tokens of a text, one at a time."""

    def __init__(self, source: Text, start: int) -> None:
        self.source = source
        self.text = source.text
        self.kind = self.word = ""  # the current token: a group of the expression, and its text
        self.at = self.next = start  # where it begins and ends
        self.before = start  # where the token before it ended
        self.start = start  # where the statement begins that it is in
        self._count = self._limit = 0

    def begin(self) -> None:
        """Go to the first token of a statement."""
        if self._count > MAX_ALL_TOKENS:
            raise SourceError(_TOO_MANY, self.source.place(self.next))
        self._limit = self._count + MAX_TOKENS
        self.start = self.next = after_blanks(self.text, self.next)
        self.advance()

    def advance(self) -> None:
        """Go to the next token.

        Raises:
            RefusedError: no fact holds such a token, or as many tokens.
        """
        self.before = self.next
        token = _TOKEN(self.text, self.next)
        if token and token.lastgroup == "comment":  # it may be one with comments in it
            token = _TOKEN(self.text, after_blanks(self.text, token.start("comment")))
        assert token  # any character is one
        self.kind = kind = str(token.lastgroup)
        self.at, self.next = token.span(kind)
        self.word = token[kind]
        self._count += 1
        if kind in REFUSED:
            shown = _character(self.word) if kind == "other" else clipped(self.word)
            raise RefusedError(REFUSED[kind].format(shown), self.at)
        if self._count > self._limit:
            raise RefusedError(_TOO_LONG, self.at)

    def skip(self) -> None:
        """Go on after the statement that the current token spoils."""
        text = self.text
        if self.kind == "comment":
            self.next = len(text)
        elif self.word == "#script":
            end = _SCRIPT_END.search(text, self.next)
            self.next = end.end() if end else len(text)
        elif self.word != "." and not (self.kind == "open" and text.startswith("\n", self.next)):
            self._skip_to_stop()
            if self.kind in ("directive", "weak"):
                self.next = after(_ANNOTATION, text, self.next)

    def _skip_to_stop(self) -> None:
        """Go on after the next full stop, or to a comment that has no end."""
        while not self.text.startswith(".", self.next):
            end = after_blanks(self.text, after(_SKIPPED, self.text, self.next))
            if end == self.next:
                return
            self.next = end
        self.next += 1


def _character(char: str) -> str:
    """A character that a message can name even when it cannot be seen."""
    from unicodedata import name

    seen = f"{char} " if char.isprintable() else ""
    return f"the character {seen}(U+{ord(char):04X}, {name(char, 'no character of a text')})"
