"""What a program declares, read once, and the answers that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock

from clingo import Symbol

from crcasp.errors import UsageError
from crcasp.program.completions import Completions, stated
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.terms import Row
from crcasp.program.vocabulary import Vocabulary

PATIENT_CHECK = "check/patient.lp"


@dataclass(eq=False)
class Engine:
    """What one program declares, and the answers that it gives.

    Attributes:
        program: the program.
        vocabulary: what a fact may say.
        declared: the grounding that the vocabulary was read from.
        constrained: whether overlays leave out patients.
        unsourced: the overlays that add no source, and take nothing back of all patients.
    """

    program: Program
    vocabulary: Vocabulary
    declared: Solver
    constrained: bool = False
    unsourced: tuple[str, ...] = ()

    @cached_property
    def table(self) -> Table:
        """What the program says of itself."""
        return Table.of(Solver(self.program.control()), self.program, self.unsourced)

    def completions(self, facts: Iterable[Symbol], *extra: str) -> Completions:
        """Return the completions of the patient with these facts; see `Completions`."""
        return Completions(self.program, facts, PATIENT_CHECK, *extra)

    def checked(self, facts: Iterable[Symbol]) -> Solver:
        """Return the check of a patient's facts, which derives issue/3 and lack/2."""
        return Solver(self.program.vocabulary_control(PATIENT_CHECK, stated(facts)))

    def issues(self, facts: Iterable[Symbol], *, whole: bool = True) -> list[Row]:
        """Return which facts contradict each other and why, without an answer: issue/3.

        Where the facts are not the whole of what is given, what lacks is no issue.
        """
        found = self.checked(facts)
        lack = () if whole else {(fact, fact, text) for fact, text in found.facts("lack", 2)}
        return [issue for issue in found.facts("issue", 3) if issue not in lack]


_engine_lock = Lock()


def engine(program: Program) -> Engine:
    """Return the engine of a program, made once in a process.

    Raises:
        OverlayError: something is wrong with an overlay.
        UsageError: a constant is.
    """
    with _engine_lock:
        return _engine(program)


@lru_cache(maxsize=16)
def _engine(program: Program) -> Engine:
    of_overlays: tuple[bool, tuple[str, ...]] = (False, ())
    if program.overlays:
        from crcasp.program.flaws import checked

        check = checked(program)
        of_overlays = check.constrained, check.unsourced
    declared = Solver(program.vocabulary_control())
    vocabulary = Vocabulary.of(declared)
    if not vocabulary.lines:
        raise UsageError("max_lines must be at least 1.")
    if any(name == "max_partners" and int(value) < 0 for name, value in program.constants):
        raise UsageError("max_partners must be at least 0.")
    for name, finding, _ in declared.facts("threshold", 3):
        values = vocabulary.findings[str(finding)]
        for constant, value in program.constants:
            if constant == name and int(value) not in values:
                span = f"{values[0]} to {values[-1]}"
                raise UsageError(f"{name}={value}: {finding} is {span}; give one of these.")
    return Engine(program, vocabulary, declared, *of_overlays)
