"""The recommendation sets for each pattern of what they depend on, by the solver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple, TypeAlias, cast

from clingo import Configuration, Control, Symbol, TruthValue

from crcasp.program.files import Program
from crcasp.program.terms import word
from crcasp.registry.circuit import ALWAYS, NEVER, Body, Gates, GroundRules
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
        settled: the atoms that are no part of it, on which it depends.
        loops: the atoms that depend on themselves.
        chosen: the atoms of what a set holds.

    Attributes:
        border: the settled atoms that it depends on.
    """

    def __init__(
        self, rules: GroundRules, settled: Set[int], loops: Set[int], chosen: Mapping[int, Symbol]
    ) -> None:
        self.chosen = chosen
        tests = [part for _, head, body in rules.others if not head for part in body]
        bound = [atom for choice, head, _ in rules.others if not choice for atom in head]
        searched = rules.reached([*map(abs, tests), *bound, *loops, *chosen]) - settled
        self.rules: list[tuple[bool, Body, Body]] = [
            (False, (atom,), body) for atom in searched for body in rules.bodies.get(atom, ())
        ]
        self.rules += [rule for rule in rules.others if not rule[1] or searched & {*rule[1]}]
        self.border = {abs(part) for _, _, body in self.rules for part in body} & settled

    def control(self, gates: Gates) -> tuple[Control, dict[int, int]]:
        """Return a control for the search, and what to assume for each gate to be true."""
        control = Control(["0"])
        atoms: dict[int, int] = {}
        inputs: dict[int, int] = {}
        with control.backend() as backend:
            for atom, symbol in self.chosen.items():
                atoms[atom] = backend.add_atom(symbol)

            def own(atom: int) -> int:
                if atom not in atoms:
                    atoms[atom] = backend.add_atom()
                return atoms[atom]

            def literal(part: int) -> int | None:
                """Return a part of a body, 0 if it is always true and None if it never is."""
                if abs(part) not in self.border:
                    return own(part) if part > 0 else -own(-part)
                value = gates.literals[abs(part)] ^ (part < 0)
                if value in (NEVER, ALWAYS):
                    return 0 if value else None
                if value >> 1 not in inputs:
                    inputs[value >> 1] = backend.add_atom()
                    backend.add_external(inputs[value >> 1], TruthValue.Free)
                return -inputs[value >> 1] if value & 1 else inputs[value >> 1]

            for choice, head, body in self.rules:
                parts = [literal(part) for part in body]
                if None not in parts:
                    backend.add_rule(
                        [own(atom) for atom in head], [part for part in parts if part], choice
                    )
        return control, inputs


class SetSolver:
    """Enumerates sets.

    Args:
        program: the program, for a message about it.
        search: the part of it that leaves a choice.
        gates: its settled atoms.
        ranks: the rank of each grade.
        local: the therapies that are named behind others in a set.

    Attributes:
        inputs: the gates that the sets depend on.
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
        self.control, literals = search.control(gates)
        cast(Configuration, self.control.configuration.solve).models = 0
        self.inputs = tuple(literals)
        self.literals = tuple(literals.values())

    def sets(self, values: Iterable[bool], grades: Mapping[str, str]) -> Sets:
        """Return the sets where the inputs have these values and the therapies these grades.

        Raises:
            UsageError: the constraints of an overlay leave no answer at all.
        """
        assumed = [
            literal if value else -literal
            for literal, value in zip(self.literals, values, strict=True)
        ]
        found: set[tuple[str, ...]] = set()
        with self.control.solve(assumptions=assumed, yield_=True) as handle:
            for model in handle:
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
