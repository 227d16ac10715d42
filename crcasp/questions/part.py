"""A program over all patients, the part of it that some atoms depend on, the smallest patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clingo import Control, Function, Symbol

from crcasp.program.ground import GroundRules, add_rules
from crcasp.program.implicants import minimal_subset
from crcasp.program.solver import Solver
from crcasp.program.terms import in_order

TOLD = (("received", 2), ("toxic", 2), ("contraindicated", 1))


class Patients(Solver):
    """All fully known patients as the stable models of one program.

    Attributes:
        rules: its ground rules.
        told: the facts of history and limits, with literals.
        turns_out: what each finding may turn out to be, with literals.
    """

    def __init__(self, control: Control, rules: GroundRules) -> None:
        super().__init__(control)
        self.rules = rules
        self.told = self.literals_of(TOLD)
        self.turns_out = self.literals("turns_out", 2)

    def smallest_patient(self, goal: int, assumed: Sequence[int] = ()) -> tuple[Symbol, ...]:
        """Return the facts of a smallest patient for whom a literal holds.

        They are () where nothing is needed. The history and the limits are complete; of the
        findings only those are given that the literal does not hold without.

        Args:
            goal: the literal, which holds for some patient.
            assumed: further literals that hold.
        """
        held = self.smallest([goal, *assumed], self.told) or []
        fixed = [literal if atom in held else -literal for atom, literal in self.told.items()]
        findings = {literal: atom.arguments for atom, literal in self.turns_out.items()}
        model = self.literals_in_model([goal, *assumed, *fixed], [*findings]) or []
        known = [literal for literal in model if literal in findings]
        core = {*(self.core([-goal, *fixed, *known]) or known)}
        known = minimal_subset(
            [literal for literal in known if literal in core],
            lambda some: self.core([-goal, *fixed, *some]),
        )
        values = (findings[literal] for literal in known)
        given = {*held, *(Function(it.name, [*it.arguments, value]) for it, value in values)}
        lines = [it.arguments[0] for it in held if it.name == "toxic"]
        given |= {Function("stopped", [line, Function("toxicity")]) for line in lines}
        return in_order(given)


class Part(Patients):
    """The part of a program over all patients that some of its atoms depend on.

    Args:
        whole: the program.
        asked: these atoms.

    Attributes:
        own: the literal that each atom of the program has in this part.
    """

    def __init__(self, whole: Patients, asked: Iterable[int]) -> None:
        control = Control(["0", "--opt-mode=ignore"])
        needed, found = whole.rules.below(asked)
        minimized = {atom: symbol for symbol, atom in whole.told.items()}
        with control.backend() as backend:
            self.own = {atom: backend.add_atom(minimized.get(atom)) for atom in found}
            backend.add_minimize(0, [(self.own[it], 1) for it in minimized if it in self.own])
        add_rules(control, needed, self.own)
        super().__init__(control, whole.rules)
        self.told, self.turns_out = (
            {symbol: self.own[atom] for symbol, atom in of.items() if atom in self.own}
            for of in (whole.told, whole.turns_out)
        )
