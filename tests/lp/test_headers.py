"""Each file of the program names in its header just what it asks for and does not define."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from clingo import ast

from crcasp.program.files import program_directory
from crcasp.program.syntax import Signature, apart, signatures, terms_of

LP = Path(program_directory())
IN_WORDS = {"audit/properties.lp", "vocabulary.lp"}  # which ask for nearly all
IN_WORDS |= {"check/names.lp", "check/table.lp"}
FILES = [path for path in sorted(LP.rglob("*.lp")) if str(path.relative_to(LP)) not in IN_WORDS]


def atoms_of(node: ast.AST) -> set[Signature]:
    return {signature for term in terms_of(node) for signature, _ in apart(term)}


def used(path: Path) -> tuple[set[Signature], set[Signature]]:
    """The predicates that a file defines, and those that it asks for."""
    heads: set[Signature] = set()
    asked: set[Signature] = set()

    def visit(node: ast.AST) -> None:
        kind = node.ast_type
        if kind == ast.ASTType.Rule and node.head.ast_type == ast.ASTType.Aggregate:
            for element in node.head.elements:
                heads.update(atoms_of(element.literal))
                asked.update(*map(atoms_of, element.condition))
            asked.update(*map(atoms_of, node.body))
        elif kind == ast.ASTType.Rule:
            found = signatures(node)
            heads.update(found[0])
            asked.update(found[1])
        elif kind == ast.ASTType.External:
            heads.update(atoms_of(node.atom))
            asked.update(*map(atoms_of, node.body))
        elif kind in (ast.ASTType.Minimize, ast.ASTType.Heuristic, ast.ASTType.ShowTerm):
            asked.update(*map(atoms_of, node.body))
        elif kind in (ast.ASTType.ShowSignature, ast.ASTType.Defined):
            asked.add((node.name, node.arity))

    ast.parse_string(re.sub("#include.*", "", path.read_text(encoding="utf-8")), visit)
    return heads, asked


def named(path: Path) -> set[Signature]:
    """The predicates under `Input` in the header of a file."""
    header = re.match(r"(?:%.*\n)+", path.read_text(encoding="utf-8"))
    assert header
    text = re.split("% (?:Defines|Output)", header[0].partition("% Input")[2])[0]
    found = {(name, int(arity)) for name, arity in re.findall(r"([a-z]\w*)/(\d)", text)}
    for name, arguments in re.findall(r"([a-z]\w*)\(([A-Z][^()]*)\)", text):
        found.add((name, arguments.count(",") + 1))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LP)))
def test_the_input_of_a_header_is_the_input(path: Path) -> None:
    heads, asked = used(path)
    assert asked - heads - named(path) == set(), "is asked for, and not in the header"
    assert named(path) - asked - heads == set(), "is in the header, and not asked for"
