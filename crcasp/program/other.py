"""A second completion of the patient beside the first: the same rules, of other atoms."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache, lru_cache
from typing import TypeAlias

from clingo import Function, ast

from crcasp.program.files import (
    SYNTAX,
    Program,
    main_paths,
    path_of,
    statements_of,
    verdict_files,
)
from crcasp.program.overlays import told_apart
from crcasp.program.syntax import Signature, apart, hanging_on, parse, signatures, signatures_of

OTHER, ANOTHER = "other", Function("another")  # as lp/missing/missing.lp has them
CHOSEN = {("turns_out", 2)}  # what differs from completion to completion
Link: TypeAlias = tuple[ast.AST, set[Signature], set[Signature]]  # a rule: what it states, asks for


@lru_cache(maxsize=16)
def other_completion(program: Program, asked: tuple[Signature, ...]) -> Sequence[ast.AST]:
    """Return the rules by which other(Atom) holds if the Atom does in another completion.

    What does not depend on the completion stays as it is. A choice or a constraint of it is in
    force where `another` holds.

    Args:
        program: the program.
        asked: the predicates that are asked for in the other completion.
    """
    with SYNTAX:
        own: list[ast.AST] = []
        texts = program.divided[0]
        for name, text in (*texts, ("numbers", told_apart(texts))):
            parse(name, text, own.append)
        stated = set[Signature]().union(*(signatures(node)[0] for node in own))
        for name, arity in stated:
            if name[0] == "-":  # not both, as clingo has it of the first completion
                of = f"({', '.join(f'X{n}' for n in range(arity))})" if arity else ""
                if (name[1:], arity) in stated | signatures_of(tuple(main_paths())):
                    parse(name, f":- {name}{of}, {name[1:]}{of}.", own.append)
        rules = [*_of_program(), *_links(own)]
        depends = hanging_on(CHOSEN, [link[1:] for link in rules])
        seeds = {*asked}.union(*(asks for _, heads, asks in rules if not heads))
        needed = hanging_on(seeds, [(asks, heads) for _, heads, asks in rules])
        sets = frozenset(depends), frozenset(needed)
        return [*_copies_of_program(*sets), *_copies(_links(own), *sets)]


def reached(
    seeds: Iterable[Signature], own: Iterable[tuple[Iterable[Signature], set[Signature]]] = ()
) -> Set[Signature]:
    """Return the predicates that hang on some by rules of the program, and of overlays.

    Args:
        seeds: some predicates, such as `CHOSEN`.
        own: what rules of overlays state, and ask for.
    """
    with SYNTAX:
        return hanging_on(seeds, [*(link[1:] for link in _of_program()), *own])


@cache
def _of_program() -> list[Link]:
    paths = map(path_of, verdict_files())
    return [*_links(node for path in paths for node in statements_of(path))]


def _links(nodes: Iterable[ast.AST]) -> Iterator[Link]:
    """Yield rules, with what they state and ask for."""
    return ((node, *signatures(node)) for node in nodes if node.ast_type == ast.ASTType.Rule)


@lru_cache(maxsize=16)
def _copies_of_program(depends: Set[Signature], needed: Set[Signature]) -> Sequence[ast.AST]:
    return _copies(_of_program(), depends, needed)


def _copies(
    rules: Iterable[Link], depends: Set[Signature], needed: Set[Signature]
) -> list[ast.AST]:
    copied = _Copied(depends)
    return [
        copied.rule(node)
        for node, stated, asks in rules
        if (stated & needed if stated else asks) & depends
    ]


for _made in (other_completion, _of_program, _copies_of_program):
    atexit.register(_made.cache_clear)  # while clingo is still there to free them


class _Copied(ast.Transformer):
    """Makes other atoms of those of some predicates."""

    def __init__(self, predicates: Iterable[Signature]) -> None:
        self.predicates = {*predicates}

    def rule(self, node: ast.AST) -> ast.AST:
        """Return the copy of a rule."""
        copy: ast.AST = self.visit(node)
        head = node.head
        states = head.ast_type == ast.ASTType.Literal and head.sign == ast.Sign.NoSign
        if states and head.atom.ast_type == ast.ASTType.SymbolicAtom:
            return copy
        at = node.location
        atom = ast.SymbolicAtom(ast.Function(at, ANOTHER.name, [], False))
        return copy.update(body=[*copy.body, ast.Literal(at, ast.Sign.NoSign, atom)])

    def visit_SymbolicAtom(self, node: ast.AST) -> ast.AST:  # noqa: N802
        """Return the other atom, or the same if it does not depend on the completion."""
        return node.update(symbol=self._other(node.symbol))

    def _other(self, term: ast.AST) -> ast.AST:
        inner = term.argument if term.ast_type == ast.ASTType.UnaryOperation else term
        if inner.ast_type == ast.ASTType.Pool:  # its predicates may be several
            parts = inner.arguments
            signed = parts if inner is term else [term.update(argument=part) for part in parts]
            return inner.update(arguments=[self._other(part) for part in signed])
        if not self.predicates.intersection(signature for signature, _ in apart(term)):
            return term
        return ast.Function(term.location, OTHER, [term], False)
