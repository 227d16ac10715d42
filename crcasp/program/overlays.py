"""Overlays before they are grounded: do they parse, and does anything ask for what they say?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeAlias

from clingo import ast

from crcasp.errors import UsageError

Signature: TypeAlias = tuple[str, int]


def parse(name: str, text: str, collect: Callable[[ast.AST], None]) -> None:
    """Hand each statement of a text to a function.

    Raises:
        UsageError: the text does not parse; names it.
    """
    messages: list[str] = []
    try:
        ast.parse_string(text, collect, logger=lambda _, message: messages.append(message))
    except RuntimeError:
        raise complaint(name, messages) from None


def complaint(name: str, messages: Sequence[str]) -> UsageError:
    """Return one error for what clingo said about a file, all on one line."""
    said = "; ".join(" ".join(message.split()) for message in messages) or "it does not parse"
    return UsageError(f"{name}: clingo says: {re.sub('<block>|<string>', 'line', said)}.")


def refuse_unasked(overlays: Iterable[tuple[str, str]], program: Sequence[str]) -> None:
    """Refuse an overlay that states something that neither it nor the program asks for.

    Args:
        overlays: names and texts.
        program: the files of the main program.

    Raises:
        UsageError: names the overlay and the predicate, most likely misspelt.
    """
    stated: dict[Signature, str] = {}
    known: set[Signature] = set()
    for name, text in overlays:

        def collect(node: ast.AST, name: str = name) -> None:
            heads, asked = signatures(node)
            stated.update((signature, name) for signature in heads)
            known.update(asked)

        parse(name, text, collect)
    if not stated.keys() <= known:
        known |= signatures_of(tuple(program))
    for (predicate, arity), name in stated.items():
        if (predicate, arity) not in known:
            raise UsageError(f"{name}: nothing asks for {predicate}/{arity}: is it misspelt?")


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
    asked: set[Signature] = set()
    for literal in node.body:
        asked |= _Atoms.of(literal)
    return _Atoms.of(node.head), asked


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
        terms = [atom.symbol]
        while terms:
            term = terms.pop()
            if term.ast_type == ast.ASTType.Pool:
                terms += term.arguments
            elif term.ast_type == ast.ASTType.UnaryOperation:
                terms.append(term.argument)
            else:
                self.found.add((term.name, len(term.arguments)))
        return atom
