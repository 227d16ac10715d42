"""A second completion of the patient beside the first: the same rules, of other atoms."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from clingo import Function, ast

from crcasp.program.files import SYNTAX, Program, program_directory, statements_of, verdict_files
from crcasp.program.overlays import Signature, apart, hanging_on, parse, signatures

OTHER, ANOTHER = "other", Function("another")  # as lp/missing/missing.lp has them
CHOSEN = {("turns_out", 2)}


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
        return [*_copies(program, asked)]


atexit.register(other_completion.cache_clear)  # while clingo is still there to free them


def _copies(program: Program, asked: Iterable[Signature]) -> Iterator[ast.AST]:
    paths = [os.path.join(program_directory(), name) for name in verdict_files()]
    nodes = [node for path in paths for node in statements_of(path)]
    for name, text in program.divided[0]:
        parse(name, text, nodes.append)
    states = set[Signature]().union(*(signatures(node)[0] for node in nodes))
    for name, arity in states:
        if (f"-{name}", arity) in states:  # not both, as clingo has it of the first completion
            of = f"({', '.join(f'X{n}' for n in range(arity))})" if arity else ""
            parse(name, f":- {name}{of}, -{name}{of}.", nodes.append)
    rules = [(node, *signatures(node)) for node in nodes if node.ast_type == ast.ASTType.Rule]
    copied = _Copied(hanging_on(CHOSEN, [(stated, asks) for _, stated, asks in rules]))
    needed, before = {*asked}, 0
    while len(needed) > before:
        before = len(needed)
        for _, stated, asks in rules:
            needed |= asks if not stated or stated & needed else set()
    for node, stated, asks in rules:
        if (stated & needed if stated else asks) & copied.predicates:
            yield copied.rule(node)


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
