"""Two tables in one ground program, of the same patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from clingo import Function, Symbol

from crcasp.program.completions import stated
from crcasp.program.ground import GroundRules, add_copy, definitions
from crcasp.program.solver import Solver
from crcasp.program.syntax import Signature
from crcasp.questions.part import TOLD, Patients

CHANGES = "diff/changes.lp"
INPUTS = (("turns_out", 2), *TOLD)
Grounded: TypeAlias = tuple[Solver, GroundRules]


class SideBySide(Patients):
    """One table, and beside it the rules of another one, of the same patients.

    Args:
        old: one table, grounded, with its rules.
        new: the other.
        inputs: the predicates of what they have in common.
        broken: whether the constraints of the old one may be broken.
    """

    def __init__(
        self, old: Grounded, new: Grounded, inputs: Iterable[Signature], broken: bool = False
    ) -> None:
        super().__init__(new[0].control, new[1])
        before = old[0]
        shared = {
            literal: own_inputs[atom]
            for signature in inputs
            for own_inputs in [self.literals(*signature)]
            for atom, literal in before.literals(*signature).items()
            if atom in own_inputs
        }
        defined = definitions(old[1], self.rules, shared)
        own_atoms = {number: atom for atom, number in defined[1].items()}
        same = {
            atom: own_atoms[number] for atom, number in defined[0].items() if number in own_atoms
        }
        named = [
            (atom.symbol, atom.literal, atom.is_fact)
            for signature in (("compared", 1), *INPUTS[:1])
            for atom in before.control.symbolic_atoms.by_signature(*signature)
            if atom.literal not in shared
        ]
        with self.control.backend() as backend:
            instead = backend.add_atom() if broken else 0
        add_copy(self.control, old[1], named, "old", same | shared, instead)
        self.control.add("changes", [], stated(self._varying(before, *defined)))
        self.control.ground([("changes", [])])

    def _varying(self, before: Solver, *defined: Mapping[int, int]) -> Iterator[Symbol]:
        """Yield of what the tables have different rules: therapies, and findings that both read."""
        old, new = (
            {
                atom.symbol.arguments[0]: 0 if atom.is_fact else numbers[atom.literal]
                for atom in one.control.symbolic_atoms.by_signature("compared", 1)
            }
            for one, numbers in zip((before, self), defined, strict=True)
        )
        read = [{str(it.arguments[0]) for it in one if it.name == "reads"} for one in (old, new)]
        for atom in old.keys() | new.keys():
            if old.get(atom) == new.get(atom):
                continue
            if atom.name in ("eligible", "graded"):
                yield Function("varies", atom.arguments[:1])
            elif atom.name == "reads" and all(str(atom.arguments[0]) in one for one in read):
                yield Function("both", atom.arguments[:1])
