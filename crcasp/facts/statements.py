"""Statements that were found harmless, read by the parser of clingo.

Each is parsed by itself, so that the faults of a file are reported together. Nothing is
grounded: a pool or a small interval is expanded from the syntax tree.
"""

from __future__ import annotations

import re
from math import prod

from clingo import ast

from crcasp.errors import Fault
from crcasp.facts.collector import Collector, RefusedError, SourceError, labels_of
from crcasp.facts.scanner import TOKEN, Scanner, Statement
from crcasp.facts.terms import MAX_EXPANSION, Terms, moved, too_many
from crcasp.facts.text import Text
from crcasp.facts.wording import NEGATED, NO_FACT, RULE, clipped

_HEADS = {
    ast.ASTType.Disjunction: "this is a disjunction",
    ast.ASTType.Aggregate: "this is a choice",
    ast.ASTType.HeadAggregate: "this is an aggregate",
    ast.ASTType.TheoryAtom: "this is a theory atom",
}
_MESSAGE = re.compile(r"<string>:(\d+):(\d+)[^ ]* error: (?:syntax|lexer) error, unexpected (\S+)")


def fill_statements(source: Text, collector: Collector) -> None:
    """Read every statement of a text, and go on after a fault."""
    for statement in Scanner(source).statements():
        if isinstance(statement, Fault):
            collector.refuse(statement.message, statement.place)
            continue
        try:
            _read_statement(statement, collector)
        except SourceError:
            raise
        except RefusedError as refusal:
            collector.refuse(str(refusal), refusal.place or statement.place)


def _read_statement(statement: Statement, collector: Collector) -> None:
    """Read one statement, which may stand for several facts."""
    atom = _atom(_parsed(statement))
    alternatives = atom.arguments if atom.ast_type == ast.ASTType.Pool else [atom]
    checked = Terms(statement.place)
    total = 0
    rows = []
    for function in alternatives:
        if function.ast_type != ast.ASTType.Function:
            raise RefusedError(NO_FACT.format("this is not a fact"))
        if not collector.knows(function.name, len(function.arguments), statement.place):
            return
        labels = labels_of(function.name, len(function.arguments))
        columns = list(map(checked.values, function.arguments, labels))
        total += prod(len(column) for column in columns)
        rows.append((function.name, columns))
    if total > MAX_EXPANSION:
        raise RefusedError(too_many(total))
    for name, columns in rows:
        collector.add(name, columns, statement.place)
    for fault in checked.faults:
        collector.refuse(fault.message, fault.place)


def _parsed(statement: Statement) -> ast.AST:
    """The syntax tree of one statement."""
    nodes: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(statement.text, nodes.append, logger=lambda _, text: messages.append(text))
    except RuntimeError as error:
        raise _syntax_error(statement, messages) from error
    if len(nodes) != 2 or nodes[1].ast_type != ast.ASTType.Rule:
        raise RefusedError(NO_FACT.format("this is not a fact"))
    return nodes[1]


def _syntax_error(statement: Statement, messages: list[str]) -> RefusedError:
    """The first message of the parser, in words and in the right place."""
    if re.match(r"[_']*[A-Z]", statement.text):
        return RefusedError(
            "a name begins with a small letter, and a capital makes it a variable; "
            "write the fact as name(value)."
        )
    match = _MESSAGE.match(messages[0]) if messages else None
    if match is None:
        return RefusedError(NO_FACT.format("this is not a fact"))
    line, column = int(match[1]), int(match[2])
    rest = "\n".join(statement.text.split("\n")[line - 1 :])[column - 1 :]
    token = TOKEN.match(rest)
    shown = clipped(token[0]) if token else "the end"
    message = f"{shown} is not expected here; write a fact as name(value), ended by a full stop."
    return RefusedError(message, moved(statement.place, line, column))


def _atom(rule: ast.AST) -> ast.AST:
    """The atom of a fact; any other rule is refused."""
    head = rule.head
    if rule.body:
        literal = head.ast_type == ast.ASTType.Literal
        constraint = literal and head.atom.ast_type == ast.ASTType.BooleanConstant
        raise RefusedError(NO_FACT.format("this is a constraint") if constraint else RULE)
    if head.ast_type != ast.ASTType.Literal:
        raise RefusedError(NO_FACT.format(_HEADS.get(head.ast_type, "this is not a fact")))
    if head.sign:
        raise RefusedError(NEGATED)
    if head.atom.ast_type != ast.ASTType.SymbolicAtom:
        raise RefusedError(NO_FACT.format("this is not a fact"))
    atom: ast.AST = head.atom.symbol
    if atom.ast_type == ast.ASTType.UnaryOperation:
        raise RefusedError(NEGATED)
    return atom
