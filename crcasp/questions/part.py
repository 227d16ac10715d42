"""A part of a program over all patients, and the smallest patients in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clingo import Control, Function, Symbol

from crcasp.program.ground import GroundRules, add_slice
from crcasp.program.implicants import minimal_subset
from crcasp.program.solver import Solver
from crcasp.program.terms import natural


class Part(Solver):
    """The part of a program over all patients that some of its atoms depend on.

    Args:
        rules: the program.
        asked: these atoms.
        told: the atoms of history and limits, with their symbols.
        turns_out: what each finding may turn out to be, with the atoms.

    Attributes:
        own: the literal that each atom of the program has in this part.
        told: the facts of history and limits, with literals.
        turns_out: the findings, by literals.
    """

    def __init__(
        self,
        rules: GroundRules,
        asked: Iterable[int],
        told: Mapping[int, Symbol],
        turns_out: Mapping[Symbol, int],
    ) -> None:
        super().__init__(Control(["0", "--opt-mode=ignore"]))
        self.own = add_slice(self.control, rules, asked, told)
        self.told = {symbol: self.own[atom] for atom, symbol in told.items() if atom in self.own}
        self.turns_out = {
            self.own[atom]: symbol for symbol, atom in turns_out.items() if atom in self.own
        }

    def smallest_patient(self, goal: int, assumed: Sequence[int] = ()) -> tuple[Symbol, ...]:
        """Return the facts of a smallest patient; see the function of this name."""
        return smallest_patient(self, goal, self.told, self.turns_out, assumed)


def smallest_patient(
    solver: Solver,
    goal: int,
    told: Mapping[Symbol, int],
    turns_out: Mapping[int, Symbol],
    assumed: Sequence[int] = (),
) -> tuple[Symbol, ...]:
    """Return the facts of a smallest patient for whom a literal holds, () where nothing is needed.

    The history and the limits are complete; of the findings only those are given that the
    literal does not hold without.

    Args:
        solver: a program over all patients.
        goal: the literal, which holds for some patient.
        told: the facts of history and limits, with literals.
        turns_out: the findings, by literals.
        assumed: further literals that hold.
    """
    held = solver.smallest([goal, *assumed], told) or []
    fixed = [literal if atom in held else -literal for atom, literal in told.items()]
    model = solver.literals_in_model([goal, *assumed, *fixed], [*turns_out]) or []
    known = [literal for literal in model if literal in turns_out]
    core = {*(solver.core([-goal, *fixed, *known]) or known)}
    known = minimal_subset(
        [literal for literal in known if literal in core],
        lambda some: solver.core([-goal, *fixed, *some]),
    )
    findings = (turns_out[literal].arguments for literal in known)
    given = {*held, *(Function(it.name, [*it.arguments, value]) for it, value in findings)}
    lines = [it.arguments[0] for it in held if it.name == "toxic"]
    given |= {Function("stopped", [line, Function("toxicity")]) for line in lines}
    return tuple(sorted(given, key=natural))
