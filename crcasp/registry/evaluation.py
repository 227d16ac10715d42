"""A whole registry by evaluation: one pass over the ground program answers a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
import polars as pl

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.vocabulary import OF_LINE
from crcasp.questions.sides import Strange
from crcasp.registry.alone import Alone
from crcasp.registry.concordance import Judge
from crcasp.registry.grounded import Facts, Grounded, Unevaluable
from crcasp.registry.outcome import Bits, Given, Places, Results
from crcasp.registry.verdicts import Answered, Verdicts

# Told of some patients: their facts, which of all they are, the lines of the grounding that
# they need, and what is said of them.
Seen = Callable[[Facts, Places, int, Verdicts], None]

ROWS = 65_536  # that are evaluated at once
MOST = 32  # lines of a grounding; a history that is longer is solved by itself
USUAL = 2  # lines of which one grounding serves all


class Evaluator:
    """Answers batches of patients for one program, for one caller at a time.

    Args:
        program: the logic program.
        strange: where it is compared with another table, what only that one knows.

    Attributes:
        solved: why rows were left to the solver one by one, as a sentence; "" if none were.
    """

    def __init__(self, program: Program, strange: Sequence[Strange] | None = None) -> None:
        self.program = program
        self.strange = strange
        self.lock = Lock()
        self.judge = Judge(program)
        self.alone = Alone(program, self.judge, strange)
        self.groundings: dict[int, Grounded | None] = {}
        self.solved = ""

    def answers(
        self,
        rows: int,
        facts: Facts,
        bad: Bits,
        given: Given | None = None,
        seen: Seen | None = None,
    ) -> tuple[pl.DataFrame, Bits]:
        """Return the columns of results, and which rows contradict themselves.

        Both these rows and the bad ones have no results.

        Args:
            rows: the number of patients.
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.
            seen: where it is compared with another table, what is to be told of the answers.

        Raises:
            UsageError: the constraints of an overlay leave no answer for a patient.
        """
        given = np.full(rows, None) if given is None else given
        results = Results(rows)
        lines = np.full(rows, USUAL)
        for fact, whom in facts.items():
            if fact.name in OF_LINE and len(fact.arguments) == 2:
                np.maximum(lines, fact.arguments[0].number, out=lines, where=whom)
        sizes = 1 << np.ceil(np.log2(lines)).astype(np.intp)
        with self.lock:
            for size in np.unique(sizes).tolist():
                of_size = np.flatnonzero(sizes == size)
                for start in range(0, len(of_size), ROWS):
                    part = of_size[start : start + ROWS]
                    own = facts
                    if len(part) < rows:
                        own = {fact: whom[part] for fact, whom in facts.items()}
                    answered = self.answered(size, own, bad[part], given[part])
                    for name, places, found in answered.columns:
                        results.put(name, part[places], found)
                    if seen and answered.verdicts:
                        seen(own, part, size, answered.verdicts)
        return results.frame(), ~bad & (results.codes["in_scope"] == 0)

    def answered(self, lines: int, facts: Facts, bad: Bits, given: Given) -> Answered:
        """Return the answers to patients whose histories a grounding of so many lines holds."""
        if lines not in self.groundings:
            self.groundings[lines] = self._grounding(lines)
        grounding = self.groundings[lines]
        return (grounding or self.alone).answers(facts, bad, given)

    def _grounding(self, lines: int) -> Grounded | None:
        known = engine(self.program)
        try:
            if known.jointly:
                raise Unevaluable("some of its offers may stand only together")
            if lines > MOST:
                raise Unevaluable(f"histories of more than {MOST} lines take too long")
            most = min(lines, known.vocabulary.lines)
            return Grounded(self.program, most, self.judge, self.strange)
        except Unevaluable as reason:
            self.solved = f"{self.program.names()}: {reason}, so rows are solved one by one."
            return None
