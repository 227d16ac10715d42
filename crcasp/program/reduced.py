"""A program without the rules that some of its predicates do not depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

from clingo import Control, ast

from crcasp.program.overlays import Signature, signatures

# A statement, the predicates that it states, and those that it asks for.
Rule: TypeAlias = tuple[ast.AST, set[Signature], set[Signature]]

NO_RULE = (ast.ASTType.ShowSignature, ast.ASTType.ShowTerm, ast.ASTType.Minimize)


def load_reduced(
    control: Control, files: Sequence[str], texts: Iterable[str], asked: Iterable[Signature]
) -> None:
    """Load files into a control, of them only what some predicates depend on.

    Args:
        control: what is added to.
        files: paths; their constraints, which are on sets, are left out.
        texts: what is added beside them, and depends on some of it.
        asked: the predicates.
    """
    added: list[ast.AST] = []
    for text in texts:
        ast.parse_string(text, added.append)
    rules = [rule for path in files for rule in _rules(path)]
    asks: dict[Signature, set[Signature]] = {}
    needed = set(asked)
    for _, heads, body in rules:
        for head in heads:
            asks.setdefault(head, set()).update(body, heads)
    externals = [rule for rule in rules if rule[0].ast_type == ast.ASTType.External]
    for _, heads, body in (*map(_rule, added), *externals):
        needed |= heads | body
    left = list(needed)
    while left:
        more = asks.get(left.pop(), set()) - needed
        needed |= more
        left += more
    with ast.ProgramBuilder(control) as builder:
        for node, heads, _ in rules:
            if node.ast_type != ast.ASTType.Rule or heads & needed:
                builder.add(node)


@cache
def _rules(path: str) -> tuple[Rule, ...]:
    """Return the rules of a file, read once."""
    nodes: list[ast.AST] = []
    ast.parse_files([path], nodes.append)
    return tuple(_rule(node) for node in nodes if node.ast_type not in NO_RULE)


def _rule(node: ast.AST) -> Rule:
    return node, *signatures(node)
