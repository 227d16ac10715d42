"""The language of fact files: facts of names and whole numbers, pools, small intervals.

The parser of clingo never meets a text that is not trusted. What clingo knows and a fact does
not hold, such as a rule or arithmetic, is refused in one sentence.
"""

from __future__ import annotations

import re
from math import prod

from crcasp.facts.collector import Collector, Content, Value
from crcasp.facts.text import BLANKS, LINE_COMMENT, Text, after, after_blanks
from crcasp.facts.wording import MAX_SHOWN, NO_FACT, Odd, clipped, quoted, show

MAX_DEPTH = 8  # brackets within brackets
MAX_EXPANSION = 64  # facts that one statement with pools or intervals may stand for

_UNFINISHED = "this statement does not end; end it with a full stop."
_NO_STOP = "a full stop is missing here; add it."
_NO_END = "this comment is never closed; end it with *%."
_VARIABLE = "{} is a variable; write a value, or leave the fact out."
_CHARACTER = "the character {}(U+{:04X}) does not belong in a fact; remove it or replace it."
_EXPANSION = (
    f"this stands for no fact, or for more than {MAX_EXPANSION}; "
    "write the facts of the patient one by one."
)
_STRING = r'"(?:[^\\"\n]|\\["\\n])*+'
_TOKEN = re.compile(
    rf"{BLANKS}(?:"
    r"(?P<word>-?[0-9]++\.[0-9]++|-?[A-Za-z0-9_']++(?:-[A-Za-z_'][A-Za-z0-9_']*+)*+)"
    rf'|(?P<string>{_STRING}")'
    r"|(?P<end>\Z)"
    r"|(?P<comment>%\*)"
    r"|(?P<sign>\.\.|[!#-~])"
    r"|(?P<other>.))",
    re.DOTALL,
).match
_NAME = re.compile(r"[_']*+[a-z][A-Za-z0-9_']*").fullmatch
_NUMBER = re.compile(r"0|-?[1-9][0-9]*").fullmatch
_CAPITAL = re.compile(r"_|[_']*+[A-Z][A-Za-z0-9_']*").fullmatch
_SKIPPED = re.compile(rf'(?:[^."%0-9]++|[0-9]++(?:\.[0-9]++)?+|\.\.|{_STRING}"?+|{LINE_COMMENT})*+')
_SCRIPT = re.compile(r"#script\b.*?(?:#end[ \t\n]*+\.?|\Z)", re.DOTALL)


class RefusedError(Exception):
    """A statement is refused, for what is at an offset or, without one, as a whole."""

    def __init__(self, message: str = NO_FACT, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


def fill_statements(source: Text, start: int, collector: Collector) -> None:
    """Read every statement of a text from an offset on, and go on after a fault."""
    statements = _Statements(source.text, start, collector)
    while statements.kind != "end":
        statements.read()


class _Statements:
    """Read one statement after the other, by recursive descent as deep as MAX_DEPTH."""

    def __init__(self, text: str, start: int, collector: Collector) -> None:
        self._text = text
        self._collector = collector
        self.kind = self._word = ""  # the current token: a group of the expression, and its text
        self._at = self._next = start  # where the token begins and ends
        self._before = start  # where the token before it ended
        self._start = start  # where the statement begins
        self._depth = 0

    def read(self) -> None:
        """Read one statement; where it is refused, step over it."""
        self._depth = 0
        self._start = self._next = after_blanks(self._text, self._next)
        try:
            self._advance()
            if self.kind != "end":
                self._fact()
        except RefusedError as refusal:
            self._skip()
            at = self._start if refusal.at is None else refusal.at
            self._collector.refuse(str(refusal), at)

    def _advance(self) -> None:
        """Go to the next token."""
        self._before = self._next
        token = _TOKEN(self._text, self._next)
        if token and token["comment"]:  # it may be one with comments in it
            token = _TOKEN(self._text, after_blanks(self._text, token.start("comment")))
        assert token  # any character is one
        self.kind = str(token.lastgroup)
        self._at, self._next = token.span(self.kind)
        self._word = token[self.kind]
        if self.kind == "comment":
            raise RefusedError(_NO_END, self._at)
        if self.kind == "other":
            seen = f"{self._word} " if self._word.isprintable() else ""
            raise RefusedError(_CHARACTER.format(seen, ord(self._word)), self._at)

    def _skip(self) -> None:
        """Go on after the statement that the current token spoils."""
        script = _SCRIPT.match(self._text, self._start)
        if script or self.kind == "comment":
            self._next = script.end() if script else len(self._text)
        elif self._word != ".":
            while not self._text.startswith(".", self._next):
                end = after_blanks(self._text, after(_SKIPPED, self._text, self._next))
                if end == self._next:  # a comment that has no end, or the end of the text
                    return
                self._next = end
            self._next += 1

    def _refused(self) -> RefusedError:
        """What is said where the current token does not belong in a fact."""
        return RefusedError(_UNFINISHED if self.kind == "end" else NO_FACT)

    def _fact(self) -> None:
        """Read one fact, which may stand for several."""
        name, collector = self._word, self._collector
        if not _NAME(name):
            raise RefusedError
        self._advance()
        alternatives = self._alternatives() if self._word == "(" else [[]]
        if self.kind == "word" and self._text[self._before - 1] == ")":
            collector.refuse(_NO_STOP, self._before)
            self._next = self._at
        elif self._word != ".":
            raise self._refused()
        if not all(collector.knows(name, len(columns), self._start) for columns in alternatives):
            return
        total = sum(prod(map(len, columns)) for columns in alternatives)
        if total > MAX_EXPANSION:
            raise RefusedError(_EXPANSION)
        for columns in alternatives:
            collector.add(name, columns, self._start)

    def _alternatives(self) -> list[list[list[Value]]]:
        """The lists of terms between two brackets, set apart by semicolons."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedError
        lists: list[list[list[Value]]] = []
        while not lists or self._word == ";":
            if len(lists) == MAX_EXPANSION:
                raise RefusedError(_EXPANSION)
            self._advance()
            lists.append([self._term()])
            while self._word == ",":
                self._advance()
                lists[-1].append(self._term())
        if self._word != ")":
            raise self._refused()
        self._depth -= 1
        self._advance()
        return lists

    def _term(self) -> list[Value]:
        """The values that a term stands for; a pool stands for several."""
        at, kind, word = self._at, self.kind, self._word
        if word == "(":
            tuple_ = [Value(Odd("a tuple"), at)]
            lists = self._alternatives()
            return [it for columns in lists for it in (columns[0] if len(columns) == 1 else tuple_)]
        if kind not in ("word", "string"):
            raise self._refused()
        content = _content(word)
        self._advance()
        if self._word == "(" and kind == "word":
            self._alternatives()
            content = Odd(f"{show(word)}(...)")
        elif self._word == ".." and isinstance(content, int):
            self._advance()
            last = _content(self._word)
            if not isinstance(last, int):
                raise self._refused()
            self._advance()
            if content <= last < content + MAX_EXPANSION:
                return [Value(number, at) for number in range(content, last + 1)]
            content = Odd(message=_EXPANSION)
        return [Value(content, at)]


def _content(word: str) -> Content:
    """The name or number that a token is, or how a message shows what is neither."""
    if _NAME(word):
        return word
    if _NUMBER(word) and len(word) <= MAX_SHOWN:
        return int(word)
    if _CAPITAL(word):
        return Odd(message=_VARIABLE.format(show(word)))
    if word.startswith('"'):
        return Odd(quoted(clipped(word[1:-1])), word[1:-1])
    return Odd(clipped(word), word)
