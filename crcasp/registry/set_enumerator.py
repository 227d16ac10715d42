"""The recommendation sets of each pattern of verdicts, by one solver."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from clingo import Symbol

from crcasp.errors import NoAnswerError
from crcasp.program.completions import stated
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.ground import GroundRules
from crcasp.program.sets import FILES, INPUT, found_sets, preferred, ranked
from crcasp.program.solver import Solver
from crcasp.registry.outcome import AND, OR

KEPT = 100_000  # patterns that are remembered


class Sets(NamedTuple):
    """The sets that some patients have.

    Attributes:
        every: all sets.
        best: the preferred sets.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
    """

    every: frozenset[frozenset[str]]
    best: frozenset[frozenset[str]]
    grade: str | None
    preferred: str


class SetEnumerator:
    """The program of the sets, grounded once for all verdicts.

    Args:
        program: the program.
        facts: what it reads of the table.
        verdicts: what it may read beside these.

    Attributes:
        inputs: the verdicts that the sets depend on.
    """

    def __init__(
        self, program: Program, facts: Iterable[Symbol], verdicts: Iterable[Symbol]
    ) -> None:
        self.program = program
        rules = GroundRules()
        externals = " ".join(f"#external {atom}." for atom in sorted(verdicts))
        text = f"{stated(sorted(facts))} {externals}"
        self.solver = Solver(program.grounded((*FILES, INPUT), [], text, program.divided[1], rules))
        control = self.solver.control
        read = self.solver.literals("recommended", 1) | self.solver.literals("set_grade", 1)
        chosen = (part for choice, _, (body, _, _) in rules.rules if choice for part in body)
        _, needed = rules.below([*read.values(), *chosen])
        found = [atom for atom in control.symbolic_atoms if atom.is_external]
        literals = {atom.symbol: atom.literal for atom in found if atom.literal in needed}
        self.inputs = sorted(literals)
        self.literals = [literals[atom] for atom in self.inputs]
        for literal in self.literals:
            control.assign_external(literal, None)
        self.sets = lru_cache(KEPT)(self._sets)

    def _sets(self, values: bytes) -> Sets | None:
        """Return the sets where the inputs have these values, None if nothing is left."""
        inputs = zip(self.literals, values, strict=True)
        assumed = [literal if value else -literal for literal, value in inputs]
        try:
            found = found_sets(self.program, self.solver, assumed)
        except NoAnswerError:
            return None
        sets = ranked(found, engine(self.program).table)
        best = preferred(sets)
        return Sets(
            every=frozenset(frozenset(chosen.therapies) for _, chosen in sets),
            best=frozenset(frozenset(chosen.therapies) for chosen in best),
            grade=best[0].grade if best else None,
            preferred=OR.join(dict.fromkeys(AND.join(chosen.therapies) for chosen in best)),
        )
