"""A whole registry by evaluation: one pass over the ground program answers a batch."""

from __future__ import annotations

from threading import Lock

import numpy as np
import polars as pl
from clingo import Symbol

from crcasp.errors import InputError
from crcasp.facts import read_symbols
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.vocabulary import OF_LINE
from crcasp.questions.patient import Patient
from crcasp.questions.recommend import advise
from crcasp.registry.concordance import Given
from crcasp.registry.grounded import Facts, Grounded, Unevaluable
from crcasp.registry.judging import Judge
from crcasp.registry.outcome import SCHEMA
from crcasp.registry.patterns import Bits, Places
from crcasp.registry.reading import Reading
from crcasp.registry.rows import Answer, columns_of

ROWS = 65_536  # that are evaluated at once
MOST = 32  # lines of a grounding; a history that is longer is solved by itself
USUAL = 2  # lines of which one grounding serves all


class Evaluator:
    """Answers batches of patients for one program, for one caller at a time.

    Args:
        program: the logic program.

    Attributes:
        solved: why rows were left to the solver one by one, as a sentence; "" if none were.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lock = Lock()
        self.judge = Judge(program)
        self.vocabulary = engine(program).vocabulary
        self.readings: dict[int, Reading | None] = {}
        self.solved = ""

    def answers(
        self, rows: int, facts: Facts, bad: Bits, given: Given | None = None
    ) -> tuple[pl.DataFrame, Bits]:
        """Return the columns of results, and which rows contradict themselves.

        Both these rows and the bad ones have no results.

        Args:
            rows: the number of patients.
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.

        Raises:
            UsageError: the constraints of an overlay leave no answer for a patient.
        """
        given = np.full(rows, None) if given is None else given
        groups = self._groups(rows, facts)
        contradictory = np.zeros(rows, np.bool_)
        frames = [pl.DataFrame(schema=SCHEMA)]
        with self.lock:
            for lines, places in groups:
                for start in range(0, len(places), ROWS):
                    part = places[start : start + ROWS]
                    own = facts if len(part) == rows else _those(facts, part)
                    frame, contradictory[part] = self._answers(lines, own, bad[part], given[part])
                    frames.append(frame)
        found = pl.concat(frames)
        if len(frames) > 2:
            found = found[np.argsort(np.concatenate([places for _, places in groups]))]
        return found, contradictory

    def _groups(self, rows: int, facts: Facts) -> list[tuple[int, Places]]:
        """Return the patients by the lines of the grounding that they need."""
        lines = np.zeros(rows, np.intp)
        for fact, column in facts.items():
            if fact.name in OF_LINE and len(fact.arguments) == 2:
                np.maximum(lines, fact.arguments[0].number, out=lines, where=column)
        counts = np.unique(lines)
        sizes = np.array([_size(int(count)) for count in counts], np.intp)
        if len(sizes):
            sizes = np.maximum(sizes, min(USUAL, sizes[-1]))
        needed = sizes[np.searchsorted(counts, lines)] if rows else lines
        return [(int(size), np.flatnonzero(needed == size)) for size in np.unique(needed)]

    def _answers(
        self, lines: int, facts: Facts, bad: Bits, given: Given
    ) -> tuple[pl.DataFrame, Bits]:
        if lines not in self.readings:
            self.readings[lines] = self._reading(lines)
        reading = self.readings[lines]
        answer = self._solved if reading is None else reading.answers
        return answer(facts, bad, given)

    def _reading(self, lines: int) -> Reading | None:
        try:
            if engine(self.program).jointly:
                raise Unevaluable("some of its offers may stand only together")
            if lines > MOST:
                raise Unevaluable(f"histories of more than {MOST} lines take too long")
            return Reading(Grounded(self.program, min(lines, self.vocabulary.lines)), self.judge)
        except Unevaluable as reason:
            self.solved = f"{self.program.names()}: {reason}, so rows are solved one by one."
            return None

    def _solved(self, facts: Facts, bad: Bits, given: Given) -> tuple[pl.DataFrame, Bits]:
        answers: list[Answer | None] = []
        for place, names in enumerate(given):
            symbols = [fact for fact, column in facts.items() if column[place]]
            answers.append(None if bad[place] else self._alone(symbols, names))
        empty = (None,) * len(SCHEMA)
        frame = pl.DataFrame([answer or empty for answer in answers], SCHEMA, orient="row")
        return frame, ~bad & np.array([answer is None for answer in answers], np.bool_)

    def _alone(self, symbols: list[Symbol], given: tuple[str, ...] | None) -> Answer | None:
        """Return the answer for one patient, None if the facts contradict each other."""
        try:
            advice = advise(Patient(read_symbols(symbols, self.vocabulary), self.program))
        except InputError:
            return None
        return columns_of(advice, given, self.judge)


def _those(facts: Facts, places: Places) -> Facts:
    """Return the facts of some patients."""
    return {fact: column[places] for fact, column in facts.items()}


def _size(lines: int) -> int:
    """Return the lines of the grounding for a history: a power of two."""
    return 1 << (lines - 1).bit_length() if lines else 0
