"""Which tables can be compared over all patients: those that leave nothing open of a patient."""

from __future__ import annotations

from collections.abc import Iterator

from clingo import ast

from crcasp.errors import UsageError
from crcasp.program.files import Program, main_paths
from crcasp.program.overlays import Signature, parse, signatures

CHOICE = ast.ASTType.Aggregate
OPEN = (CHOICE, ast.ASTType.HeadAggregate, ast.ASTType.Disjunction)  # heads that may not hold


def comparable(program: Program) -> None:
    """Refuse a table with an overlay that would be ignored in part.

    Raises:
        UsageError: a rule makes a choice, or a constraint is on sets of therapies.
    """
    if not program.overlays:
        return
    own: list[tuple[str, ast.AST]] = []
    for name, text in program.overlays:
        rules: list[ast.AST] = []
        parse(name, text, rules.append)
        own += [(name, rule) for rule in rules if rule.ast_type == ast.ASTType.Rule]
    main: list[ast.AST] = []
    ast.parse_files(main_paths(), main.append)
    chosen = _chosen([*main, *(rule for _, rule in own)])
    for name, rule in own:
        place = f"{name}:{rule.location.begin.line}"
        if rule.head.ast_type in OPEN:
            raise UsageError(
                f"{place}: diff cannot compare tables with choices; state what holds by a rule "
                "without one."
            )
        stated, asked = signatures(rule)
        if not stated and asked & chosen:
            raise UsageError(
                f"{place}: diff cannot compare tables with a constraint on sets of therapies; "
                "leave it out."
            )


def _chosen(nodes: list[ast.AST]) -> set[Signature]:
    """Return the predicates of what is chosen, and of all that depends on it."""
    rules = [node for node in nodes if node.ast_type == ast.ASTType.Rule]
    found = {atom for rule in rules for atom in _choices(rule)}
    bodies = [signatures(rule) for rule in rules if rule.head.ast_type != CHOICE]
    before = 0
    while len(found) > before:
        before = len(found)
        for stated, asked in bodies:
            if asked & found:
                found |= stated
    return found


def _choices(rule: ast.AST) -> Iterator[Signature]:
    """Yield the predicates that a rule chooses."""
    if rule.head.ast_type == CHOICE:
        for element in rule.head.elements:
            symbol = element.literal.atom.symbol
            yield symbol.name, len(symbol.arguments)
