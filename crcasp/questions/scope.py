"""Which tables can be compared over all patients: those that leave nothing open of a patient."""

from __future__ import annotations

from clingo import ast

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.program.overlays import heads, parse

# Heads that may not hold.
OPEN = (ast.ASTType.Aggregate, ast.ASTType.HeadAggregate, ast.ASTType.Disjunction)


def comparable(program: Program) -> None:
    """Refuse a table with an overlay that would be ignored in part.

    Raises:
        UsageError: a rule makes a choice, or is a constraint.
    """
    for name, text in program.overlays:
        rules: list[ast.AST] = []
        parse(name, text, rules.append)
        for rule in rules:
            if rule.ast_type == ast.ASTType.Rule and (said := _refused(rule.head)):
                place = f"{name}:{rule.location.begin.line}"
                raise UsageError(f"{place}: diff cannot compare tables with {said}.")


def _refused(head: ast.AST) -> str | None:
    if head.ast_type in OPEN:
        return "choices; state what holds by a rule without one"
    if not any(heads(head)):
        return "constraints, which leave patients or sets without an answer; leave this one out"
    return None
