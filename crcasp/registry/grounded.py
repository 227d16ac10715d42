"""A grounding of the program for all patients of so many lines, as a circuit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from clingo import Symbol

from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program
from crcasp.program.terms import natural, row
from crcasp.registry.circuit import NEVER, Circuit, Gates, GroundRules, Words
from crcasp.registry.patterns import Bits, packed
from crcasp.registry.sets import Search, SetSolver

Key: TypeAlias = tuple[str, ...]
Facts: TypeAlias = Mapping[Symbol, Bits]  # for each fact the patients of whom it is given

FILES = ("wrapper/externals.lp", "wrapper/histories.lp", PATIENT_CHECK, "cohort/answer.lp")
READ = {
    "issue": 3,
    "out_of_scope": 0,
    "is": 2,
    "eligible": 1,
    "undetermined": 1,
    "missing": 2,
    "grade": 2,
    "deciding": 2,
    "decided_on": 2,
}


class Unevaluable(Exception):  # noqa: N818 - it is no failure: a solver answers
    """A program that is no circuit, with the reason why."""


class Section(NamedTuple):
    """Outputs that are read together.

    Attributes:
        keys: what each of them says.
        start: the number of the first.
    """

    keys: Sequence[Key]
    start: int

    def of(self, outputs: Words) -> Words:
        """Return the rows of these outputs."""
        return outputs[self.start : self.start + len(self.keys)]

    def true(self, bits: Bits) -> Iterator[Key]:
        """Yield what those outputs say that are true of a patient."""
        return (self.keys[place] for place in np.flatnonzero(bits).tolist())


class Grounded:
    """The answers of a program to all patients of up to so many lines.

    Args:
        program: the logic program.
        lines: how many lines.

    Attributes:
        contradictory: outputs of which one says that the facts contradict each other.
        sections: the other outputs, by what they say; "sets" has the inputs of `solver`
            in order, and then the grades.
        standings: what is read of each therapy that was given.
        solver: the sets.

    Raises:
        Unevaluable: what is read of the program is not settled by the facts alone.
    """

    def __init__(self, program: Program, lines: int) -> None:
        rules = GroundRules()
        added = engine(program).vocabulary.externals()
        control = program.control(*FILES, lines=lines, facts=added, observer=rules)
        if rules.beyond:
            raise Unevaluable(rules.beyond)
        self.control = control  # whose atoms are gone when it is
        self.symbols = control.symbolic_atoms
        self.places: dict[Symbol, int] = {}
        order, loops = rules.settled()
        settled = set(order)
        read = {name: self._atoms(name, arity) for name, arity in READ.items()}
        chosen = {atom.literal: atom.symbol for atom in self.symbols.by_signature("recommended", 1)}
        for name, atoms in read.items():
            if not settled.issuperset(atoms):
                raise Unevaluable(f"its rules for {name}/{READ[name]} leave a choice or are a loop")
        if not settled.isdisjoint(chosen):
            raise Unevaluable("its rules for recommended/1 leave no choice")
        search = Search(rules, settled, loops, chosen)
        cone = rules.reached([*search.border, *(atom for atoms in read.values() for atom in atoms)])
        self.gates = Gates(rules, (atom for atom in order if atom in cone))
        ranks = {grade: int(rank) for grade, rank in self._atoms("rank", 2).values()}
        local = {name for (name,) in self._atoms("locoregional", 1).values()}
        self.solver = SetSolver(program, search, self.gates, ranks, local)
        self._arrange(read)

    def _atoms(self, predicate: str, arity: int) -> dict[int, Key]:
        """Return the atoms of a predicate, with their arguments in words."""
        atoms = self.symbols.by_signature(predicate, arity)
        return {atom.literal: tuple(map(str, row(atom.symbol))) for atom in atoms}

    def _arrange(self, read: Mapping[str, Mapping[int, Key]]) -> None:
        literals = self.gates.literals
        pairs = {
            name: sorted(
                (key, literals[atom]) for atom, key in atoms.items() if literals[atom] != NEVER
            )
            for name, atoms in read.items()
        }

        def either(parts: Iterable[int]) -> int:
            return self.gates.gate(True, parts)

        findings: dict[str, list[int]] = {}
        for (_, finding), literal in pairs["missing"]:
            findings.setdefault(finding, []).append(literal)
        missing = [((name,), either(findings[name])) for name in sorted(findings, key=natural)]
        later = [literal for key, literal in pairs["is"] if key == ("line", "beyond_first")]
        flags = [
            (("contradictory",), either(literal for _, literal in pairs["issue"])),
            (("out_of_scope",), either(literal for _, literal in pairs["out_of_scope"])),
            (("beyond_first",), either(later)),
        ]
        inputs: list[tuple[Key, int]] = [((), 2 * node) for node in self.solver.inputs]
        self.outputs: list[int] = []
        self.sections = {
            "flags": self._section(flags),
            "eligible": self._section(pairs["eligible"]),
            "undetermined": self._section(pairs["undetermined"]),
            "missing": self._section(missing),
            "sets": self._section([*inputs, *pairs["grade"]]),
        }
        self.plain = len(self.outputs)
        by_therapy: dict[str, list[tuple[Key, int]]] = {}
        for name in ("eligible", "undetermined", "deciding", "decided_on"):
            for (therapy, *rest), literal in pairs[name]:
                by_therapy.setdefault(therapy, []).append(((name, *rest), literal))
        self.standings = {name: self._section(found) for name, found in by_therapy.items()}

    def _section(self, pairs: Sequence[tuple[Key, int]]) -> Section:
        start = len(self.outputs)
        self.outputs += [literal for _, literal in pairs]
        return Section([key for key, _ in pairs], start)

    @cached_property
    def verdicts(self) -> Circuit:
        """The circuit of the sections."""
        return Circuit(self.gates, self.outputs[: self.plain])

    @cached_property
    def judging(self) -> Circuit:
        """The circuit of the sections and the standings."""
        return Circuit(self.gates, self.outputs)

    def evaluated(self, facts: Facts, rows: int, *, judging: bool) -> Words:
        """Return the outputs, a row of words for each.

        Args:
            facts: for each fact the patients of whom it is given.
            rows: the number of patients.
            judging: whether the standings are wanted too.
        """
        width = -(-rows // 64)
        circuit = self.judging if judging else self.verdicts
        given = {self._place(fact): column for fact, column in facts.items()}
        words = {atom: packed(given[atom], width) for atom in circuit.inputs if atom in given}
        return circuit.values(words, width)

    def _place(self, fact: Symbol) -> int:
        if fact not in self.places:
            atom = self.symbols[fact]
            self.places[fact] = 0 if atom is None else atom.literal
        return self.places[fact]
