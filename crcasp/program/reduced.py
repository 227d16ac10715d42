"""A program without the rules that some of its predicates do not depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clingo import Control, ast

from crcasp.program.overlays import Signature, signatures

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
    own: list[ast.AST] = []
    added: list[ast.AST] = []
    ast.parse_files(files, own.append)
    for text in texts:
        ast.parse_string(text, added.append)
    rules = [(node, *signatures(node)) for node in own if node.ast_type not in NO_RULE]
    asks: dict[Signature, set[Signature]] = {}
    needed = set(asked)
    for _, heads, body in rules:
        for head in heads:
            asks.setdefault(head, set()).update(body, heads)
    externals = [node for node in own if node.ast_type == ast.ASTType.External]
    for node in (*added, *externals):
        heads, body = signatures(node)
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
