"""A whole registry by evaluation: one pass over the ground program answers a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import compress
from operator import attrgetter
from threading import Lock
from typing import TypeAlias

import numpy as np
import polars as pl
from clingo import Function, String, Symbol

from crcasp.errors import NoAnswerError
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.sets import OF_VERDICTS
from crcasp.program.terms import natural, word
from crcasp.program.vocabulary import OF_LINE
from crcasp.registry.answers import Consequences, Groundings, OfMany, OfOne, SetEnumerator
from crcasp.registry.circuit import Facts, Unevaluable
from crcasp.registry.concordance import Concordance
from crcasp.registry.outcome import (
    JUDGED,
    LIST,
    Bits,
    Coded,
    Places,
    packed,
    patterns,
    results,
    unpacked,
)

# Told of some patients: their facts, which of all they are, how they are answered, and what.
Seen: TypeAlias = Callable[[Facts, Places, int | None, Consequences, Coded], None]
Issues: TypeAlias = dict[Symbol, Bits]  # for each contradiction the patients who have it

UNANSWERED = "its constraints leave no answer for this patient"
ROWS = 65_536  # that are evaluated at once
USUAL = 2  # lines of which one grounding serves all
SCOPE = Function("out_of_scope")
BEYOND_FIRST = Function("is", [Function("line"), Function("beyond_first")])


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
        self.concordance = Concordance(program)
        self.verdicts = Groundings(program)
        self.check = Groundings(program, check=True)
        self.enumerator = cache(partial(SetEnumerator, program))
        self.solved = ""

    def answers(
        self,
        rows: int,
        facts: Facts,
        bad: Bits,
        given: Coded | None = None,
        seen: Seen | None = None,
    ) -> tuple[pl.DataFrame, Issues]:
        """Return the columns of results, and what contradicts itself in which rows.

        Both these rows and the bad ones have no results. What was given are names, or None.
        """
        given = Coded([None], np.zeros(rows, np.intp)) if given is None else given
        columns: list[tuple[str, Places, Coded]] = []
        with self.lock:
            issues = self.issues(facts, rows)
            bad = np.logical_or.reduce([bad, *issues.values()])
            program, unanswered = Function(self.program.names()), np.zeros(rows, bool)
            parts = [*_parts(facts, rows)]
            for part, lines in parts:  # which grows meanwhile
                if lines is None and bad[part].all():
                    continue
                own = facts if len(part) == rows else {fact: of[part] for fact, of in facts.items()}
                try:
                    answers = self.answered(own, bad[part], lines)
                    sets = self.sets(answers)
                    found = [*self._columns(answers, sets, given.of(part))]
                    if seen:
                        seen(own, part, lines, answers, sets)
                except NoAnswerError as error:
                    bad[part[error.places]] = unanswered[part[error.places]] = True
                    parts += [] if lines is None else [(part, lines)]
                    continue
                except Unevaluable as reason:
                    self.solved = f"{str(reason).capitalize()}, so rows are solved one by one."
                    halves = np.array_split(part, 2) if len(part) > 1 else [part]
                    parts += [(half, lines if len(halves) > 1 else None) for half in halves]
                    continue
                columns += [(name, part[places], column) for name, places, column in found]
        if unanswered.any():
            issues[Function("issue", [program, program, String(UNANSWERED)])] = unanswered
        return results(rows, columns), issues

    def issues(self, facts: Facts, rows: int) -> Issues:
        """Return what contradicts itself in which rows."""
        if not self.program.overlays:  # a row has one value of a number, which implies nothing
            numbers = {
                finding
                for finding, values in engine(self.program).vocabulary.findings.items()
                if isinstance(values[0], int)
            }
            facts = {fact: of for fact, of in facts.items() if fact.name not in numbers}
        try:
            circuit = self.check.of(facts, engine(self.program).vocabulary.lines)
            patients = OfMany(circuit, facts, rows, (1 << rows) - 1)
            told = ((atom, patients.ask(atom)[0]) for atom in circuit.atoms("issue", 3))
            return {atom: unpacked(whom, rows) for atom, whom in told if whom}
        except Unevaluable:  # what an overlay implies may run in a circle
            found: dict[Symbol, Bits] = {}
            for row in range(rows):
                own = (fact for fact, whom in facts.items() if whom[row])
                for atom in engine(self.program).checked(own).literals("issue", 3):
                    found.setdefault(atom, np.zeros(rows, np.bool_))[row] = True
            return found

    def answered(self, facts: Facts, bad: Bits, lines: int | None) -> Consequences:
        """Return the answers to patients of up to so many lines; None for one, by the solver."""
        if lines is None:
            return OfOne(self.program, (fact for fact, whom in facts.items() if whom[0]))
        answers = OfMany(self.verdicts.of(facts, lines), facts, len(bad), packed(~bad))
        if without := answers.inconsistent:
            raise self._unanswered(np.flatnonzero(unpacked(without, answers.rows)))
        return answers

    def sets(self, answers: Consequences) -> Coded:
        """Return the recommendation sets of patients."""
        verdicts = [atom for signature in OF_VERDICTS for atom in answers.atoms(*signature)]
        facts, more = answers.table(self.program.divided[2])
        enumerator = self.enumerator(frozenset(facts), frozenset([*more, *verdicts]))
        values = [_listed(answers, atom) for atom in enumerator.inputs]
        places = _places(answers)
        inputs = patterns(values, answers.rows, places)
        found = inputs.each(lambda bits: enumerator.sets(bytes(bits)))
        none = found.are(lambda sets: sets is None)
        if none.any():
            raise self._unanswered(places[none])
        return found

    def _unanswered(self, places: Places) -> NoAnswerError:
        error = self.program.without_answer()
        error.places = places.tolist()
        return error

    def _columns(
        self, answers: Consequences, sets: Coded, given: Coded
    ) -> Iterator[tuple[str, Places, Coded]]:
        """Yield the columns of results, each with the places that it is for."""
        places = _places(answers)
        eligible, undetermined = dict[str, int](), dict[str, int]()
        for atom in answers.atoms("eligible", 1):
            name, (certain, possible) = str(word(atom.arguments[0])), answers.ask(atom)
            eligible[name], undetermined[name] = certain, possible & ~certain
        columns = {
            "in_scope": _either(answers, SCOPE, (True, False)),
            "line": _either(answers, BEYOND_FIRST, ("first", "beyond_first")),
            "grade": sets.each(attrgetter("grade")),
            "preferred": sets.each(attrgetter("preferred")),
            "eligible": _names(eligible, answers),
            "undetermined": _names(undetermined, answers),
            "missing": _names(answers.missing(), answers, natural),
        }
        for name, found in columns.items():
            yield name, places, found
        told = given.of(places).are(bool)
        those = places[told]
        if len(those):
            known = columns["in_scope"].of(told), sets.of(told)
            found = self.concordance.of(answers, those, given.of(those), *known)
            for name in JUDGED:
                yield name, those, found.each(attrgetter(name))


def _parts(facts: Facts, rows: int) -> Iterator[tuple[Places, int | None]]:
    """Yield patients who are answered together, with the lines of the grounding they need."""
    lines = np.full(rows, USUAL)
    for fact, whom in facts.items():
        if fact.name in OF_LINE and len(fact.arguments) == 2:
            np.maximum(lines, fact.arguments[0].number, out=lines, where=whom)
    sizes = 1 << np.ceil(np.log2(lines)).astype(np.intp)
    for size in np.unique(sizes).tolist():
        of_size = np.flatnonzero(sizes == size)
        for start in range(0, len(of_size), ROWS):
            yield of_size[start : start + ROWS], size


def _places(answers: Consequences) -> Places:
    """Return the places of the patients who have an answer."""
    return np.flatnonzero(unpacked(answers.mask, answers.rows))


def _listed(answers: Consequences, atom: Symbol) -> int:
    """Return the patients of whom the sets take an atom for true.

    It is certain; or it supports an eligible therapy that no statement supports for certain.
    """
    certain, possible = answers.ask(atom)
    if atom.name == "because" and certain != possible:
        therapy = atom.arguments[0]
        together = answers.ask(Function("eligible", [therapy]))[0] & possible
        for other in answers.atoms("because", 2):
            if together and other.arguments[0] == therapy:
                together &= ~answers.ask(other)[0]
        return certain | together
    return certain


def _either(answers: Consequences, atom: Symbol, values: tuple[object, object]) -> Coded:
    """Return for each patient who has an answer the second value if an atom holds."""
    holds = unpacked(answers.ask(atom)[0], answers.rows)[_places(answers)]
    return Coded(values, holds.astype(np.intp))


def _names(
    names: Mapping[str, int], answers: Consequences, key: Callable[[str], object] = str
) -> Coded:
    """Return for each patient who has an answer the names that have its bit, as one text."""
    ordered = sorted(names, key=key)  # type: ignore[arg-type]
    found = patterns([names[name] for name in ordered], answers.rows, _places(answers))
    return found.each(lambda bits: LIST.join(compress(ordered, bits)))
