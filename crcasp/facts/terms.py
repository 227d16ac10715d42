"""The values that the terms of a statement stand for."""

from __future__ import annotations

from collections.abc import Iterable

import clingo
from clingo import ast

from crcasp.errors import Fault, Place
from crcasp.facts.collector import Value
from crcasp.facts.symbols import content_of
from crcasp.facts.wording import EXTERNAL, Odd, clipped, show

MAX_EXPANSION = 64  # facts that one statement with pools or intervals may stand for
_ARITHMETIC = "this is arithmetic, and nothing is computed here; write the value itself."


class Terms:
    """Expands the terms of one statement, and keeps what is wrong with them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.faults: list[Fault] = []

    def values(self, term: ast.AST, label: str) -> list[Value]:
        """The values that a term stands for."""
        place = self._place_of(term)
        if term.ast_type == ast.ASTType.Pool:
            return [value for part in term.arguments for value in self.values(part, label)]
        if term.ast_type == ast.ASTType.Interval:
            return [Value(label, number, place) for number in self._interval(term, place)]
        if term.ast_type == ast.ASTType.Function and not term.external:
            return [Value(label, _function_content(term), place)]
        if term.ast_type == ast.ASTType.SymbolicTerm:
            return [Value(label, content_of(term.symbol), place)]
        content = _with_minus(term)
        if content is not None:
            return [Value(label, content, place)]
        self.faults.append(Fault(place, _unevaluated(term)))
        return []

    def _interval(self, term: ast.AST, place: Place) -> Iterable[int]:
        """The numbers of an interval, which must be neither empty nor long."""
        ends = _whole_number(term.left), _whole_number(term.right)
        if ends[0] is None or ends[1] is None:
            message = "an interval must have a whole number at each end; write it as in 1..2."
        elif ends[1] < ends[0]:
            message = "this interval holds no number; write its ends in order, as in 1..2."
        elif ends[1] - ends[0] >= MAX_EXPANSION:
            message = too_many(ends[1] - ends[0] + 1)
        else:
            return range(ends[0], ends[1] + 1)
        self.faults.append(Fault(place, message))
        return ()

    def _place_of(self, term: ast.AST) -> Place:
        begin = term.location.begin
        return moved(self._place, begin.line, begin.column)


def _whole_number(term: ast.AST) -> int | None:
    """The number that a term is as it stands."""
    if term.ast_type != ast.ASTType.SymbolicTerm:
        return _negative(term)
    symbol: clingo.Symbol = term.symbol
    return symbol.number if symbol.type == clingo.SymbolType.Number else None


def _negative(term: ast.AST) -> int | None:
    """The number of a term such as `-5`, which the parser takes for an operation."""
    minus = term.ast_type == ast.ASTType.UnaryOperation and (
        term.operator_type == ast.UnaryOperator.Minus
    )
    if not minus or term.argument.ast_type != ast.ASTType.SymbolicTerm:
        return None
    number = _whole_number(term.argument)
    return None if number is None else -number


def _with_minus(term: ast.AST) -> int | Odd | None:
    """A negative number, or what may be meant by a name with a minus sign, such as `wild-type`."""
    if term.ast_type == ast.ASTType.BinaryOperation:
        left, right = _name(term.left), _name(term.right)
        if term.operator_type == ast.BinaryOperator.Minus and left and right:
            return Odd(clipped(f"{left}-{right}"), f"{left}_{right}")
    elif term.ast_type == ast.ASTType.UnaryOperation and _name(term.argument):
        return Odd(f"-{show(_name(term.argument))}")
    return _negative(term)


def _name(term: ast.AST) -> str:
    """The name that a term is, or nothing."""
    named = (
        term.ast_type == ast.ASTType.SymbolicTerm and term.symbol.type == clingo.SymbolType.Function
    )
    return str(term.symbol.name) if named else ""


def _function_content(term: ast.AST) -> str | Odd:
    """A function of no argument is a name; any other is deeper than a fact may be."""
    if term.name and not term.arguments:
        return str(term.name)
    return Odd(f"{show(term.name)}(...)" if term.name else "a tuple")


def _unevaluated(term: ast.AST) -> str:
    if term.ast_type == ast.ASTType.Variable:
        return f"{show(term.name)} is a variable; write a value, or leave the fact out."
    return EXTERNAL if term.ast_type == ast.ASTType.Function else _ARITHMETIC


def too_many(total: int) -> str:
    """Return a message for a statement that stands for too many facts."""
    return (
        f"this stands for {show(total)} facts, more than the {MAX_EXPANSION} allowed; "
        "write the facts of the patient one by one."
    )


def moved(place: Place, line: int, column: int) -> Place:
    """The place in the file of a line and a column within a statement."""
    first, offset = place.line or 1, place.column or 1
    return Place(place.source, first + line - 1, column + offset - 1 if line == 1 else column)
