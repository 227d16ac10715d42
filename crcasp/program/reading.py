"""Overlays beside the program that they extend: their language, and what they state for anyone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from clingo import Control, Function, Observer, Symbol, SymbolType, ast

from crcasp.errors import Fault, OverlayError, Place
from crcasp.program.files import VOCABULARY, Program, main_files, main_paths
from crcasp.program.overlays import Overlay
from crcasp.program.solver import Solver
from crcasp.program.syntax import Kind, Signature, apart, place_of, signatures_of, terms_of, walk
from crcasp.program.vocabulary import externals_of

LANGUAGE, ANYONE = "check/language.lp", "cohort/anyone.lp"
NOTICE = {("notice", 2)}  # no part of the table, which verdicts may come before
NAMED = {("statement", 3), ("exclusion", 2), ("year", 2), ("withdrawn", 1)}  # what a header has
LINES = 2  # of the histories that overlays are read with, and one more than their rules name
MOST_LINES = 20  # beyond which a number is none of a line
BEFORE_VERDICTS = (*VOCABULARY, "table.lp", "patient.lp")
MOST = 500_000  # ground rules; all that came after 2019 is 100,000
ENDLESS = f"it comes to more than {MOST:,} ground rules: give its numbers and terms an end."


class ReadOverlays:
    """The overlays of a program, read and grounded beside what they extend.

    Args:
        program: the program with its overlays.

    Raises:
        OverlayError: one of them does not parse.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.overlays: list[Overlay] = []
        self.messages: list[str] = []  # of clingo
        faults: list[Fault] = []
        for name, text in program.overlays:
            try:
                self.overlays.append(Overlay(name, text))
            except OverlayError as error:
                faults += error.faults
        if faults:
            raise OverlayError(faults)

    @cached_property
    def declared(self) -> Solver:
        """The vocabulary with that of the overlays, and the language of overlays."""
        try:
            return Solver(self._ground((*VOCABULARY, LANGUAGE)))
        except RuntimeError:
            self._ground(main_files())  # so that clingo says why
            raise

    @cached_property
    def findings(self) -> dict[Signature, Symbol]:
        """The facts that give findings, each with the kinds of its arguments."""
        names = dict.fromkeys(atom.arguments[0] for atom in self.declared.literals("value", 2))
        kinds = {str(name): Function("value", [name]) for name in names}
        return {(name, 1): Function("fact", [kind]) for name, kind in kinds.items()}

    @cached_property
    def read(self) -> Solver:
        """The overlays beside what they extend, grounded for any patient."""
        return Solver(self.for_anyone())

    @cached_property
    def _own(self) -> set[Signature]:
        """The predicates that the overlays state, and the program does not have."""
        stated = set[Signature]().union(*(stated for stated, _ in self.links))
        return stated - signatures_of(tuple(main_paths()))

    def language(self, *predicates: str) -> dict[Signature, Symbol]:
        """Return what an overlay may state or ask for, each with the kinds of its arguments."""
        atoms = (atom for name in predicates for atom in self.declared.literals(name, 1))
        return {signature_of(atom.arguments[0]): atom.arguments[0] for atom in atoms}

    def for_anyone(self, observer: Observer | None = None) -> Control:
        """Return the overlays beside what they extend, grounded for any patient."""
        known = {*self.language("states", "tells", "asks", "asks_fact"), *self.findings}
        known = (known | self._own) - NOTICE
        verdicts = any(asked - known for _, asked in self.links)
        files = (*(main_files() if verdicts else BEFORE_VERDICTS), ANYONE)
        declared = _own_findings().union(*(overlay.declared for overlay in self.overlays))
        names = [name for name, _ in self.findings.keys() & declared]
        facts = f"any_line(1..{self._lines()}). {externals_of(names)}"
        return self._ground(files, facts, observer)

    def _lines(self) -> int:
        """Return the lines of the histories that the overlays are read with."""
        terms = self.language("asks", "asks_fact").items()
        of_lines = {key for key, term in terms if term.arguments[0].name == "number"}
        constants = {**self.program.known_constants(), **dict(self.program.constants)}
        joined = highest = 0
        for overlay in self.overlays:
            for rule in overlay.rules:
                if place_of(rule).source == overlay.name:  # and not derived from one that is
                    spoken = terms_of(rule) if rule.ast_type == Kind.Rule else []
                    asked = sum(key in of_lines for term in spoken for key, _ in apart(term))
                    named = (str(it) for it in walk(rule) if it.ast_type == Kind.SymbolicTerm)
                    known = (constants.get(it, it) for it in named)
                    numbers = (int(it) for it in known if it.isdecimal())
                    joined = max(joined, asked)
                    highest = max(highest, sum(it for it in numbers if it < MOST_LINES))
        return max(LINES, joined, min(highest + 1, MOST_LINES)) if joined else LINES

    def _ground(
        self, files: Sequence[str], facts: str = "", observer: Observer | None = None
    ) -> Control:
        rules = {overlay.name: overlay.rules for overlay in self.overlays}

        def add(control: Control, name: str, _: str) -> None:
            with ast.ProgramBuilder(control) as builder:
                for rule in rules[name]:
                    builder.add(rule)

        self.messages.clear()
        unbounded = [overlay.name for overlay in self.overlays if overlay.unbounded]
        count = _Count()
        try:
            return self.program.grounded(
                files,
                self.messages,
                facts,
                self.program.overlays,
                observer or (count if unbounded else None),
                add,
            )
        except RuntimeError:
            if count.rules < MOST:
                raise
            raise OverlayError([Fault(Place(name), ENDLESS) for name in unbounded]) from None

    @property
    def links(self) -> Iterator[tuple[dict[Signature, Place], set[Signature]]]:
        """The predicates that each rule states, with places, and those that it asks for."""
        return (link[:2] for overlay in self.overlays for link in overlay.links)

    @cached_property
    def as_given(self) -> set[Signature]:
        """What says how the facts of a patient are given, which no fully known patient has."""
        return {*self.findings, *self.language("as_given")}

    @property
    def unsourced(self) -> tuple[str, ...]:
        """The names of the overlays that add no source and take nothing back of all patients."""
        names = []
        for overlay in self.overlays:
            stated = {key for stated, asked, _ in overlay.links for key in stated if not asked}
            says = any(rule.ast_type != Kind.Comment for rule in overlay.rules)
            if says and NAMED.isdisjoint(stated):
                names.append(os.path.basename(overlay.name))
        return tuple(names)

    @property
    def constrained(self) -> bool:
        """Whether a rule leaves out patients: a constraint, or what is stated with its opposite."""
        stated = (name for stated, _ in self.links for name, _ in stated)
        return any(it.constraints for it in self.overlays) or any(it[0] == "-" for it in stated)


class _Count(Observer):
    """Counts ground rules, and ends the grounding where there are too many."""

    rules = 0

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        self.rules += 1
        if self.rules >= MOST:
            raise RuntimeError(ENDLESS)


@cache
def _own_findings() -> frozenset[Signature]:
    """Return the facts that give findings of the program without an overlay."""
    values = Solver(Program().vocabulary_control()).literals("value", 2)
    return frozenset((str(value.arguments[0]), 1) for value in values)


def signature_of(term: Symbol) -> Signature:
    """Return the predicate of an atom."""
    function = term.type is SymbolType.Function
    return (term.name, len(term.arguments)) if function else ("", 0)
