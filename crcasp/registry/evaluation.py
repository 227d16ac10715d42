"""A whole registry by evaluation: one pass over the ground program answers a batch."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import numpy as np
import polars as pl

from crcasp.errors import InputError
from crcasp.facts import read_symbols
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import natural
from crcasp.program.vocabulary import OF_LINE
from crcasp.questions.patient import Patient
from crcasp.questions.recommend import advise
from crcasp.registry.concordance import Judge, Standing
from crcasp.registry.grounded import Facts, Grounded, Unevaluable
from crcasp.registry.outcome import (
    AND,
    COLUMNS,
    JUDGED,
    LIST,
    OR,
    Bits,
    Coded,
    Given,
    Places,
    Results,
)
from crcasp.results.advice import Advice

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
        self.groundings: dict[int, Grounded | None] = {}
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
                    answers = self._answers(size, own, bad[part], given[part])
                    for name, places, found in answers:
                        results.put(name, part[places], found)
        return results.frame(), ~bad & (results.codes["in_scope"] == 0)

    def _answers(
        self, lines: int, facts: Facts, bad: Bits, given: Given
    ) -> Iterator[tuple[str, Places, Coded]]:
        """Yield columns, each with the places that it is for."""
        if lines not in self.groundings:
            self.groundings[lines] = self._grounding(lines)
        grounding = self.groundings[lines]
        return (grounding.answers if grounding else self._alone)(facts, bad, given)

    def _grounding(self, lines: int) -> Grounded | None:
        known = engine(self.program)
        try:
            if known.jointly:
                raise Unevaluable("some of its offers may stand only together")
            if lines > MOST:
                raise Unevaluable(f"histories of more than {MOST} lines take too long")
            return Grounded(self.program, min(lines, known.vocabulary.lines), self.judge)
        except Unevaluable as reason:
            self.solved = f"{self.program.names()}: {reason}, so rows are solved one by one."
            return None

    def _alone(self, facts: Facts, bad: Bits, given: Given) -> Iterator[tuple[str, Places, Coded]]:
        """Yield the same as a grounding, with the patients solved one by one."""
        vocabulary = engine(self.program).vocabulary
        for place in np.flatnonzero(~bad).tolist():
            symbols = [fact for fact, whom in facts.items() if whom[place]]
            try:
                advice = advise(Patient(read_symbols(symbols, vocabulary), self.program))
            except InputError:
                continue
            for name, value in columns_of(advice, given[place], self.judge).items():
                yield name, np.array([place]), Coded([value], np.zeros(1, np.intp))


def columns_of(advice: Advice, given: tuple[str, ...] | None, judge: Judge) -> dict[str, object]:
    """Return the advice on one patient as the columns of results.

    Args:
        advice: the advice.
        given: the therapies that were given, if any were.
        judge: what compares them.
    """

    def having(status: str) -> str:
        verdicts = advice.therapies.values()
        return LIST.join(sorted(item.therapy for item in verdicts if item.status == status))

    findings = {name for verdict in advice.therapies.values() for name in verdict.missing}
    missing = LIST.join(sorted(findings, key=natural))
    answer = (
        advice.in_scope,
        advice.line,
        advice.preferred[0].grade if advice.preferred else None,
        OR.join(AND.join(chosen.therapies) for chosen in advice.preferred),
        having("eligible"),
        having("undetermined"),
        missing,
    )
    columns: dict[str, object] = dict(zip(COLUMNS, answer, strict=True))
    if given:
        standings = [_standing(advice, name) for name in given]
        verdict = judge.verdict(given, _look(advice, given), standings, missing)
        columns |= zip(JUDGED, verdict, strict=True)
    return columns


def _look(advice: Advice, given: tuple[str, ...]) -> str:
    if not advice.in_scope:
        return "out_of_scope"
    for chosen in advice.sets:
        if {*chosen.therapies} == {*given}:
            return "preferred" if chosen.preferred else "eligible"
    return ""


def _standing(advice: Advice, therapy: str) -> Standing:
    verdict = advice.therapies.get(therapy)
    if verdict is None or (verdict.status == "excluded" and verdict.deciding is None):
        return Standing()
    if verdict.status != "excluded":
        return Standing(verdict.status)
    source = verdict.deciding or ""
    findings = [
        condition.finding
        for objection in verdict.against
        if objection.statement == source
        for condition in objection.conditions
    ]
    # In the order of terms, names come before what has arguments.
    finding = min(findings, key=lambda name: ("(" in name, name), default="")
    return Standing("excluded", source, finding)
