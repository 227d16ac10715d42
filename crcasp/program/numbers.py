"""What rules of an overlay ask of a patient beside the needs of the table: findings, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from clingo import ast

from crcasp.program.syntax import Kind, apart, heads, known_or_sup, parse, terms_of, walk
from crcasp.program.trusted import Texts

MOST = 2147483647  # the highest whole number; names come behind all numbers
ANY = "F"  # a finding that is a variable in a rule
VALUED = ("is", "turns_out", "could_be")  # predicates of findings and their values


@lru_cache(maxsize=64)
def told_apart(texts: Texts) -> str:
    """Return sought/1 for the findings that rules ask for, and limit_of/2 for their numbers."""
    found: dict[str, None] = {}
    for finding, value, rule in _weighed(texts):
        if finding != ANY:  # else those that the table asks about
            found[f"sought({finding})."] = None
        ends = _ends(value, rule)
        one = f", N = ({'; '.join(ends)})" if ends else ""
        if one or ends is None:
            limits = "(N - 1; N)" if one else "N"
            found[f"limit_of({finding}, {limits}) :- value({finding}, N), N <= {MOST}{one}."] = None
    return " ".join(found)


def _weighed(texts: Texts) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Yield each finding that a rule asks for, with its value and the rule."""
    rules: list[ast.AST] = []
    for name, text in texts:
        if any(f"{predicate}(" in text for predicate in VALUED):
            parse(name, text, rules.append)
    for rule in (rule for rule in rules if rule.ast_type == Kind.Rule):
        parts = rule.body if any(heads(rule.head)) else [*rule.body, rule.head]
        for term in (term for literal in parts for term in terms_of(literal)):
            for (predicate, arity), part in apart(term):
                if predicate in VALUED and arity == 2:
                    finding, value = part.arguments
                    yield str(finding) if known_or_sup(finding) is finding else ANY, value, rule


def _ends(value: ast.AST, rule: ast.AST) -> list[str] | None:
    """Return the numbers that a rule compares a value with, None if these are not plain to see."""
    if value.ast_type == Kind.SymbolicTerm:
        return [str(value)]
    if value.ast_type != Kind.Variable or value.name == "_":
        return None if value.ast_type != Kind.Variable else []
    ends: list[str] = []
    seen = 0
    for part in (rule.head, *rule.body):
        times = sum(str(it) == str(value) for it in walk(part) if it.ast_type == Kind.Variable)
        if times and part.ast_type == Kind.Literal and part.atom.ast_type == Kind.Comparison:
            terms = [part.atom.term, *(guard.term for guard in part.atom.guards)]
            others = [term for term in terms if term != value]
            if any(it.ast_type != Kind.SymbolicTerm for it in others):
                return None
            ends += map(str, others)
        else:
            seen += times
    return ends if seen == 1 else None
