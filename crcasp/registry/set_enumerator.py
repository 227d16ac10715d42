"""The recommendation sets of each pattern of verdicts, by one solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clingo import Symbol

from crcasp.program.completions import stated
from crcasp.program.files import Program
from crcasp.program.ground import GroundRules
from crcasp.program.sets import FILES, INPUT, found_sets
from crcasp.program.solver import Solver
from crcasp.registry.outcome import AND, OR

KEPT = 100_000  # patterns that are remembered


class Sets(NamedTuple):
    """The sets that some patients have.

    Attributes:
        sets: every set, with whether it is preferred.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
    """

    sets: dict[frozenset[str], bool]
    grade: str | None
    preferred: str

    def best(self) -> frozenset[frozenset[str]]:
        """Return the preferred sets."""
        return frozenset(names for names, preferred in self.sets.items() if preferred)


class SetEnumerator:
    """The program of the sets, grounded once for all verdicts.

    Args:
        program: the program.
        facts: what it reads of the table.
        verdicts: what it may read beside this.

    Attributes:
        inputs: the verdicts that the sets depend on.
    """

    def __init__(
        self, program: Program, facts: Iterable[Symbol], verdicts: Iterable[Symbol]
    ) -> None:
        self.program = program
        rules = GroundRules()
        text = f"{stated(facts)} {' '.join(f'#external {atom}.' for atom in verdicts)}"
        self.solver = Solver(program.grounded((*FILES, INPUT), [], text, program.divided[1], rules))
        control = self.solver.control
        self.ranks = {str(grade): int(rank) for grade, rank in self.solver.facts("rank", 2)}
        self.local = {str(name) for (name,) in self.solver.facts("locoregional", 1)}
        read = self.solver.literals("recommended", 1) | self.solver.literals("set_grade", 1)
        chosen = (part for choice, _, (body, _, _) in rules.rules if choice for part in body)
        _, needed = rules.below([*read.values(), *chosen])
        found = [atom for atom in control.symbolic_atoms if atom.is_external]
        self.inputs = sorted(atom.symbol for atom in found if atom.literal in needed)
        self.literals = [self.solver.literals(x.name, len(x.arguments))[x] for x in self.inputs]
        for literal in self.literals:
            control.assign_external(literal, None)
        self.known: dict[bytes, Sets] = {}

    def sets(self, values: Sequence[bool]) -> Sets:
        """Return the sets where the inputs have these values."""
        key = bytes(values)
        if key not in self.known:
            if len(self.known) > KEPT:
                self.known.clear()
            self.known[key] = self._sets(values)
        return self.known[key]

    def _sets(self, values: Iterable[bool]) -> Sets:
        inputs = zip(self.literals, values, strict=True)
        assumed = [literal if value else -literal for literal, value in inputs]
        found: dict[tuple[str, ...], str] = {}
        for chosen in found_sets(self.program, self.solver, assumed):
            names = sorted(chosen.therapies, key=lambda name: (name in self.local, name))
            found[tuple(names)] = chosen.grade
        ranks = {names: self.ranks.get(grade, 0) for names, grade in found.items()}
        best = max(ranks.values(), default=None)
        preferred = sorted(names for names, rank in ranks.items() if rank == best)
        return Sets(
            {frozenset(names): rank == best for names, rank in ranks.items()},
            found[preferred[0]] if preferred else None,
            OR.join(map(AND.join, preferred)),
        )
