"""All that is wrong with overlays: what the program derives of it, each with its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property

from clingo import Control, Function, Number, Symbol, SymbolType, ast

from crcasp.errors import Fault, OverlayError, Place
from crcasp.program.files import (
    VOCABULARY,
    Program,
    main_files,
    main_paths,
    overlay_files,
    program_directory,
)
from crcasp.program.origins import Origins
from crcasp.program.overlays import Signature, signatures_of
from crcasp.program.solver import Solver
from crcasp.program.terms import Word
from crcasp.program.vocabulary import externals_of
from crcasp.program.wording import nearest

LANGUAGE = "check/language.lp"
# What an overlay is read beside: some patient has any facts there are, of so many lines.
READ = (*VOCABULARY, "table.lp", "patient.lp", "check/anyone.lp")
EXTERNALS = ("wrapper/externals.lp", "wrapper/histories.lp")
LINES = 2
FLAWS = ("names", "table", "vocabulary", "places")  # files of lp/check/
PLACES = (("stated", 4), ("met", 3))  # what is derived beside the rules of an overlay


class Overlays:
    """The overlays of a program, read to be checked.

    An atom is taken to be stated if it is for some patient, and is missing only if it is
    there for nobody; so one that depends on the patient is looked into like any other.

    Args:
        program: the program with its overlays.

    Raises:
        OverlayError: one of them does not parse.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.origins: list[Origins] = []
        self.whole: Solver | None = None
        faults: list[Fault] = []
        for name, text in program.overlays:
            try:
                self.origins.append(Origins(name, text))
            except OverlayError as error:
                faults += error.faults
        if faults:
            raise OverlayError(faults)

    def checked(self) -> Solver:
        """Return the grounded program, if nothing is wrong with its overlays.

        Raises:
            OverlayError: something is; says all that is.
        """
        faults: list[Fault] = []
        try:
            self.whole = Solver(self.program.control())
        except OverlayError as error:
            faults += error.faults
        try:
            faults += self._faults()
        except RuntimeError:  # as clingo complains, and more than it says cannot be known
            if not faults:
                raise
        if any(fault.place and fault.place.line for fault in faults):  # others follow from these
            faults = [fault for fault in faults if fault.place and fault.place.line]
        if faults or self.whole is None:
            raise OverlayError(faults)
        return self.whole

    def _faults(self) -> Iterator[Fault]:
        """Yield what is wrong, but for what clingo itself complains of."""
        for origins in self.origins:
            yield from origins.faults
        yield from self._unasked()
        solver = self.ask(*FLAWS, facts=self._derived())
        meant: dict[tuple[Word, str], list[str]] = {}
        for name, part, other in solver.facts("meant", 3):
            meant.setdefault((name, str(part)), []).append(str(other))
        for (name,) in solver.facts("unset", 1):
            meant[name, str(name)] = list(self.program.known_constants())
        found = ((name, nearest(part, others)) for (name, part), others in meant.items())
        near = {name: other for name, other in found if other}
        for source, line, column, name, text in solver.facts("fault", 5):
            place = Place(str(source), int(line), int(column))
            yield Fault(place, _sentence(name, text, near.get(name) or self._alike(name)))
        for name, text in solver.facts("fault", 2):
            yield Fault(Place(self.program.names()), _sentence(name, text, None))

    def ask(self, *files: str, facts: Iterable[Symbol] = ()) -> Solver:
        """Ground files of `lp/check/` over what the overlays, and the table with them, state."""
        control = Control(["--warn=none"])
        for file in (LANGUAGE, *(f"check/{name}.lp" for name in files)):
            control.load(os.path.join(program_directory(), file))
        control.add("base", [], " ".join(f"{fact}." for fact in (*self.stated, *facts)))
        control.ground([("base", [])])
        return Solver(control)

    @cached_property
    def stated(self) -> list[Symbol]:
        """What the program may state in the language of overlays, with places, as facts."""
        found: list[Symbol] = []
        for origins in self.origins:
            found += origins.facts
        for name, arity in _predicates(self.read):
            found.append(Function("occurs", [Function(name), Number(arity)]))
            if (name, arity) not in self.language and (name, arity) not in PLACES:
                continue
            atoms = list(self.read.control.symbolic_atoms.by_signature(name, arity))
            found += [atom.symbol for atom in atoms]
            if (name, arity) in self.language:
                found += [Function("varies", [atom.symbol]) for atom in atoms if not atom.is_fact]
        return found

    @cached_property
    def language(self) -> dict[Signature, str]:
        """What an overlay may state, with its arguments."""
        return _language(self.read)

    @cached_property
    def read(self) -> Solver:
        """The overlays beside what they extend, grounded for any patient."""
        declared = Solver(self.program.vocabulary_control())
        values = declared.literals("value", 2)
        findings = dict.fromkeys(str(atom.arguments[0]) for atom in values)
        numbers = [line for (line,) in declared.facts("line", 1) if isinstance(line, int)]
        lines = min(LINES, max(numbers, default=0))
        free = externals_of(name for name in findings if name.isidentifier())
        rules = {origins.name: origins.rules for origins in self.origins}

        def add(control: Control, name: str, text: str) -> None:
            control.add("base", [], text)
            with ast.ProgramBuilder(control) as builder:
                for rule in rules[name]:
                    builder.add(rule)

        asked = signatures_of((os.path.join(program_directory(), LANGUAGE),))
        for files in (READ, (*main_files(), *overlay_files())):
            names = (*files, *EXTERNALS, LANGUAGE)
            texts = self.program.overlays
            solver = Solver(
                self.program.grounded(names, [], lines, free, texts, add=add, asked=asked)
            )
            if files is not READ or self._sees_all(solver):
                break
        return solver

    def _sees_all(self, solver: Solver) -> bool:
        """Return whether what the overlays depend on is there, as far as the program has it."""
        asked = set[Signature]().union(*(origins.conditions for origins in self.origins))
        there = set(_predicates(solver))
        beyond = asked - there - set(_language(solver))
        return not beyond or beyond.isdisjoint(signatures_of(tuple(main_paths())))

    def _alike(self, name: Word) -> str | None:
        """Return the atom of the same predicate that is nearest to one which is never so."""
        predicate, bracket, _ = str(name).partition("(")
        if not bracket:
            return None
        atoms = self.read.control.symbolic_atoms
        arities = [arity for other, arity in _predicates(self.read) if other == predicate]
        alike = (atom for arity in arities for atom in atoms.by_signature(predicate, arity))
        return nearest(str(name), (str(atom.symbol) for atom in alike))

    def _unasked(self) -> Iterator[Fault]:
        """Yield a fault for each predicate that nothing asks for."""
        asked = set(self.language).union(*(origins.asked for origins in self.origins))
        stated = [item for origins in self.origins for item in origins.heads.items()]
        if all(signature in asked for signature, _ in stated):
            return
        asked |= signatures_of(tuple(main_paths()))
        for (name, arity), place in stated:
            if (name, arity) not in asked:
                meant = self._usage(name, arity)
                end = f"; did you mean {meant}?" if meant else ": is it misspelt?"
                yield Fault(place, f"nothing asks for {name}/{arity}{end}")

    def _usage(self, name: str, arity: int) -> str | None:
        """Return how what is most likely meant by a predicate is written."""
        names = {known for known, _ in self.language}
        near = name if name in names else nearest(name, names)
        usages = [
            (abs(n - arity), usage) for (known, n), usage in self.language.items() if known == near
        ]
        return min(usages)[1] if usages else None

    def _derived(self) -> list[Symbol]:
        """Return which findings of the overlays the program has as predicates of its own."""
        if self.whole is None:
            return []
        own = {name for origins in self.origins for name, _ in origins.heads}
        values = [fact.arguments[0] for fact in self.stated if fact.match("value", 2)]
        findings = {term.name for term in values if term.type is SymbolType.Function}
        there = set(_predicates(self.whole))
        derived = [name for name in sorted(findings - own) if (name, 1) in there]
        return [Function("derived", [Function(name)]) for name in derived]


def _predicates(solver: Solver) -> Iterator[Signature]:
    """Yield each predicate that has atoms."""
    atoms = solver.control.symbolic_atoms
    for name, arity, positive in atoms.signatures:
        if positive and any(True for _ in atoms.by_signature(name, arity)):
            yield name, arity


def _language(solver: Solver) -> dict[Signature, str]:
    rows = solver.facts("understood", 3)
    return {(str(name), int(arity)): str(usage) for name, arity, usage in rows}


def _sentence(name: Word, text: Word, near: str | None) -> str:
    return f"{name} {text}; did you mean {near}?" if near else f"{name} {text}."
