"""What of a patient's columns the program looks at: asked of the program, kept by value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from clingo import Function, Number, String, Symbol, ast

from crcasp.errors import InputError
from crcasp.facts import FactBase, read_symbols
from crcasp.program.engine import Engine, engine
from crcasp.program.files import Program
from crcasp.program.overlays import parse
from crcasp.program.vocabulary import LIMITS
from crcasp.questions.patient import Patient
from crcasp.registry.solver import Facts, Solver

Cells: TypeAlias = tuple[str | None, ...]
BAD = -1


class Group(NamedTuple):
    """A finding that the table asks about, and the columns it is read from."""

    finding: str
    columns: tuple[str, ...]


class Past(NamedTuple):
    """A history as it was read: what was received, what ended it, in how many lines."""

    received: Facts
    ended: Facts
    lines: int


class Concepts:
    """Turns the cells of a patient into the facts that decide, a few for all that are alike.

    Everything is asked of the program once and kept: the value of a finding for the cells
    that it is read from, and which values no statement or exclusion tells apart. With an
    overlay that has rules of its own nothing is taken for alike.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.engine: Engine = engine(program)
        self.solver = Solver(program)
        self.opaque = any(_has_rules(text, name) for name, text in program.overlays)
        first = self.solver.history((), 0)
        self.first = first
        self.groups = self._groups()
        self.closing = {
            (str(finding), f"{finding}({value})")
            for finding, value in (atom.arguments for atom in first.atoms("closes", 2))
        }
        self.alike: dict[tuple[str, str], str] = {}
        self.bands: dict[str, list[tuple[int, int]]] = {}
        for finding, value, stands in (atom.arguments for atom in first.atoms("stands_for", 3)):
            if value.match("band", 2):
                low, top = (end.number for end in value.arguments)
                self.bands.setdefault(str(finding), []).append((low, top))
            else:
                self.alike[str(finding), str(value)] = str(stands)

    def _groups(self) -> list[Group]:
        findings = self.engine.vocabulary.findings
        feeders: dict[str, list[str]] = {}
        for atom in self.first.atoms("derives_with", 3):
            finding, source = map(str, atom.arguments[:2])
            feeders.setdefault(finding, []).append(source)
        fed = {source for sources in feeders.values() for source in sources} - feeders.keys()
        groups = []
        for finding in findings:
            if self.opaque or finding not in fed:
                sources = [] if self.opaque else feeders.get(finding, [])
                groups.append(Group(finding, tuple(dict.fromkeys([*sources, finding]))))
        return groups

    def relevant(self, past: Past) -> frozenset[str]:
        """Return the findings on which the answer depends for a history."""
        if self.opaque:
            return frozenset(group.finding for group in self.groups)
        return self.solver.history(past.received, past.lines).relevant

    # ---- cells to facts, or to faults ---------------------------------------------------

    def finding(self, group: Group, cells: Cells) -> Facts | None:
        """Return the facts that stand for some cells of one finding, None if they are faulty."""
        symbols = [
            _fact(name, value) for name, value in zip(group.columns, cells, strict=True) if value
        ]
        base = self._read(symbols)
        if base is None:
            return None
        if self.opaque:
            return tuple(map(str, base.facts))
        try:
            answer = Patient(base, self.program).answer()
        except InputError:
            return None
        values = [str(value) for name, value in answer.atoms.get("is", ()) if name == group.finding]
        return tuple(
            f"{group.finding}({self._stands_for(group.finding, value)})" for value in values
        )

    def _stands_for(self, finding: str, value: str) -> str:
        for low, top in self.bands.get(finding, ()):
            if low <= int(value) <= top:
                return str(top)
        return self.alike.get((finding, value), value)

    def past(self, cells: Mapping[str, str | None]) -> Past | None:
        """Return the history that some cells tell, None if they are faulty."""
        symbols = past_symbols(cells)
        base = self._read(symbols)
        if base is None:
            return None
        try:
            Patient(base, self.program).check()
        except InputError:
            return None
        received = tuple(sorted(str(fact) for fact in base.facts if fact.name == "received"))
        ended = tuple(sorted(str(fact) for fact in base.facts if fact.name != "received"))
        lines = max((fact.arguments[0].number for fact in base.facts), default=0)
        return Past(received, ended, lines)

    def limited(self, cells: Cells) -> Facts | None:
        """Return the facts of what cannot be had, None if the cells are faulty."""
        base = self._read(limit_symbols(dict(zip(LIMITS, cells, strict=True))))
        return None if base is None else tuple(sorted(map(str, base.facts)))

    def _read(self, symbols: Iterable[Symbol]) -> FactBase | None:
        base = read_symbols(symbols, self.engine.vocabulary)
        return None if base.faults else base

    def faults(self, cells: Mapping[str, str | None]) -> str:
        """Return all that is wrong with the cells of one row, in sentences."""
        symbols = [
            _fact(name, value)
            for name in self.engine.vocabulary.findings
            if (value := cells.get(name))
        ]
        symbols += past_symbols(cells)
        symbols += limit_symbols(cells)
        base = read_symbols(symbols, self.engine.vocabulary, "")
        try:
            Patient(base, self.program).check()
        except InputError as error:
            return " ".join(fault.message for fault in error.faults)
        return ""


LINE = re.compile(r"line([1-9]\d*)(_stopped|_toxic)?")


def past_symbols(cells: Mapping[str, str | None]) -> list[Symbol]:
    """Return the facts that the line columns of one row state, unchecked."""
    symbols = []
    for column, value in cells.items():
        match = LINE.fullmatch(column)
        if match is None or not value:
            continue
        line = Number(int(match[1]))
        if match[2] == "_stopped":
            symbols.append(Function("stopped", [line, _term(value)]))
        elif match[2] == "_toxic":
            symbols += [Function("toxic", [line, _term(name)]) for name in _listed(value)]
        else:
            names = (name.strip() for name in value.split("+"))
            symbols += [Function("received", [line, _term(name)]) for name in names]
    return symbols


def limit_symbols(cells: Mapping[str, str | None]) -> list[Symbol]:
    """Return the facts that the columns of limits of one row state, unchecked."""
    symbols = []
    for column in LIMITS:
        symbols += [Function(column, [_term(name)]) for name in _listed(cells.get(column) or "")]
    return symbols


def _listed(text: str) -> list[str]:
    """Return the names that a cell joins by semicolons."""
    return [name for part in text.split(";") if (name := part.strip())]


def _fact(name: str, value: str) -> Symbol:
    return Function(name, [_term(value)])


def _term(text: str) -> Symbol:
    """Return a cell as a term; what is neither a name nor a number is refused as a string."""
    if re.fullmatch(r"\d{1,9}(\.0+)?", text):
        return Number(int(text.partition(".")[0]))
    return Function(text) if re.fullmatch(r"[a-z]\w*", text, re.ASCII) else String(text)


def _has_rules(text: str, name: str) -> bool:
    """Return whether an overlay holds more than facts."""
    found = False

    def visit(node: ast.AST) -> None:
        nonlocal found
        is_fact = node.ast_type == ast.ASTType.Rule and not node.body
        quiet = (ast.ASTType.Program, ast.ASTType.Comment, ast.ASTType.Defined)
        found = found or not (is_fact or node.ast_type in quiet)

    parse(name, text, visit)
    return found
