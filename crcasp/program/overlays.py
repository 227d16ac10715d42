"""Overlays before they are grounded: their statements, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from clingo import ast

from crcasp.errors import Fault, OverlayError, Place
from crcasp.program.complaints import ODD, UNNAMED, faults_of

if TYPE_CHECKING:
    from clingo import Control

Signature: TypeAlias = tuple[str, int]

ASCII = re.compile(r"[^\x01-\x7f]")


def parse(name: str, text: str, collect: Callable[[ast.AST], None]) -> None:
    """Hand each statement of a text to a function.

    Raises:
        OverlayError: the text does not parse; says where.
    """
    messages: list[str] = []
    refused: dict[Fault, None] = {}

    def own(node: ast.AST) -> None:
        begin = node.location.begin
        if begin.filename != UNNAMED:
            said = f"this includes {begin.filename}; name that file beside this one instead."
            refused[Fault(Place(name), said)] = None
        elif node.ast_type == ast.ASTType.Script:
            said = "this is a #script, and only rules are read: remove it."
            refused[Fault(Place(name, begin.line, begin.column), said)] = None
        else:
            collect(node)

    plain = ASCII.sub(ODD, text)
    try:
        if plain != text:  # clingo breaks down where it complains of such a character
            ast.parse_string(plain, lambda _: None, logger=lambda _, said: messages.append(said))
        if "\0" in text:  # and reads no further than this
            raise RuntimeError
        ast.parse_string(text, own, logger=lambda _, said: messages.append(said))
    except RuntimeError:
        raise OverlayError(
            faults_of(messages, {name: text}, UNNAMED) or _unread(name, text)
        ) from None
    if refused:
        raise OverlayError(refused)


def _unread(name: str, text: str) -> list[Fault]:
    before = text.partition("\0")[0].split("\n")
    place = Place(name, len(before), len(before[-1]) + 1)
    return [
        Fault(place, "this is a NUL character, and nothing behind it would be read: remove it.")
    ]


def add_named(control: Control, name: str, text: str) -> None:
    """Add a text to a program so that clingo calls it by its name wherever it speaks of it."""
    with ast.ProgramBuilder(control) as builder:

        def add(node: ast.AST) -> None:
            _name(node, name)
            builder.add(node)

        parse(name, text, add)


def _name(node: ast.AST, name: str) -> None:
    if "location" in node.keys():  # noqa: SIM118
        begin, end = node.location.begin, node.location.end
        begin, end = begin._replace(filename=name), end._replace(filename=name)
        node.location = ast.Location(begin, end)
    for key in node.child_keys:
        child = getattr(node, key)
        for part in child if isinstance(child, ast.ASTSequence) else [child]:
            if isinstance(part, ast.AST):
                _name(part, name)


@cache
def signatures_of(files: tuple[str, ...]) -> frozenset[Signature]:
    """Return every predicate of some files, read once."""
    found: set[Signature] = set()
    ast.parse_files(files, lambda node: found.update(*signatures(node)))
    return frozenset(found)


def signatures(node: ast.AST) -> tuple[set[Signature], set[Signature]]:
    """Return the predicates that a statement states, and those that it asks for or declares."""
    if node.ast_type in (ast.ASTType.Defined, ast.ASTType.ShowSignature):
        return set(), {(node.name, node.arity)}
    if node.ast_type != ast.ASTType.Rule:
        return set(), _Atoms.of(node)
    stated: set[Signature] = set()
    asked: set[Signature] = set()
    for atom, conditions in heads(node.head):
        stated.update(signature for signature, _ in apart(atom.symbol))
        for condition in conditions:
            asked |= _Atoms.of(condition)
    for literal in node.body:
        asked |= _Atoms.of(literal)
    return stated, asked | (_Atoms.of(node.head) - stated)


def heads(head: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Yield each atom that a head states, with what it is conditional on there."""
    if head.ast_type == ast.ASTType.Literal:
        if is_symbolic(head) and head.sign == ast.Sign.NoSign:
            yield head.atom, []
        return
    for element in getattr(head, "elements", ()):
        conditional = getattr(element, "condition", None)
        if (
            isinstance(conditional, ast.AST)
            and conditional.ast_type == ast.ASTType.ConditionalLiteral
        ):
            element = conditional  # of an aggregate
        literal = getattr(element, "literal", None)
        if literal is not None and is_symbolic(literal) and literal.sign == ast.Sign.NoSign:
            yield literal.atom, list(element.condition)


def is_symbolic(literal: ast.AST) -> bool:
    """Return whether a literal is an atom with or without `not`."""
    return bool(literal.atom.ast_type == ast.ASTType.SymbolicAtom)


class _Atoms(ast.Transformer):
    """Collects the signatures of the atoms of a statement, pools taken apart."""

    def __init__(self) -> None:
        self.found: set[Signature] = set()

    @classmethod
    def of(cls, node: ast.AST) -> set[Signature]:
        atoms = cls()
        atoms.visit(node)
        return atoms.found

    def visit_SymbolicAtom(self, atom: ast.AST) -> ast.AST:  # noqa: N802
        self.found.update(signature for signature, _ in apart(atom.symbol))
        return atom


def apart(term: ast.AST, sign: str = "") -> Iterable[tuple[Signature, ast.AST]]:
    """Yield the predicates of the term of an atom, pools taken apart, each with its term."""
    if term.ast_type == ast.ASTType.Pool:
        for part in term.arguments:
            yield from apart(part, sign)
    elif term.ast_type == ast.ASTType.UnaryOperation:  # a negated name is another predicate
        yield from apart(term.argument, "" if sign else "-")
    else:
        yield (sign + term.name, len(term.arguments)), term
