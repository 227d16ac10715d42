"""The completions of one patient: the stable models of the program without its sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property

from clingo import Symbol

from crcasp.program.files import Program
from crcasp.program.other import ANOTHER, other_completion
from crcasp.program.solver import Solver
from crcasp.program.terms import Row, grouped, row

SHOW = "wrapper/show.lp"
MISSING = "missing/missing.lp"
# What two completions are compared by, in MISSING.
COMPARED = (("is", 2), ("eligible", 1), ("has_grade", 2))


class Completions(Solver):
    """All ways to fill in what is unknown of a patient.

    Args:
        program: the program.
        facts: of the patient, each of which by itself is allowed.
        extra: further files in subfolders of `lp/`.

    Raises:
        UsageError: the constraints of an overlay leave no completion.
    """

    def __init__(self, program: Program, facts: Iterable[Symbol], *extra: str) -> None:
        rules = other_completion(program, COMPARED)
        super().__init__(program.control(SHOW, MISSING, *extra, facts=stated(facts), rules=rules))
        self.program = program
        self.assumed: tuple[int, ...] = ()

    def assuming(self, literals: Iterable[int]) -> Completions:
        """Return those of the completions in which some literals hold."""
        found = copy(self)
        for name in ("certain", "possible", "missing"):
            found.__dict__.pop(name, None)
        found.assumed = (*self.assumed, *literals)
        return found

    @cached_property
    def certain(self) -> Sequence[Symbol]:
        """The shown atoms that hold in every completion: the cautious consequences."""
        found = self.consequences("cautious", self.assumed)
        if found is None:
            raise self.program.without_answer()
        return found

    @cached_property
    def possible(self) -> Sequence[Symbol]:
        """The shown atoms that hold in some completion: the brave consequences."""
        return self.consequences("brave", self.assumed) or ()

    @cached_property
    def missing(self) -> Atoms:
        """What decides(T, F) and raises(T, F) hold of: two completions that differ in F alone."""
        self.control.assign_external(ANOTHER, True)
        found = self.consequences("brave") or ()
        self.control.assign_external(ANOTHER, False)
        return Atoms(atom for atom in found if atom.name in ("decides", "raises"))


class Atoms:
    """Atoms by their predicate, each read as words when its predicate is asked for."""

    def __init__(self, atoms: Iterable[Symbol]) -> None:
        self._symbols = grouped((atom.name, atom) for atom in atoms)
        self._rows: dict[str, list[Row]] = {}

    def symbols(self, predicate: str) -> Sequence[Symbol]:
        """Return the atoms of a predicate."""
        return self._symbols.get(predicate, ())

    def __getitem__(self, predicate: str) -> list[Row]:
        """Return the arguments of each atom of a predicate."""
        if predicate not in self._rows:
            self._rows[predicate] = [row(atom) for atom in self.symbols(predicate)]
        return self._rows[predicate]


def stated(facts: Iterable[Symbol]) -> str:
    """Return facts as the text of a program, the same in whichever order they come."""
    return " ".join(f"{fact}." for fact in sorted(facts))
