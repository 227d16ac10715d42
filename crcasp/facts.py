"""Read the facts of a patient, and refuse whatever is not one, before any solving.

A fact file is not trusted. A linear scan first cuts it into statements and stops at all that
the parser of clingo must not see: directives (it follows `#include` while it parses), terms so
deep that its recursion overflows, numbers that it would wrap around, text that is not ASCII.
Each statement left is parsed by itself, so that the faults of a file are reported together.
Nothing is grounded. A pool or a small interval is expanded here, from the syntax tree.

Only facts one by one are judged here. Whether they contradict each other is for the program.
"""

from __future__ import annotations

import bisect
import json
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product
from math import prod
from types import MappingProxyType

import clingo
from clingo import ast

from crcasp.errors import Fault, Place
from crcasp.vocabulary import Vocabulary

__all__ = ["FactBase", "merge", "read_mapping", "read_path", "read_symbols", "read_text"]

MAX_BYTES = 1 << 20  # of one file
MAX_FACTS = 2_000  # of one source: facts, faults or statements
MAX_EXPANSION = 64  # facts that one statement with pools or intervals may stand for
MAX_DEPTH = 8  # brackets within brackets
MAX_TOKENS = 300  # of one statement
MAX_ALL_TOKENS = 20_000  # of one file
MAX_NUMBER = 2**31 - 1  # what clingo can represent
MAX_SHOWN = 40  # characters of the input that a message repeats

_Domain = Sequence[str | int]  # the allowed values of one argument


@dataclass(frozen=True, slots=True)
class FactBase:
    """The facts of a patient, in order of appearance, and all that was refused."""

    facts: Mapping[clingo.Symbol, Place]
    faults: tuple[Fault, ...] = ()


def merge(bases: Iterable[FactBase]) -> FactBase:
    """Take several sources for one patient; a fact keeps its first place."""
    facts: dict[clingo.Symbol, Place] = {}
    faults: list[Fault] = []
    for base in bases:
        for fact, place in base.facts.items():
            facts.setdefault(fact, place)
        faults.extend(base.faults)
    return FactBase(MappingProxyType(facts), tuple(faults))


def read_text(text: str, source: str, vocabulary: Vocabulary) -> FactBase:
    """Read ASP facts, or JSON when the first character after comments opens a JSON value."""
    collector = _Collector(_signatures(vocabulary), source)
    with collector:
        _read_text(text, collector, vocabulary)
    return collector.result()


def read_path(path: str | os.PathLike[str], vocabulary: Vocabulary) -> FactBase:
    """Read a file of facts; `-` is standard input."""
    source = "<stdin>" if os.fspath(path) == "-" else _printable(os.fspath(path))
    try:
        text = _decoded(_bytes_of(path), source)
    except _RefusedError as refusal:
        place = refusal.place or Place(source)
        return FactBase(MappingProxyType({}), (Fault(place, str(refusal)),))
    return read_text(text, source, vocabulary)


def read_mapping(
    mapping: Mapping[str, object], vocabulary: Vocabulary, source: str = "patient"
) -> FactBase:
    """Read a mapping such as `{"age": 54, "history": [{"received": ["folfox"]}]}`."""
    collector = _Collector(_signatures(vocabulary), source)
    with collector:
        _read_mapping(mapping, collector, vocabulary)
    return collector.result()


def read_symbols(
    symbols: Iterable[clingo.Symbol], vocabulary: Vocabulary, source: str = "facts"
) -> FactBase:
    """Read facts that are symbols of clingo already."""
    collector = _Collector(_signatures(vocabulary), source)
    with collector:
        for symbol in symbols:
            _read_symbol(symbol, collector)
    return collector.result()


# ---- collecting and checking ----------------------------------------------------------


class _RefusedError(Exception):
    """A part of the input is refused; caught where the rest can still be read."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


class _SourceError(_RefusedError):
    """A source is refused as a whole; nothing more of it is read."""


@dataclass(frozen=True, slots=True)
class _Odd:
    """What is neither a name nor a whole number, as a message shows it."""

    shown: str
    word: str | None = None  # the name or number that may be meant by it


@dataclass(frozen=True, slots=True)
class _Value:
    """One argument of a fact, where it is written, and what a message calls it."""

    label: str
    content: str | int | _Odd
    place: Place

    def symbol(self) -> clingo.Symbol:
        """The argument as clingo has it, once it is known to be allowed."""
        if isinstance(self.content, int):
            return clingo.Number(self.content)
        return clingo.Function(str(self.content))


@dataclass(slots=True)
class _Collector:
    """The facts and the faults of one source, up to a limit that no patient reaches."""

    signatures: Mapping[str, tuple[_Domain, ...]]
    source: str
    facts: dict[clingo.Symbol, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def __enter__(self) -> _Collector:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Let a source that is refused as a whole leave one fault and no fact."""
        if not isinstance(error, _SourceError):
            return False
        self.facts = {}
        self.faults = [Fault(error.place or Place(self.source), str(error))]
        return True

    def result(self) -> FactBase:
        """All that was collected."""
        return FactBase(MappingProxyType(self.facts), tuple(self.faults))

    def tally(self) -> None:
        """Count one thing read, and refuse the source when there are too many."""
        self.count += 1
        if self.count > MAX_FACTS:
            raise _SourceError(
                f"there is more here than the {MAX_FACTS} facts that one patient may have; "
                "give the facts of one patient only."
            )

    def refuse(self, message: str, place: Place | None = None) -> None:
        """Note one fault."""
        self.tally()
        self.faults.append(Fault(place or Place(self.source), message))

    def knows(self, name: str, arity: int, place: Place) -> bool:
        """Whether the predicate is known with this number of arguments; if not, a fault."""
        signature = self.signatures.get(name)
        if signature is None:
            self.refuse(_unknown(name, self.signatures), place)
        elif len(signature) != arity:
            self.refuse(_wrong_arity(name, signature, arity), place)
        return signature is not None and len(signature) == arity

    def add(self, name: str, arguments: Iterable[Iterable[_Value]], place: Place) -> None:
        """Add a known predicate with every combination of its allowed arguments."""
        columns = [
            [value for value in values if self._allows(value, domain)]
            for values, domain in zip(arguments, self.signatures[name], strict=True)
        ]
        for row in product(*columns):
            self.tally()
            fact = clingo.Function(name, [value.symbol() for value in row])
            self.facts.setdefault(fact, place)

    def _allows(self, value: _Value, domain: _Domain) -> bool:
        objection = _objection(value, domain)
        interval = value.place.column and self.faults and self.faults[-1].place == value.place
        if objection is not None and not interval:  # of an interval, the first number is enough
            self.refuse(objection, value.place)
        return objection is None


def _signatures(vocabulary: Vocabulary) -> Mapping[str, tuple[_Domain, ...]]:
    """The predicates of a patient, each with the allowed values of its arguments."""
    findings = {name: (values,) for name, values in vocabulary.findings.items()}
    lines = range(1, vocabulary.lines + 1)
    return {
        **findings,
        "received": (lines, vocabulary.therapies),
        "stopped": (lines, vocabulary.reasons),
        "contraindicated": (vocabulary.limits,),
        "unavailable": (vocabulary.limits,),
    }


def _labels(name: str, arity: int) -> tuple[str, ...]:
    """What a message calls the arguments of a predicate; the first of two is a line."""
    return (f"the line of {name}", name) if arity == 2 else (name,)


def _objection(value: _Value, domain: _Domain) -> str | None:
    """Why a value is not allowed, or None when it is."""
    content = value.content
    shown = content.shown if isinstance(content, _Odd) else _shown(content)
    if not isinstance(content, _Odd) and content in domain:
        return None
    return f"{value.label} must be {_choices(domain)}, not {shown}{_remedy(content, domain)}"


def _remedy(content: str | int | _Odd, domain: _Domain) -> str:
    """The end of a message: how the value may have been meant."""
    word = content.word if isinstance(content, _Odd) else content
    if not isinstance(word, str):
        return "."
    if word in map(str, domain):
        quoted = not isinstance(content, _Odd) or content.shown.startswith('"')
        return f"; write {word} without quotation marks." if quoted else f"; did you mean {word}?"
    return _suggestion(word, (name for name in domain if isinstance(name, str))) or "."


def _suggestion(word: str, names: Iterable[str]) -> str:
    """`; did you mean ...?` with the name nearest to a word, or nothing."""
    if len(word) > MAX_SHOWN:
        return ""
    nearest = get_close_matches(re.sub(r"[\s-]", "_", word.strip().lower()), list(names), 1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def _unknown(name: str, known: Iterable[str]) -> str:
    """A message for a predicate, or a key, that is not in the vocabulary."""
    names = list(known)
    end = _suggestion(name, names) or "; use one of these."
    return f"{_shown(name)} is none of {', '.join(names)}{end}"


def _wrong_arity(name: str, signature: tuple[_Domain, ...], arity: int) -> str:
    example = ", ".join(str(domain[0]) for domain in signature)
    plural = "argument" if len(signature) == 1 else "arguments"
    return f"{name} takes {len(signature)} {plural}, not {arity}; write it as in {name}({example})."


def _choices(domain: _Domain) -> str:
    """The values of a domain in words: `18 to 120`, or `left or right`."""
    first, last = domain[0], domain[-1]
    if isinstance(first, int) and isinstance(last, int) and last - first + 1 == len(domain) > 1:
        return f"{first} to {last}"
    names = [str(value) for value in domain]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _shown(value: str | int) -> str:
    """A value as a message repeats it: on one line, and not at any length."""
    text = str(value) if isinstance(value, str) or abs(value) < 10**MAX_SHOWN else "a huge number"
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_'][A-Za-z0-9_']*", text):
        text = json.dumps(text[: MAX_SHOWN + 1])
    return _clipped(text)


def _clipped(text: str) -> str:
    """A text, shortened where it is long."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _printable(text: str) -> str:
    """A text that any stream can print, on one line."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


# ---- files ----------------------------------------------------------------------------


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    """What a file or standard input holds, up to one byte more than is allowed."""
    try:
        return _standard_input() if os.fspath(path) == "-" else _file(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _RefusedError(f"this cannot be read ({reason}); give a file of facts.") from error


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise _RefusedError("there is no standard input; give a file of facts.")
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read(MAX_BYTES + 1).encode("utf-8", "surrogatepass")
    return bytes(stream.read(MAX_BYTES + 1) or b"")


def _file(path: str | os.PathLike[str]) -> bytes:
    """The content of a regular file or of a pipe that was handed over open.

    A named pipe that nobody writes to would never end, and a device may never either.
    """
    mode = os.stat(path).st_mode
    handed_over = os.fspath(path).startswith(("/dev/stdin", "/dev/fd/", "/proc/self/fd/"))
    if stat.S_ISDIR(mode):
        raise _RefusedError("this is a directory; give a file of facts.")
    if not (stat.S_ISREG(mode) or (handed_over and stat.S_ISFIFO(mode))):
        raise _RefusedError(
            "this is not a regular file; give a file of facts, or - for standard input."
        )
    with open(path, "rb", opener=_open if stat.S_ISREG(mode) else None) as stream:
        return stream.read(MAX_BYTES + 1) or b""


def _open(path: str, flags: int) -> int:
    """Open without waiting, should the file have become a pipe meanwhile."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _decoded(content: bytes, source: str) -> str:
    """The text of a file, which must be UTF-8."""
    if len(content) > MAX_BYTES:
        raise _RefusedError(_TOO_LARGE)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        place = None if "\0" in before else _Text(source, before).place(len(before))
        raise _RefusedError(
            "this is not text in UTF-8; save it as plain UTF-8 text.", place
        ) from error


_TOO_LARGE = "this is larger than 1 MiB; give the facts of one patient only."


# ---- text -----------------------------------------------------------------------------


class _Text:
    """A text with the place of each of its characters."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = re.sub("\r\n?", "\n", text.removeprefix("\ufeff"))
        self._starts = [0, *(mark.end() for mark in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect.bisect_right(self._starts, offset)
        return Place(self.source, line, offset - self._starts[line - 1] + 1)


def _read_text(text: str, collector: _Collector, vocabulary: Vocabulary) -> None:
    if len(text) > MAX_BYTES:
        raise _SourceError(_TOO_LARGE)
    if "\0" in text:
        raise _SourceError("this is not text (a NUL byte is in it); save it as plain UTF-8 text.")
    source = _Text(collector.source, text)
    try:
        start = _after_blanks(source.text, 0)
    except _OpenCommentError as comment:
        collector.refuse(_OPEN_COMMENT, source.place(comment.offset))
        return
    if source.text[start : start + 1] in ("{", "[") and not _CHOICE.match(source.text, start):
        _read_json(source, start, collector, vocabulary)
    else:
        _read_statements(source, collector)


# A choice rule such as `{age(54)}.` begins like JSON, but with a bare name.
_CHOICE = re.compile(r"\{\s*[a-z]\w*\s*[({};.|]")


# ---- statements, by a linear scan -----------------------------------------------------

_STRING = r'"(?:[^\\"\n]++|\\["\\n])*+"?'
_LINE_COMMENT = r"%(?!\*)[^\n]*+"
_BLANKS = re.compile(rf"(?:[ \t\n]++|{_LINE_COMMENT}|%\*[^%*]*+\*%)++")
_IN_COMMENT = re.compile(r"%\*|\*%|%[^\n]*+")
_TOKEN = re.compile(
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
_SKIPPED = re.compile(rf'(?:[^."%0-9]++|[0-9]++(?:\.[0-9]++)?+|\.\.|{_STRING}|{_LINE_COMMENT})*+')
_SCRIPT_END = re.compile(r"#end[ \t\n]*+\.?")
_ANNOTATION = re.compile(r"[ \t\n]*+\[[^\]\n]*+\]")

_OPEN_COMMENT = "this comment is never closed; end it with *%."
_OPEN_STRING = "this text in quotation marks does not end; write a name without quotation marks."
_UNFINISHED = "this statement does not end; end it with a full stop."
_RULE = "this is a rule, and only facts are read; state the fact itself, or remove it."
_NEGATED = "this is a negated fact, and only facts are read; leave out what is not so."
_EXTERNAL = "an @-term calls a function, and nothing here is executed; write the value itself."
_WEAK = "this is a weak constraint, and only facts are read; remove it."
_DECIMAL = "this is not a whole number; write it without a fraction."
_TOO_DEEP = "these brackets are nested too deeply; write a fact as name(value)."
_TOO_LONG = "this statement is too long for a fact; end each fact with a full stop."
_TOO_BIG = "this number is larger than any that is read; correct it."


class _OpenCommentError(Exception):
    """A block comment without its end."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


@dataclass(frozen=True, slots=True)
class _Statement:
    """One statement that the parser may see: ASCII, shallow, of the length of its source."""

    text: str
    place: Place


def _after_blanks(text: str, start: int) -> int:
    """The offset after white space and comments, which nest as they do in clingo."""
    while start < len(text):
        blanks = _BLANKS.match(text, start)
        if blanks:
            start = blanks.end()
        elif text.startswith("%*", start):
            start = _after_comment(text, start)
        else:
            break
    return start


def _after_comment(text: str, start: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, start):
        depth += {"%*": 1, "*%": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise _OpenCommentError(start)


class _Scanner:
    """Cuts a text into statements, each found harmless or refused."""

    def __init__(self, source: _Text) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self._tokens = 0

    def statements(self) -> Iterator[_Statement | Fault]:
        """All statements in order; the scan goes on after a fault."""
        try:
            while True:
                self._at = _after_blanks(self._text, self._at)
                if self._at == len(self._text):
                    return
                yield from self._statement()
        except _OpenCommentError as comment:
            yield self._fault(_OPEN_COMMENT, comment.offset)

    def _fault(self, message: str, offset: int) -> Fault:
        return Fault(self._source.place(offset), message)

    def _statement(self) -> Iterator[_Statement | Fault]:
        """The statement at this point, up to its full stop."""
        start, pieces, depth, before = self._at, list[str](), 0, ""
        rule = False
        while (token := self._next()) is not None:
            kind = str(token.lastgroup)
            depth += {"open": 1, "close": -1}.get(kind, 0)
            message = _hazard(kind, token[0], depth, len(pieces))
            if message:
                hidden = rule and kind in ("directive", "external")
                yield self._fault(_RULE if hidden else message, start if hidden else token.start())
                self._skip(token)
                return
            if before == ")" and depth == 0 and kind == "name" and token[0] != "not" and not rule:
                end = start + len("".join(pieces).rstrip())
                yield self._fault("a full stop is missing here; add it.", end)
                yield _Statement("".join(pieces) + ".", self._source.place(start))
                return
            pieces.append(_ascii(token[0]))
            rule = rule or kind == "rule"
            before = token[0]
            self._at = token.end()
            if kind == "stop":
                yield _Statement("".join(pieces), self._source.place(start))
                return
            pieces.append(self._blanks())
        yield self._fault(_UNFINISHED, start)

    def _next(self) -> re.Match[str] | None:
        self._tokens += 1
        if self._tokens > MAX_ALL_TOKENS:
            raise _SourceError(
                "this is longer than the facts of one patient; give those of one patient only.",
                self._source.place(self._at),
            )
        return _TOKEN.match(self._text, self._at)

    def _blanks(self) -> str:
        """Step over white space and comments, and return white space of their shape."""
        start = self._at
        self._at = _after_blanks(self._text, start)
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
            self._at = _after_blanks(text, self._at)
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
    return {"decimal": _DECIMAL, "external": _EXTERNAL, "weak": _WEAK}.get(kind)


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


# ---- statements, by the parser --------------------------------------------------------

_HEADS = {
    ast.ASTType.Disjunction: "this is a disjunction",
    ast.ASTType.Aggregate: "this is a choice",
    ast.ASTType.HeadAggregate: "this is an aggregate",
    ast.ASTType.TheoryAtom: "this is a theory atom",
}
_NO_FACT = "{}, and only facts are read; write a fact as name(value)."
_ARITHMETIC = "this is arithmetic, and nothing is computed here; write the value itself."
_MESSAGE = re.compile(r"<string>:(\d+):(\d+)[^ ]* error: (?:syntax|lexer) error, unexpected (\S+)")


def _read_statements(source: _Text, collector: _Collector) -> None:
    for statement in _Scanner(source).statements():
        if isinstance(statement, Fault):
            collector.refuse(statement.message, statement.place)
            continue
        try:
            _read_statement(statement, collector)
        except _SourceError:
            raise
        except _RefusedError as refusal:
            collector.refuse(str(refusal), refusal.place or statement.place)


def _read_statement(statement: _Statement, collector: _Collector) -> None:
    """Read one statement, which may stand for several facts."""
    atom = _atom(_parsed(statement))
    alternatives = atom.arguments if atom.ast_type == ast.ASTType.Pool else [atom]
    checked = _Terms(statement.place)
    total = 0
    rows = []
    for function in alternatives:
        if function.ast_type != ast.ASTType.Function:
            raise _RefusedError(_NO_FACT.format("this is not a fact"))
        if not collector.knows(function.name, len(function.arguments), statement.place):
            return
        labels = _labels(function.name, len(function.arguments))
        columns = list(map(checked.values, function.arguments, labels))
        total += prod(len(column) for column in columns)
        rows.append((function.name, columns))
    if total > MAX_EXPANSION:
        raise _RefusedError(_too_many(total))
    for name, columns in rows:
        collector.add(name, columns, statement.place)
    for fault in checked.faults:
        collector.refuse(fault.message, fault.place)


def _too_many(total: int) -> str:
    return (
        f"this stands for {_shown(total)} facts, more than the {MAX_EXPANSION} allowed; "
        "write the facts of the patient one by one."
    )


def _parsed(statement: _Statement) -> ast.AST:
    """The syntax tree of one statement."""
    nodes: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(statement.text, nodes.append, logger=lambda _, text: messages.append(text))
    except RuntimeError as error:
        raise _syntax_error(statement, messages) from error
    if len(nodes) != 2 or nodes[1].ast_type != ast.ASTType.Rule:
        raise _RefusedError(_NO_FACT.format("this is not a fact"))
    return nodes[1]


def _syntax_error(statement: _Statement, messages: list[str]) -> _RefusedError:
    """The first message of the parser, in words and in the right place."""
    if re.match(r"[_']*[A-Z]", statement.text):
        return _RefusedError(
            "a name begins with a small letter, and a capital makes it a variable; "
            "write the fact as name(value)."
        )
    match = _MESSAGE.match(messages[0]) if messages else None
    if match is None:
        return _RefusedError(_NO_FACT.format("this is not a fact"))
    line, column = int(match[1]), int(match[2])
    rest = "\n".join(statement.text.split("\n")[line - 1 :])[column - 1 :]
    token = _TOKEN.match(rest)
    shown = _clipped(token[0]) if token else "the end"
    message = f"{shown} is not expected here; write a fact as name(value), ended by a full stop."
    return _RefusedError(message, _moved(statement.place, line, column))


def _moved(place: Place, line: int, column: int) -> Place:
    """The place in the file of a line and a column within a statement."""
    first, offset = place.line or 1, place.column or 1
    return Place(place.source, first + line - 1, column + offset - 1 if line == 1 else column)


def _atom(rule: ast.AST) -> ast.AST:
    """The atom of a fact; any other rule is refused."""
    head = rule.head
    if rule.body:
        literal = head.ast_type == ast.ASTType.Literal
        constraint = literal and head.atom.ast_type == ast.ASTType.BooleanConstant
        raise _RefusedError(_NO_FACT.format("this is a constraint") if constraint else _RULE)
    if head.ast_type != ast.ASTType.Literal:
        raise _RefusedError(_NO_FACT.format(_HEADS.get(head.ast_type, "this is not a fact")))
    if head.sign:
        raise _RefusedError(_NEGATED)
    if head.atom.ast_type != ast.ASTType.SymbolicAtom:
        raise _RefusedError(_NO_FACT.format("this is not a fact"))
    atom: ast.AST = head.atom.symbol
    if atom.ast_type == ast.ASTType.UnaryOperation:
        raise _RefusedError(_NEGATED)
    return atom


class _Terms:
    """Expands the terms of one statement, and keeps what is wrong with them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.faults: list[Fault] = []

    def values(self, term: ast.AST, label: str) -> list[_Value]:
        """The values that a term stands for."""
        place = self._place_of(term)
        if term.ast_type == ast.ASTType.Pool:
            return [value for part in term.arguments for value in self.values(part, label)]
        if term.ast_type == ast.ASTType.Interval:
            return [_Value(label, number, place) for number in self._interval(term, place)]
        if term.ast_type == ast.ASTType.Function and not term.external:
            return [_Value(label, _function_content(term), place)]
        if term.ast_type == ast.ASTType.SymbolicTerm:
            return [_Value(label, _content(term.symbol), place)]
        content = _with_minus(term)
        if content is not None:
            return [_Value(label, content, place)]
        self.faults.append(Fault(place, _unevaluated(term)))
        return []

    def _interval(self, term: ast.AST, place: Place) -> Iterable[int]:
        """The numbers of an interval, which must be neither empty nor long."""
        ends = _whole_number(term.left), _whole_number(term.right)
        if ends[0] is None or ends[1] is None:
            message = "an interval must have a whole number at each end; write it as in 1..2."
        elif ends[1] < ends[0]:
            message = "this interval holds no number; write its ends in order, as in 1..2."
        elif ends[1] - ends[0] >= MAX_EXPANSION:
            message = _too_many(ends[1] - ends[0] + 1)
        else:
            return range(ends[0], ends[1] + 1)
        self.faults.append(Fault(place, message))
        return ()

    def _place_of(self, term: ast.AST) -> Place:
        begin = term.location.begin
        return _moved(self._place, begin.line, begin.column)


def _whole_number(term: ast.AST) -> int | None:
    """The number that a term is as it stands."""
    if term.ast_type != ast.ASTType.SymbolicTerm:
        return _negative(term)
    symbol: clingo.Symbol = term.symbol
    return symbol.number if symbol.type == clingo.SymbolType.Number else None


def _negative(term: ast.AST) -> int | None:
    """The number of a term such as `-5`, which the parser takes for an operation."""
    minus = term.ast_type == ast.ASTType.UnaryOperation and (
        term.operator_type == ast.UnaryOperator.Minus
    )
    if not minus or term.argument.ast_type != ast.ASTType.SymbolicTerm:
        return None
    number = _whole_number(term.argument)
    return None if number is None else -number


def _with_minus(term: ast.AST) -> int | _Odd | None:
    """A negative number, or what may be meant by a name with a minus sign, such as `wild-type`."""
    if term.ast_type == ast.ASTType.BinaryOperation:
        left, right = _name(term.left), _name(term.right)
        if term.operator_type == ast.BinaryOperator.Minus and left and right:
            return _Odd(_clipped(f"{left}-{right}"), f"{left}_{right}")
    elif term.ast_type == ast.ASTType.UnaryOperation and _name(term.argument):
        return _Odd(f"-{_shown(_name(term.argument))}")
    return _negative(term)


def _name(term: ast.AST) -> str:
    """The name that a term is, or nothing."""
    named = (
        term.ast_type == ast.ASTType.SymbolicTerm and term.symbol.type == clingo.SymbolType.Function
    )
    return str(term.symbol.name) if named else ""


def _function_content(term: ast.AST) -> str | _Odd:
    """A function of no argument is a name; any other is deeper than a fact may be."""
    if term.name and not term.arguments:
        return str(term.name)
    return _Odd(f"{_shown(term.name)}(...)" if term.name else "a tuple")


def _unevaluated(term: ast.AST) -> str:
    if term.ast_type == ast.ASTType.Variable:
        return f"{_shown(term.name)} is a variable; write a value, or leave the fact out."
    return _EXTERNAL if term.ast_type == ast.ASTType.Function else _ARITHMETIC


# ---- JSON and mappings ----------------------------------------------------------------


def _read_json(source: _Text, start: int, collector: _Collector, vocabulary: Vocabulary) -> None:
    """Read the JSON that begins at an offset; only comments are before it."""
    repeated: dict[str, None] = {}

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in pairs:
            if key in seen:
                repeated[key] = None
            seen[key] = value
        return seen

    try:
        data = json.loads(source.text[start:], object_pairs_hook=unique, parse_int=_whole)
    except json.JSONDecodeError as error:
        message = f"this is not valid JSON ({error.msg}); correct it here, or write ASP facts."
        raise _SourceError(message, source.place(start + error.pos)) from error
    except RecursionError as error:
        message = "this JSON is nested too deeply for a patient; remove the inner levels."
        raise _SourceError(message, source.place(start)) from error
    for key in repeated:
        collector.refuse(f"the key {_shown(key)} is given twice in one object; keep one of them.")
    _read_mapping(data, collector, vocabulary)


def _whole(digits: str) -> int:
    """A JSON integer; one of more digits than Python may read stays too large for any use."""
    return int(digits) if len(digits) <= MAX_SHOWN else 10**MAX_SHOWN


def _read_mapping(data: object, collector: _Collector, vocabulary: Vocabulary) -> None:
    place = Place(collector.source)
    if not isinstance(data, Mapping):
        raise _SourceError(f"a patient must be one object of keys and values, not {_kind(data)}.")
    limits = ("contraindicated", "unavailable")
    known = (*vocabulary.findings, "history", *limits)
    for key, value in data.items():
        if not isinstance(key, str) or key not in known:
            collector.refuse(_unknown_key(key, known))
        elif value is None:
            continue
        elif key == "history":
            _read_history(value, collector)
        elif key in limits:
            collector.add(key, [_items(key, value, collector)], place)
        else:
            collector.add(key, [[_json_value(key, value, place)]], place)


def _unknown_key(key: object, known: tuple[str, ...]) -> str:
    if not isinstance(key, str):
        return f"a key must be text, not {_kind(key)}."
    if key in ("received", "stopped"):
        return f'{key} belongs to a line of history; write it as in "history": [{{"{key}": ...}}].'
    return _unknown(key, known)


def _read_history(history: object, collector: _Collector) -> None:
    """Read the lines of treatment, which are numbered in order from 1."""
    if not isinstance(history, (list, tuple)):
        collector.refuse(f"history must be a list of lines of treatment, not {_kind(history)}.")
        return
    lines = len(collector.signatures["received"][0])
    if len(history) > lines:
        collector.refuse(f"history must have at most {lines} lines, not {len(history)}.")
        return
    for index, entry in enumerate(history):
        label = f"history[{index}]"
        if isinstance(entry, Mapping):
            _read_line(entry, index + 1, label, collector)
        else:
            collector.refuse(
                f"{label} must be an object with the keys received and stopped, not {_kind(entry)}."
            )


def _read_line(
    entry: Mapping[object, object], number: int, label: str, collector: _Collector
) -> None:
    """Read one line of treatment."""
    place = Place(collector.source)
    line = [_Value(label, number, place)]
    for key in entry:
        if key not in ("received", "stopped"):
            name = key if isinstance(key, str) else _kind(key)
            collector.refuse(f"{label}.{_unknown(name, ('received', 'stopped'))}")
    received = entry.get("received")
    if received is None or received == [] or received == ():
        collector.refuse(
            f"{label}.received must name at least one therapy; name it, or remove the line."
        )
    else:
        values = _items(f"{label}.received", received, collector)
        collector.add("received", [line, values], place)
    reason = entry.get("stopped")
    if reason is not None:
        value = _json_value(f"{label}.stopped", reason, place)
        collector.add("stopped", [line, [value]], place)


def _items(label: str, value: object, collector: _Collector) -> list[_Value]:
    """The elements of a list, each labeled with its path."""
    place = Place(collector.source)
    if isinstance(value, (list, tuple)):
        return [_json_value(f"{label}[{i}]", item, place) for i, item in enumerate(value)]
    hint = f"; write [{json.dumps(value)}]." if _is_short(value) else "."
    collector.refuse(f"{label} must be a list, not {_kind(value)}{hint}")
    return []


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_SHOWN


def _json_value(label: str, value: object, place: Place) -> _Value:
    """A value of a mapping; a truth value is not a number, though Python takes it for one."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return _Value(label, value, place)
    return _Value(label, _Odd(_kind(value)), place)


def _kind(value: object) -> str:
    """What a value of a mapping is, in words; a container is not looked into."""
    if value is None or isinstance(value, (bool, float)):
        return json.dumps(value)
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, int):
        return _shown(value)
    if isinstance(value, Mapping):
        return "an object"
    return (
        "a list" if isinstance(value, (list, tuple)) else f"a value of type {type(value).__name__}"
    )


# ---- symbols --------------------------------------------------------------------------


def _read_symbol(symbol: clingo.Symbol, collector: _Collector) -> None:
    place = Place(collector.source)
    if symbol.type != clingo.SymbolType.Function or not symbol.name:
        content = _content(symbol)
        shown = content.shown if isinstance(content, _Odd) else _shown(content)
        collector.refuse(f"{shown} is not a fact; write a fact as name(value).", place)
    elif symbol.negative:
        collector.refuse(_NEGATED, place)
    elif collector.knows(symbol.name, len(symbol.arguments), place):
        labels = _labels(symbol.name, len(symbol.arguments))
        values = [
            [_Value(label, _content(term), place)]
            for label, term in zip(labels, symbol.arguments, strict=True)
        ]
        collector.add(symbol.name, values, place)


def _content(symbol: clingo.Symbol) -> str | int | _Odd:
    """The content of a term; what is deeper than a name is not looked into."""
    if symbol.type == clingo.SymbolType.Number:
        return symbol.number
    if symbol.type == clingo.SymbolType.String:
        return _Odd(_quoted(symbol.string), symbol.string)
    if symbol.type != clingo.SymbolType.Function:
        return _Odd("a limit of the order of terms")
    if symbol.arguments or not symbol.name:
        return _Odd(f"{_shown(symbol.name)}(...)" if symbol.name else "a tuple")
    return _Odd(f"-{_shown(symbol.name)}") if symbol.negative else symbol.name


def _quoted(text: str) -> str:
    return json.dumps(_clipped(text))
