"""The language of fact files: facts of names and whole numbers, pools, small intervals.

No text that is not trusted meets the parser of clingo. What clingo knows and a fact has not,
such as arithmetic, is read here only to be refused in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod

from crcasp.facts.collector import Collector, Value
from crcasp.facts.text import Text
from crcasp.facts.tokens import REFUSED, RefusedError, Tokens
from crcasp.facts.wording import MAX_SHOWN, NEGATED, Odd, clipped, quoted, show

MAX_DEPTH = 8  # brackets within brackets
MAX_EXPANSION = 64  # facts that one statement with pools or intervals may stand for
MAX_NUMBER = 2**31 - 1  # what clingo can represent

_ONLY = "{}, and only facts are read; write a fact as name(value)."
_NO_FACT, _CHOICE, _DISJUNCTION, _CONSTRAINT, _THEORY = (
    _ONLY.format(f"this is {kind}")
    for kind in ("not a fact", "a choice", "a disjunction", "a constraint", "a theory atom")
)
_RULE = "this is a rule, and only facts are read; state the fact itself, or remove it."
_CAPITAL = (
    "a name begins with a small letter, and a capital makes it a variable; "
    "write the fact as name(value)."
)
_UNFINISHED = "this statement does not end; end it with a full stop."
_UNEXPECTED = "{} is not expected here; write a fact as name(value), ended by a full stop."
_NO_STOP = "a full stop is missing here; add it."
_TOO_DEEP = "these brackets are nested too deeply; write a fact as name(value)."
_TOO_BIG = "this number is larger than any that is read; correct it."
_ZERO = "a whole number does not begin with 0; write it without."
_VARIABLE = "{} is a variable; write a value, or leave the fact out."
_ARITHMETIC = "this is arithmetic, and nothing is computed here; write the value itself."
_ENDS = "an interval must have a whole number at each end; write it as in 1..2."
_NO_NUMBER = "this interval holds no number; write its ends in order, as in 1..2."
_EXPANSION = (
    f"this stands for {{}} facts, more than the {MAX_EXPANSION} allowed; "
    "write the facts of the patient one by one."
)
_OPERATORS = frozenset(("..", "+", "-", "*", "**", "/", "\\", "^", "&", "?"))
_ENDED = {"": _UNFINISHED}  # the end of the text
_HEADS = {  # what a statement is that begins with this token, or with one of this kind
    **{":-": _CONSTRAINT, "not": NEGATED, "-": NEGATED, "&": _THEORY, "{": _CHOICE},
    **dict.fromkeys(("string", "(", "|", "~", "_"), _NO_FACT),
    "variable": _CAPITAL,
}
_RESTS = {  # what a statement is in which this token follows a fact
    **dict.fromkeys((*_OPERATORS - {".."}, "<", ">", "=", "!", ":", ":-"), _NO_FACT),
    **{";": _DISJUNCTION, "|": _DISJUNCTION, "{": _CHOICE, **_ENDED},
}


def fill_statements(source: Text, start: int, collector: Collector) -> None:
    """Read every statement of a text from an offset on, and go on after a fault."""
    statements = _Statements(source, start, collector)
    while statements.kind != "end":
        statements.read()


class _Statements(Tokens):
    """Reads one statement after the other, by recursive descent as deep as MAX_DEPTH."""

    def __init__(self, source: Text, start: int, collector: Collector) -> None:
        super().__init__(source, start)
        self._collector = collector
        self._depth = 0

    def read(self) -> None:
        """Read one statement; where it is refused, step over it."""
        self._depth = 0
        try:
            self.begin()
            if self.kind != "end":
                self._fact()
        except RefusedError as refusal:
            message, at = str(refusal), self.start if refusal.at is None else refusal.at
            self.skip()
            odd = self.kind in REFUSED
            if not odd and self.text.find(":-", self.start + 1, self.next) > 0:
                message, at = _RULE, self.start
            self._collector.refuse(message, at)

    def _fact(self) -> None:
        """Read one fact, which may stand for several."""
        name, start, collector = self.word, self.start, self._collector
        if self.kind != "name" or name == "not":
            if self.kind == "number":
                self.advance()
                raise RefusedError(_CHOICE if self.word == "{" else _NO_FACT)
            raise self._refusal(_HEADS)
        self.advance()
        alternatives = self._alternatives() if self.word == "(" else [[]]
        if self.kind == "name" and self.word != "not" and self.text[self.before - 1] == ")":
            collector.refuse(_NO_STOP, self.before)
            self.next = self.at
        elif self.word != ".":
            raise self._refusal(_RESTS)
        if not all(collector.knows(name, len(columns), start) for columns in alternatives):
            return
        total = sum(prod(map(len, columns)) for columns in alternatives)
        if total > MAX_EXPANSION:
            collector.refuse(_EXPANSION.format(show(total)), start)
            return
        for columns in alternatives:
            collector.add(name, columns, start)

    def _refusal(self, known: Mapping[str, str]) -> RefusedError:
        """What the current token makes of a statement, or that it is out of place."""
        message = known.get(self.word) or known.get(self.kind)
        at = None if message else self.at
        return RefusedError(message or _UNEXPECTED.format(clipped(self.word)), at)

    def _alternatives(self) -> list[list[list[Value]]]:
        """The lists of terms between two brackets, set apart by semicolons."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedError(_TOO_DEEP, self.at)
        lists: list[list[list[Value]]] = []
        while not lists or self.word == ";":
            self.advance()
            columns = [] if self.word in (";", ")") else [self._term()]
            while self.word == ",":
                self.advance()
                columns.append(self._term())
            lists.append(columns)
        if self.word != ")":
            raise self._refusal(_ENDED)
        self._depth -= 1
        self.advance()
        return lists

    def _term(self) -> list[Value]:
        """The values that a term stands for."""
        at, operators, operands = self.at, list[str](), [self._operand()]
        while self.word in _OPERATORS:
            operators.append(self.word)
            self.advance()
            operands.append(self._operand())
        if not operators:
            return operands[0]
        contents = [values[0].content if len(values) == 1 else None for values in operands]
        match operators, contents:
            case [".."], [int(first), int(last)] if first <= last < first + MAX_EXPANSION:
                return [Value(number, at) for number in range(first, last + 1)]
            case [".."], [int(first), int(last)]:
                total = last - first + 1
                content = Odd(message=_NO_NUMBER if total < 1 else _EXPANSION.format(show(total)))
            case ["-"], [str(left), str(right)]:
                content = Odd(clipped(f"{left}-{right}"), f"{left}_{right}")
            case _:
                content = Odd(message=_ENDS if ".." in operators else _ARITHMETIC)
        return [Value(content, at)]

    def _operand(self) -> list[Value]:
        """The values of a term that no operator divides."""
        kind, word, at = self.kind, self.word, self.at
        if word == "(":
            return self._tuple()
        content: str | int | Odd
        if kind == "number":
            content = _number(word, at)
        elif kind == "name" and word != "not":
            content = word
        elif kind == "string":
            content = _string(word)
        elif kind == "variable":
            content = Odd(message=_VARIABLE.format(show(word)))
        elif word in ("-", "~"):
            return [Value(self._signed(), at)]
        elif word == "|":
            raise RefusedError(_ARITHMETIC, at)
        else:
            raise self._refusal(_ENDED)
        self.advance()
        if self.word == "(" and kind == "name" and self._alternatives() != [[]]:
            content = Odd(f"{show(word)}(...)")
        return [Value(content, at)]

    def _tuple(self) -> list[Value]:
        """The values of a term in brackets, or of a pool; a tuple is no value of a fact."""
        values: list[Value] = []
        at = self.at + 1
        for columns in self._alternatives():
            values += columns[0] if len(columns) == 1 else [Value(Odd("a tuple"), at)]
        return values

    def _signed(self) -> int | Odd:
        """A negative number; anything else with a sign before it is no value."""
        signs = ""
        while self.word in ("-", "~"):
            signs += self.word
            self.advance()
        match signs, self._operand():
            case "-", [Value(int(number))]:
                return -number
            case "-", [Value(str(name))]:
                return Odd(f"-{show(name)}")
        return Odd(message=_ARITHMETIC)


def _number(word: str, at: int) -> int:
    """The number that is written as in clingo: decimal, 0x, 0o or 0b."""
    number = MAX_NUMBER + 1
    if len(word) <= MAX_SHOWN:
        if word[0] == "0" and word.isdigit() and word != "0":
            raise RefusedError(_ZERO, at)
        number = int(word, 0)
    if number > MAX_NUMBER:
        raise RefusedError(_TOO_BIG, at)
    return number


def _string(word: str) -> Odd:
    """A text in quotation marks, which is no value of a fact."""
    text = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], word[1:-1])
    return Odd(quoted(clipped(text)), text)
