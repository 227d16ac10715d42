"""Rows that are solved one by one, as `recommend` does, where a program is no circuit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from clingo import Symbol

from crcasp.errors import InputError
from crcasp.facts import FactBase, read_symbols
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import Row, natural
from crcasp.questions.decoder import decode
from crcasp.questions.patient import Patient
from crcasp.questions.sides import STRANGE, Strange, held
from crcasp.registry.concordance import Judge, Standing
from crcasp.registry.grounded import Facts, packed
from crcasp.registry.outcome import AND, COLUMNS, JUDGED, LIST, OR, Bits, Coded, Given
from crcasp.registry.verdicts import Answered, Columns, Verdicts, preferred
from crcasp.results.advice import Advice


class Alone:
    """The answers of a program to patients one by one.

    Args:
        program: the logic program.
        judge: what compares the therapies that were given.
        strange: where it is compared with another table, what only that one knows.
    """

    def __init__(
        self, program: Program, judge: Judge, strange: Sequence[Strange] | None = None
    ) -> None:
        self.program = program
        self.judge = judge
        self.strange = strange
        self.words = {word for it in strange or () for word in (it.therapy, *it.agents)}

    def answers(self, facts: Facts, bad: Bits, given: Given) -> Answered:
        """Return the answers to patients; there is none to those who contradict themselves.

        Args:
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.
        """
        columns: dict[str, tuple[list[int], list[object]]] = {}
        notes = Notes(len(bad))
        for place in np.flatnonzero(~bad).tolist():
            try:
                advice = self._advice([fact for fact, whom in facts.items() if whom[place]])
            except InputError:
                continue
            for name, value in columns_of(advice, given[place], self.judge).items():
                places, values = columns.setdefault(name, ([], []))
                places.append(place)
                values.append(value)
            if self.strange is not None:
                notes.add(place, advice)
        verdicts = None if self.strange is None else notes.verdicts(self.program)
        return Answered(_coded(columns), verdicts)

    def _advice(self, symbols: Iterable[Symbol]) -> Advice:
        """Return the answer to facts; where tables are compared, to those that this one knows."""
        vocabulary = engine(self.program).vocabulary
        if self.strange is not None:
            vocabulary = vocabulary._replace(
                therapies=(*vocabulary.therapies, *(it.therapy for it in self.strange)),
                agents=(*vocabulary.agents, *(agent for it in self.strange for agent in it.agents)),
            )
        base = read_symbols(symbols, vocabulary)
        if self.strange is not None:
            base = FactBase(base.facts)
        patient = Patient(base, self.program)
        if self.words.isdisjoint(str(fact.arguments[-1]) for fact in base.facts):
            answer = patient.answer()
        else:
            answer, _ = patient.fresh(STRANGE, text=held(self.strange or ()))
        return decode(answer, patient.engine.table, tuple(base.facts))


class Notes:
    """What is compared of the answers to some patients; the answers themselves are let go.

    Args:
        rows: how many patients there are.
    """

    def __init__(self, rows: int) -> None:
        self.whom: dict[Row, list[int]] = {}
        self.codes = np.zeros(rows, np.intp)
        self.preferred: dict[frozenset[frozenset[str]], int] = {}
        self.answered = np.zeros(rows, bool)

    def add(self, place: int, advice: Advice) -> None:
        """Take down the answer to one patient."""
        self.answered[place] = True
        for therapy, verdict in advice.therapies.items():
            if verdict.status != "excluded":
                self.whom.setdefault((verdict.status, therapy), []).append(place)
            if verdict.grade is not None:
                self.whom.setdefault(("grade", therapy, verdict.grade), []).append(place)
        chosen = preferred((one.therapies, one.preferred) for one in advice.sets)
        self.codes[place] = self.preferred.setdefault(chosen, len(self.preferred))

    def verdicts(self, program: Program) -> Verdicts:
        """Return what a program said of each therapy, and which sets are preferred."""
        everybody = packed(self.answered)
        ranks = engine(program).table.ranks.items()
        atoms: dict[Row, int] = {("rank", grade, rank): everybody for grade, rank in ranks}
        for atom, places in self.whom.items():
            bits = np.zeros(len(self.codes), bool)
            bits[places] = True
            atoms[atom] = packed(bits)
        return Verdicts(atoms, Coded([*self.preferred], self.codes), self.answered)


def _coded(columns: Mapping[str, tuple[list[int], list[object]]]) -> Columns:
    for name, (places, values) in columns.items():
        yield name, np.array(places, np.intp), Coded(values, np.arange(len(values)))


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
