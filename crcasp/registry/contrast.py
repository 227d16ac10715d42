"""What an update of the table touches in a registry: both tables asked about every patient."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from clingo import Control, Function, Number, String, Symbol

from crcasp.program.engine import engine
from crcasp.program.files import Program, program_directory
from crcasp.program.terms import Row, row
from crcasp.questions.sides import SIDES, strange
from crcasp.registry.circuit import Circuit, GroundRules
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.grounded import Facts, packed
from crcasp.registry.outcome import Bits, distinct
from crcasp.registry.verdicts import Verdicts
from crcasp.results.comparison import KINDS

CHANGES = "diff/changes.lp"


@dataclass(frozen=True, slots=True)
class Touched:
    """How many patients of a registry an update of the table touches.

    Attributes:
        old: the overlays of the old table, of which there are none in the table alone.
        compared: patients whom both tables answer.
        left_out: patients whom only the new one answers: to the old one they contradict
            themselves, or it cannot read of them what it alone asks for.
        patients: of those compared, to whom the tables do not say the same.
        preferred: of those compared, who have other preferred sets.
        therapies: for each therapy that changes, in the table's order, patients by how it
            changes, in the words of `compare`.
    """

    old: tuple[str, ...]
    compared: int
    left_out: int
    patients: int
    preferred: int
    therapies: Mapping[str, Mapping[str, int]]

    def text(self) -> str:
        """Return how many patients it touches, as a sentence."""
        left = f"; {self.left_out:,} whom the old table cannot answer are left out"
        return (
            f"{self.patients:,} of {self.compared:,} patients; {self.preferred:,} with other "
            f"preferred sets{left if self.left_out else ''}."
        )


class Contrast:
    """Counts the patients to whom an old table does not say the same as the new one.

    What the old table does not know of a patient is unknown to it; a therapy that it does
    not know is to it a line of treatment of whose content nothing is known. What one table
    lets be given again and the other has never heard of, which `diff` leaves out, is counted.

    Args:
        old: the old table.
        new: the new one.
    """

    def __init__(self, old: Program, new: Program) -> None:
        self.programs = (old, new)
        self.old = Evaluator(old, strange(engine(old), engine(new)))
        self.changes = Changes(())
        self.compared = self.left_out = self.patients = self.preferred = 0
        self.therapies: Counter[tuple[str, str]] = Counter()

    def add(self, facts: Facts, unclear: Bits, lines: int, new: Verdicts) -> None:
        """Count some patients.

        Args:
            facts: for each fact the patients of whom it is given.
            unclear: of whom the old table could not be told all that it asks for.
            lines: the lines of the grounding that they need.
            new: what the new table says of them.
        """
        bad = unclear | ~new.answered
        old = self.old.answered(lines, facts, bad, np.full(len(bad), None)).verdicts
        assert old is not None
        atoms = {
            (table, *atom): value
            for table, verdicts in zip(SIDES, (old, new), strict=True)
            for atom, value in verdicts.atoms.items()
        }
        if not self.changes.atoms.keys() >= atoms.keys():
            self.changes = Changes([*self.changes.atoms, *atoms])
        both = packed(old.answered)
        touched = other = packed(_differing(old, new))
        for change, value in self.changes.of(atoms, len(bad)):
            touched |= value & both
            if len(change) > 1:
                self.therapies[str(change[0]), str(change[1])] += (value & both).bit_count()
        self.compared += both.bit_count()
        self.left_out += int(new.answered.sum()) - both.bit_count()
        self.patients += touched.bit_count()
        self.preferred += other.bit_count()

    def touched(self) -> Touched:
        """Return the counts."""
        tables = [engine(program).table for program in self.programs[::-1]]
        changed = {therapy for (therapy, _), patients in self.therapies.items() if patients}
        offered = dict.fromkeys(name for table in tables for name in table.places)
        ordered = [*(name for name in offered if name in changed), *sorted(changed - {*offered})]
        return Touched(
            old=tuple(name for name, _ in self.programs[0].overlays),
            compared=self.compared,
            left_out=self.left_out,
            patients=self.patients,
            preferred=self.preferred,
            therapies={
                name: {kind: n for kind in KINDS if (n := self.therapies[name, kind])}
                for name in ordered
            },
        )


class Changes:
    """The program that says what becomes of each therapy, as a circuit.

    Args:
        atoms: what may be true of a patient: the table, the predicate and its arguments.
    """

    def __init__(self, atoms: Iterable[Row]) -> None:
        self.atoms = dict.fromkeys(atoms, 0)
        named = {_symbol(atom): atom for atom in self.atoms}
        text = "compared(old). compared(new). " + " ".join(f"#external {atom}." for atom in named)
        therapies = dict.fromkeys(_term(atom[2]) for atom in self.atoms if atom[1] != "rank")
        text += " ".join(f"offer(new, any, any, {therapy})." for therapy in therapies)
        rules = GroundRules()
        control = Control(["--warn=none"])
        control.register_observer(rules, replace=True)
        control.load(os.path.join(program_directory(), CHANGES))
        control.add("base", [], text)
        control.ground([("base", [])])
        found = control.symbolic_atoms
        for symbol, atom in named.items():
            known = found[symbol]
            assert known is not None
            self.atoms[atom] = known.literal
        self.changes = {
            atom.literal: row(atom.symbol)
            for predicate, arity in (("change", 2), ("regraded", 1))
            for atom in found.by_signature(predicate, arity)
        }
        self.circuit = Circuit(rules, rules.settled(), self.changes)

    def of(self, atoms: Mapping[Row, int], patients: int) -> Iterator[tuple[Row, int]]:
        """Yield what changes, a therapy with its kind or with another grade alone, for whom.

        Args:
            atoms: of whom they are true, as the bits of a number.
            patients: how many there are.
        """
        given = {self.atoms[atom]: value for atom, value in atoms.items()}
        values = self.circuit.values(given, patients)
        for atom, change in self.changes.items():
            if values[atom]:
                yield change, values[atom]


def _symbol(atom: Row) -> Symbol:
    table, predicate, *arguments = atom
    return Function(str(predicate), [Function(str(table)), *map(_term, arguments)])


def _term(word: str | int) -> Symbol:
    return Number(word) if isinstance(word, int) else String(word)


def _differing(old: Verdicts, new: Verdicts) -> Bits:
    """Return who has other preferred sets, of those whom both tables answer."""
    both = np.flatnonzero(old.answered)
    pairs = np.column_stack((old.preferred.codes[both], new.preferred.codes[both]))
    first, codes = distinct(pairs)
    differ = [old.preferred.values[a] != new.preferred.values[b] for a, b in pairs[first].tolist()]
    found = np.zeros(len(old.answered), bool)
    found[both] = np.array(differ, bool)[codes]
    return found
