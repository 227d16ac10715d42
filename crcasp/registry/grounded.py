"""A grounding of the program for all patients of so many lines, and what it says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from clingo import Symbol
from numpy.typing import NDArray

from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import natural, row
from crcasp.questions.sides import STRANGE, Strange, held, received
from crcasp.registry.ballots import Ballots
from crcasp.registry.circuit import Circuit, GroundRules
from crcasp.registry.concordance import Judge, Standing
from crcasp.registry.outcome import JUDGED, LIST, Bits, Coded, Given, Places, distinct
from crcasp.registry.verdicts import ASKED, Answered, Columns, Verdicts, preferred

Facts: TypeAlias = Mapping[Symbol, Bits]  # for each fact the patients of whom it is given

FILES = ("wrapper/externals.lp", "wrapper/histories.lp", PATIENT_CHECK, "cohort/answer.lp")
FLAGS = ("contradictory", "in_scope", "line")  # one word each, or none
LISTS = ("eligible", "undetermined", "missing")
KEPT = 50_000  # patterns of one kind that are remembered


class Unevaluable(Exception):  # noqa: N818 - it is no failure: a solver answers
    """A program that is no circuit, with the reason why."""


class Grounded:
    """The answers of a program to all patients of up to so many lines.

    Args:
        program: the logic program.
        lines: how many lines.
        judge: what compares the therapies that were given.
        strange: where it is compared with another table, what only that one knows.

    Raises:
        Unevaluable: what is read of the program is not settled by the facts alone.
    """

    def __init__(
        self, program: Program, lines: int, judge: Judge, strange: Sequence[Strange] | None = None
    ) -> None:
        self.judge = judge
        rules = GroundRules()
        known, more = engine(program).vocabulary, strange or ()
        added = f"{known.externals()} {received(more, lines)} {held(more)}"
        files = (*FILES, *((STRANGE,) if more else ()))
        self.solver = Solver(program.control(*files, lines=lines, facts=added, observer=rules))
        if rules.beyond:
            raise Unevaluable(rules.beyond)
        settled = dict.fromkeys(rules.settled())
        self.cells: dict[str, dict[int, str]] = {name: {} for name in (*FLAGS, *LISTS)}
        for symbol, atom in self.solver.literals("cell", 2).items():
            name, text = map(str, row(symbol))
            self.cells[name][atom] = text
        self.standings: dict[str, dict[int, Standing]] = {}
        for symbol, atom in self.solver.literals("standing", 4).items():
            therapy, *words = map(str, row(symbol))
            self.standings.setdefault(therapy, {})[atom] = Standing(*words)
        self.verdicts = {
            name: {atom: row(symbol) for symbol, atom in self.solver.literals(name, arity).items()}
            for name, arity in (ASKED if strange is not None else ())
        }
        outputs: set[int] = set()
        groups: list[tuple[str, Mapping[int, object]]] = [*self.cells.items()]
        groups += [*self.standings.items(), *self.verdicts.items()]
        for name, atoms in groups:
            outputs.update(atoms)
            if not settled.keys() >= atoms.keys():
                raise Unevaluable(f"its rules for {name} leave a choice or are a loop")
        for name in LISTS:
            key = natural if name == "missing" else str
            self.cells[name] = dict(sorted(self.cells[name].items(), key=lambda at: key(at[1])))
        self.ballots = Ballots(program, self.solver, rules, settled)
        self.circuit = Circuit(rules, [*settled], outputs.union(self.ballots.inputs))
        self.known: dict[str, dict[bytes, Any]] = {}

    def evaluated(self, facts: Facts, rows: int) -> dict[int, int]:
        """Return of each atom the patients of whom it is true, as the bits of a number.

        Args:
            facts: for each fact the patients of whom it is given.
            rows: the number of patients.
        """
        atoms = self.solver.control.symbolic_atoms
        found = ((atoms[fact], whom) for fact, whom in facts.items())
        given = {atom.literal: packed(whom) for atom, whom in found if atom}
        return self.circuit.values(given, rows)

    def answers(self, facts: Facts, bad: Bits, given: Given) -> Answered:
        """Return the answers to patients; there is none to those who contradict themselves.

        Args:
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.
        """
        rows = len(bad)
        values = self.evaluated(facts, rows)
        contradictory, outside, later = (
            unpacked(sum(values[atom] for atom in self.cells[name]), rows) for name in FLAGS
        )
        answered = ~(bad | contradictory)
        places = np.flatnonzero(answered)

        def coded(name: str, atoms: Iterable[int], read: Callable[[Bits], Any]) -> Coded:
            rows_of_bits = patterns([values[atom] for atom in atoms], rows)
            return self._coded(name, rows_of_bits[places], read)

        sets = coded("sets", self.ballots.inputs, self.ballots.ballot)
        verdicts = self._verdicts(values, answered, sets) if self.verdicts else None
        return Answered(self._columns(values, coded, sets, given, places, outside, later), verdicts)

    def _verdicts(self, values: Mapping[int, int], answered: Bits, sets: Coded) -> Verdicts:
        """Return what is said of each therapy, and which sets are preferred."""
        atoms = {
            (name, *words): values[atom]
            for name, found in self.verdicts.items()
            for atom, words in found.items()
            if values[atom]
        }
        codes = np.zeros(len(answered), np.intp)
        codes[answered] = sets.codes
        chosen = [preferred(ballot.sets.items()) for ballot in sets.values]
        return Verdicts(atoms, Coded(chosen, codes), answered)

    def _columns(
        self,
        values: Mapping[int, int],
        coded: Callable[[str, Iterable[int], Callable[[Bits], Any]], Coded],
        sets: Coded,
        given: Given,
        places: Places,
        outside: Bits,
        later: Bits,
    ) -> Columns:
        """Yield the columns of results, each with the places that it is for."""
        lists = {
            name: coded(name, self.cells[name], partial(_listed, [*self.cells[name].values()]))
            for name in LISTS
        }
        yield "in_scope", places, Coded((True, False), outside[places].astype(np.intp))
        yield "line", places, Coded(("first", "beyond_first"), later[places].astype(np.intp))
        for name in ("grade", "preferred"):
            yield name, places, _each(sets, name)
        for name, found in lists.items():
            yield name, places, found
        told = given[places].astype(np.bool_)
        those = places[told]

        def standings(therapy: str) -> Iterator[tuple[Standing, Bits]]:
            for atom, standing in self.standings.get(therapy, {}).items():
                if values[atom]:
                    yield standing, unpacked(values[atom], len(given))[those]

        if len(those):
            missing = lists["missing"]
            verdicts = self.judge.verdicts(
                given[those],
                outside[those],
                Coded(sets.values, sets.codes[told]),
                Coded(missing.values, missing.codes[told]),
                standings,
            )
            for name in JUDGED:
                yield name, those, _each(verdicts, name)

    def _coded(self, name: str, rows: NDArray[np.uint8], read: Callable[[Bits], Any]) -> Coded:
        """Return what is read of the patterns in some rows, of each only once."""
        first, codes = distinct(rows)
        known = self.known.setdefault(name, {})
        if len(known) > KEPT:
            known.clear()
        values = []
        for pattern in rows[first]:
            key = pattern.tobytes()
            if key not in known:
                known[key] = read(np.unpackbits(pattern, bitorder="little").view(np.bool_))
            values.append(known[key])
        return Coded(values, codes)


def _listed(words: Sequence[str], bits: Bits) -> str:
    return LIST.join(words[place] for place in np.flatnonzero(bits).tolist())


def _each(found: Coded, name: str) -> Coded:
    return Coded([getattr(value, name) for value in found.values], found.codes)


def packed(whom: Bits) -> int:
    """Return bits as one number."""
    return int.from_bytes(np.packbits(whom, bitorder="little").tobytes(), "little")


def unpacked(value: int, rows: int) -> Bits:
    """Return the first bits of a number."""
    content = np.frombuffer(value.to_bytes(-(-rows // 8), "little"), np.uint8)
    return np.unpackbits(content, count=rows, bitorder="little").view(np.bool_)


def patterns(values: Sequence[int], rows: int) -> NDArray[np.uint8]:
    """Return for each patient a row of bytes that holds its bit of each number."""
    content = np.zeros((rows, len(values) // 8 + 1), np.uint8)
    for start in range(0, len(values), 8):
        octet = np.zeros(rows, np.uint8)
        for place, value in enumerate(values[start : start + 8]):
            if value:
                octet |= unpacked(value, rows).view(np.uint8) << place
        content[:, start // 8] = octet
    return content
