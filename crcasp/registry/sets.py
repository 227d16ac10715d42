"""The recommendation sets for each pattern of what they depend on, by the solver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple, TypeAlias

from clingo import Control, Symbol, TruthValue

from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import word
from crcasp.registry.circuit import Body, Gates, GroundRules
from crcasp.registry.outcome import AND, OR

Ballot: TypeAlias = dict[frozenset[str], bool]


class Sets(NamedTuple):
    """The sets that some verdicts allow.

    Attributes:
        ballot: every set, with whether it is preferred.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
    """

    ballot: Ballot
    grade: str | None
    preferred: str


class Search:
    """The rules of a ground program that leave a choice, with all that bears on it.

    Args:
        rules: the ground program.
        settled: the atoms that are no part of it.
        loops: the atoms that depend on themselves.
        chosen: the atoms of what a set holds.

    Attributes:
        border: the settled atoms that it depends on.
    """

    def __init__(
        self, rules: GroundRules, settled: Set[int], loops: Set[int], chosen: Mapping[int, Symbol]
    ) -> None:
        self.chosen = chosen
        tests = [abs(part) for _, head, body in rules.others if not head for part in body]
        bound = [atom for choice, head, _ in rules.others if not choice for atom in head]
        searched = rules.reached([*tests, *bound, *loops, *chosen]) - settled
        self.rules: list[tuple[bool, Body, Body]] = [
            (False, (atom,), body) for atom in searched for body in rules.bodies.get(atom, ())
        ]
        self.rules += [rule for rule in rules.others if not rule[1] or searched & {*rule[1]}]
        self.border = {abs(part) for _, _, body in self.rules for part in body} & settled


class SetSolver:
    """Enumerates sets.

    Args:
        program: the program, for a message about it.
        search: the part of it that leaves a choice.
        gates: its settled atoms.
        ranks: the rank of each grade.
        local: the therapies that are named behind others in a set.

    Attributes:
        inputs: the gates that the sets depend on, each with what is to be assumed if it is true.
    """

    def __init__(
        self,
        program: Program,
        search: Search,
        gates: Gates,
        ranks: Mapping[str, int],
        local: Set[str],
    ) -> None:
        self.program = program
        self.ranks = ranks
        self.local = local
        self.inputs: dict[int, int] = {}
        self.solver = Solver(Control(["0"]))
        with self.solver.control.backend() as backend:
            atoms: dict[int, int] = {
                atom: backend.add_atom(symbol) for atom, symbol in search.chosen.items()
            }

            def literal(part: int) -> int:
                atom = abs(part)
                if atom not in search.border:
                    if atom not in atoms:
                        atoms[atom] = backend.add_atom()
                    return atoms[atom] if part > 0 else -atoms[atom]
                value = gates.literals[atom]
                node = value >> 1
                if node not in self.inputs:
                    self.inputs[node] = backend.add_atom()
                    backend.add_external(self.inputs[node], TruthValue.Free)
                return self.inputs[node] if (value & 1) == (part < 0) else -self.inputs[node]

            for choice, head, body in search.rules:
                backend.add_rule([*map(literal, head)], [*map(literal, body)], choice)

    def sets(self, values: Iterable[bool], grades: Mapping[str, str]) -> Sets:
        """Return the sets where the inputs have these values and the therapies these grades.

        Raises:
            UsageError: the constraints of an overlay leave no answer at all.
        """
        assumed = [
            literal if value else -literal
            for literal, value in zip(self.inputs.values(), values, strict=True)
        ]
        found: set[tuple[str, ...]] = set()
        for model in self.solver.models(assumed):
            names = [str(word(atom.arguments[0])) for atom in model.symbols(atoms=True)]
            found.add(tuple(sorted(names, key=lambda name: (name in self.local, name))))
        if not found:
            raise self.program.without_answer()
        graded = {chosen: grades.get(chosen[0], "") for chosen in found if chosen}
        best = max((self.ranks.get(grade, 0) for grade in graded.values()), default=None)
        ballot = {
            frozenset(chosen): self.ranks.get(grade, 0) == best for chosen, grade in graded.items()
        }
        preferred = sorted(chosen for chosen in graded if ballot[frozenset(chosen)])
        return Sets(
            ballot,
            graded[preferred[0]] if preferred else None,
            OR.join(AND.join(chosen) for chosen in preferred),
        )
