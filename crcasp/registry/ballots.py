"""The recommendation sets for each pattern of what they depend on, by the solver."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from clingo import Control, TruthValue

from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import row
from crcasp.registry.circuit import GroundRules
from crcasp.registry.outcome import AND, OR


class Ballot(NamedTuple):
    """The sets that some patients have.

    Attributes:
        sets: every set, with whether it is preferred.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
    """

    sets: dict[frozenset[str], bool]
    grade: str | None
    preferred: str


class Ballots:
    """The rules of a ground program that leave a choice, with a solver of their own.

    Args:
        program: the program, for a message about it.
        grounded: the ground program.
        rules: its rules.
        settled: the atoms that are settled without a solver.

    Attributes:
        inputs: the settled atoms that the sets depend on, each with what is to be assumed
            where it is true.
    """

    def __init__(
        self, program: Program, grounded: Solver, rules: GroundRules, settled: Collection[int]
    ) -> None:
        self.program = program
        self.ranks = {str(grade): rank for grade, rank in grounded.facts("rank", 2)}
        self.local = {name for (name,) in grounded.facts("locoregional", 1)}
        symbols = grounded.literals("recommended", 1) | grounded.literals("set_grade", 1)
        names = {atom: symbol for symbol, atom in symbols.items()}
        every = [
            *rules.others,
            *((False, (atom,), body) for atom, bodies in rules.bodies.items() for body in bodies),
        ]
        asked = names.keys() | {abs(part) for _, _, body in every for part in body}
        asked -= {*settled}
        search = [rule for rule in every if not rule[1] or not asked.isdisjoint(rule[1])]
        border = names.keys() | {abs(part) for _, _, body in search for part in body}
        self.solver = Solver(Control(["0"]))
        with self.solver.control.backend() as backend:
            atoms: dict[int, int] = {}

            def literal(part: int) -> int:
                atom = abs(part)
                if atom not in atoms:
                    atoms[atom] = backend.add_atom(names.get(atom))
                return atoms[atom] if part > 0 else -atoms[atom]

            for choice, head, body in search:
                backend.add_rule([*map(literal, head)], [*map(literal, body)], choice)
            self.inputs = {atom: literal(atom) for atom in settled if atom in border}
            for atom in self.inputs.values():
                backend.add_external(atom, TruthValue.Free)

    def ballot(self, values: Iterable[bool]) -> Ballot:
        """Return the sets where the inputs have these values.

        Raises:
            UsageError: the constraints of an overlay leave no answer at all.
        """
        found: dict[tuple[str, ...], str] = {}
        inputs = zip(self.inputs.values(), values, strict=False)
        for model in self.solver.models([atom if value else -atom for atom, value in inputs]):
            names: list[str] = []
            grades = [""]
            for atom in model.symbols(atoms=True):
                (grades if atom.name == "set_grade" else names).append(str(row(atom)[0]))
            names.sort(key=lambda name: (name in self.local, name))
            found[tuple(names)] = grades[-1]
        if not found:
            raise self.program.without_answer()
        found.pop((), None)
        ranks = {names: self.ranks.get(grade, 0) for names, grade in found.items()}
        best = max(ranks.values(), default=None)
        preferred = sorted(names for names, rank in ranks.items() if rank == best)
        return Ballot(
            {frozenset(names): rank == best for names, rank in ranks.items()},
            found[preferred[0]] if preferred else None,
            OR.join(map(AND.join, preferred)),
        )
