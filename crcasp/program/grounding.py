"""The program grounded for one patient, or for many, and what it answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from threading import Lock
from typing import NamedTuple, TypeAlias

from clingo import Control, Symbol

from crcasp.program.solver import Solver
from crcasp.program.terms import Row, Word, row

Atoms: TypeAlias = dict[str, list[Row]]


class Answer(NamedTuple):
    """What the solver says of one patient.

    Attributes:
        atoms: arguments of the shown verdicts and reasons, by predicate.
        sets: every recommendation set: its therapies, what it relies on, and its grade.
    """

    atoms: Atoms
    sets: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]


class Grounding(Solver):
    """The program grounded for one patient, or with externals for many.

    The facts of a patient are assumed true, and all other externals false. Assigned
    instead of assumed, they would make clasp prepare the whole program anew each time.

    Args:
        control: what was grounded.
        predicates: those whose atoms are externals, if any are.
    """

    def __init__(self, control: Control, predicates: Collection[str] = ()) -> None:
        super().__init__(control)
        self.lock = Lock()
        self.choices = self._by_word("recommended")
        self.relies = self._by_word("set_relies")
        self.grades = self._by_word("set_grade")
        self.rows: dict[Symbol, tuple[str, Row]] = {}
        self.absent: list[int] = []
        self.places: dict[Symbol, int | None] = {}
        atoms = control.symbolic_atoms
        for name, arity, positive in atoms.signatures if predicates else ():
            for atom in atoms.by_signature(name, arity, positive) if name in predicates else ():
                if atom.is_external:
                    self.places[atom.symbol] = len(self.absent)
                    self.absent.append(-atom.literal)
        for literal in self.absent:
            control.assign_external(-literal, None)

    def _by_word(self, predicate: str) -> dict[Word, int]:
        return {row(atom)[0]: literal for atom, literal in self.literals(predicate, 1).items()}

    def answer(self, facts: Iterable[Symbol] = ()) -> Answer:
        """Solve for the patient with these facts, true for this call only.

        Raises:
            LookupError: a fact is neither an external nor true of every patient.
        """
        with self.lock:
            return self._solve(self._assuming(facts))

    def _assuming(self, facts: Iterable[Symbol]) -> list[int]:
        literals = self.absent.copy()
        for fact in facts:
            if fact not in self.places:
                atom = self.control.symbolic_atoms[fact]
                if atom is None or not atom.is_fact:
                    raise LookupError(f"{fact}: the grounding has no such external")
                self.places[fact] = None
            place = self.places[fact]
            if place is not None:
                literals[place] = -self.absent[place]
        return literals

    def _solve(self, assumptions: list[int]) -> Answer:
        atoms: Atoms = {}
        sets: dict[tuple[tuple[str, ...], tuple[str, ...], str], None] = {}
        options: list[tuple[Word, int]] = []
        for model in self.models(assumptions):
            is_true = model.is_true
            if not atoms:  # the same in every model
                atoms = self._sorted_out(model.symbols(shown=True))
                eligible = {therapy for (therapy,) in atoms.get("eligible", ())}
                options = [item for item in self.choices.items() if item[0] in eligible]
            chosen = tuple(str(therapy) for therapy, literal in options if is_true(literal))
            if chosen:
                relied = (str(name) for name, literal in self.relies.items() if is_true(literal))
                grades = (str(name) for name, literal in self.grades.items() if is_true(literal))
                sets[chosen, tuple(relied), next(grades, "")] = None
        return Answer(atoms, tuple(sets))

    def _sorted_out(self, symbols: Iterable[Symbol]) -> Atoms:
        atoms: Atoms = {}
        for symbol in symbols:
            known = self.rows.get(symbol)
            if known is None:
                known = self.rows[symbol] = (symbol.name, row(symbol))
            atoms.setdefault(known[0], []).append(known[1])
        return atoms
