"""The syntax tree of rules: their statements, each with its place, and their predicates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeAlias

from clingo import Supremum, ast

from crcasp.errors import Fault, OverlayError, Place
from crcasp.program.clingo_messages import ODD, UNNAMED, faults_of

Signature: TypeAlias = tuple[str, int]
Link: TypeAlias = tuple[Iterable[Signature], set[Signature]]  # what a rule states, and asks for
Kind = ast.ASTType

ASCII = re.compile(r"[^\x01-\x7f]")
INCLUDE = f"%{ODD}nclude"  # what #include is read as, to see it before clingo includes anything
STATEMENT = re.compile(r"\s*+((?:[^.]++|\.\.)*+)\.?")
LONGEST = 10_000  # characters of a statement; far more than that break clingo down
TOO_DEEP = "this statement is too long or nested too deeply: divide it."


def parse(name: str, text: str, collect: Callable[[ast.AST], None]) -> None:
    """Hand each statement of a text to a function.

    Raises:
        OverlayError: the text does not parse; says where.
    """
    messages: list[str] = []
    refused: dict[Fault, None] = {}

    def own(node: ast.AST) -> None:
        try:
            if node.ast_type == Kind.Script:
                refuse(node, "this is a #script, and only rules are read: remove it.")
            else:
                collect(node)
        except RecursionError:
            refuse(node, TOO_DEEP)

    def included(node: ast.AST) -> None:
        if node.ast_type == Kind.Comment and node.value.startswith(INCLUDE):
            refuse(node, "no other file is read: name the one that this includes beside this one.")

    def refuse(node: ast.AST, said: str) -> None:
        refused[Fault(place_of(node)._replace(source=name), said)] = None

    def read(text: str, collect: Callable[[ast.AST], None]) -> None:
        ast.parse_string(text, collect, logger=lambda _, said: messages.append(said))
        if refused:
            raise OverlayError(refused)

    odd = re.search(r"\0|\r(?!\n)", text)  # clingo reads no further, or beyond the end of a line
    if odd:
        said = "a carriage return stands alone in it" if odd[0] == "\r" else "a NUL is in it"
        raise OverlayError([Fault(Place(name), f"{said}: remove it.")])
    for statement in STATEMENT.finditer(text):
        if len(statement[1]) > LONGEST:
            line = text.count("\n", 0, statement.start(1)) + 1
            raise OverlayError([Fault(Place(name, line), TOO_DEEP)])
    plain = ASCII.sub(ODD, text).replace("#include", INCLUDE)
    try:
        if plain != text:  # clingo breaks down where it complains of a character
            read(plain, included)
        read(text, own)
    except RuntimeError:
        raise OverlayError(faults_of(messages, {name: text}, UNNAMED)) from None


def named_statements(name: str, text: str) -> list[ast.AST]:
    """Return the statements of a text, with its name for clingo to call it by."""
    found: list[ast.AST] = []

    def collect(node: ast.AST) -> None:
        name_nodes(node, name)
        found.append(node)

    parse(name, text, collect)
    return found


def name_nodes(node: ast.AST, name: str) -> None:
    """Let a node, and all that it is made of, stand in a file of that name."""
    for part in walk(node):
        if "location" in part.keys():  # noqa: SIM118
            begin, end = part.location.begin, part.location.end
            begin, end = begin._replace(filename=name), end._replace(filename=name)
            part.location = ast.Location(begin, end)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all that it is made of."""
    yield node
    for key in node.child_keys:
        child = getattr(node, key)
        for part in child if isinstance(child, ast.ASTSequence) else [child]:
            if isinstance(part, ast.AST):
                yield from walk(part)


def place_of(node: ast.AST) -> Place:
    """Return where a node begins."""
    begin = node.location.begin
    return Place(begin.filename, begin.line, begin.column)


def known_or_sup(term: ast.AST) -> ast.AST:
    """Return a term, or #sup if a variable is in it."""
    unknown = ast.SymbolicTerm(term.location, Supremum)
    return unknown if any(part.ast_type == Kind.Variable for part in walk(term)) else term


# ---- predicates ---------------------------------------------------------------------------


@cache
def signatures_of(files: tuple[str, ...]) -> frozenset[Signature]:
    """Return every predicate of some files, read once."""
    found: set[Signature] = set()
    ast.parse_files(files, lambda node: found.update(*signatures(node)))
    return frozenset(found)


def signatures(node: ast.AST) -> tuple[set[Signature], set[Signature]]:
    """Return the predicates that a statement states, and those that it asks for or declares."""
    if node.ast_type in (Kind.Defined, Kind.ShowSignature):
        return set(), {(node.name, node.arity)}
    if node.ast_type != Kind.Rule:
        return set(), _signatures(terms_of(node))
    stated = _signatures(atom.symbol for atom, _ in heads(node.head))
    if node.head.ast_type == Kind.Literal:  # one that is negated is asked for
        parts = [*node.body, node.head] if not stated else node.body
        return stated, _signatures(term for part in parts for term in terms_of(part))
    parts = [*node.body, *(part for _, conditions in heads(node.head) for part in conditions)]
    asked = _signatures(term for part in parts for term in terms_of(part))
    return stated, asked | (_signatures(terms_of(node.head)) - stated)


def denied(node: ast.AST) -> set[Signature]:
    """Return the predicates that a rule asks to be absent, or counts."""
    parts = node.body if node.ast_type == Kind.Rule else []
    return _signatures(term for part in parts if not _is_atom(part) for term in terms_of(part))


def _is_atom(part: ast.AST) -> bool:
    is_plain = part.ast_type == Kind.Literal and part.sign == ast.Sign.NoSign
    return is_plain and part.atom.ast_type == Kind.SymbolicAtom


def _signatures(terms: Iterable[ast.AST]) -> set[Signature]:
    return {signature for term in terms for signature, _ in apart(term)}


def heads(head: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Yield each atom that a head states, with what it is conditional on there."""
    pairs: list[tuple[ast.AST, list[ast.AST]]] = [(head, [])]
    if head.ast_type != Kind.Literal:
        parts = [part for part in walk(head) if part.ast_type == Kind.ConditionalLiteral]
        pairs = [(part.literal, list(part.condition)) for part in parts]
    for literal, conditions in pairs:
        if literal.atom.ast_type == Kind.SymbolicAtom and literal.sign == ast.Sign.NoSign:
            yield literal.atom, conditions


def terms_of(node: ast.AST) -> list[ast.AST]:
    """Return the terms of the atoms of a node."""
    kind = node.atom.ast_type if node.ast_type == Kind.Literal else None
    if kind in (Kind.SymbolicAtom, Kind.Comparison, Kind.BooleanConstant):  # as most are
        return [node.atom.symbol] if kind == Kind.SymbolicAtom else []
    return [part.symbol for part in walk(node) if part.ast_type == Kind.SymbolicAtom]


def apart(term: ast.AST, sign: str = "") -> Iterable[tuple[Signature, ast.AST]]:
    """Yield the predicates of the term of an atom, pools taken apart, each with its term."""
    if term.ast_type == Kind.Pool:
        for part in term.arguments:
            yield from apart(part, sign)
    elif term.ast_type == Kind.UnaryOperation:  # a negated name is another predicate
        yield from apart(term.argument, "" if sign else "-")
    else:
        yield (sign + term.name, len(term.arguments)), term


@cache
def stated_in(path: str) -> frozenset[Signature]:
    """Return the predicates that a file states."""
    found: set[Signature] = set()
    ast.parse_files([path], lambda node: found.update(signatures(node)[0]))
    return frozenset(found)


def hanging_on(predicates: Iterable[Signature], links: Iterable[Link]) -> set[Signature]:
    """Return the predicates that hang on some, these included, by rules of the user's own."""
    links = [*links]
    about, before = {*predicates}, 0
    while len(about) > before:
        before = len(about)
        for stated, asked in links:
            about.update(stated if asked & about else ())
    return about
