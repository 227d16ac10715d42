"""The therapies that were given to a whole batch, against what the table says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from crcasp.registry.circuit import Words
from crcasp.registry.grounded import Grounded, Section
from crcasp.registry.judging import Judge, Standing
from crcasp.registry.patterns import Bits, Coded, Memory, Places, distinct

Given: TypeAlias = NDArray[np.object_]  # of each patient the therapies as a tuple, or None

LOOKS = ("", "eligible", "preferred", "out_of_scope")  # what a given set is at a first look
UNLISTED, LISTED, PREFERRED, OUTSIDE = range(4)
NOTHING = Section((), 0)


class Concordance:
    """Judges what was given to the patients of one grounding, each pattern once.

    Args:
        grounded: the grounding.
        judge: what judges one patient.
    """

    def __init__(self, grounded: Grounded, judge: Judge) -> None:
        self.sections = grounded.standings
        self.judge = judge
        self.memory = Memory()

    def judged(
        self,
        outputs: Words,
        places: Places,
        given: Given,
        outside: Bits,
        sets: Coded,
        missing: Coded,
    ) -> Coded:
        """Return the verdicts on what was given to some patients.

        Args:
            outputs: the outputs of all patients, standings included.
            places: those to whom a therapy was given.
            given: which ones.
            outside: whether they are out of scope.
            sets: their sets.
            missing: what is missing, in words.
        """
        if not len(places):
            return Coded((), places)
        numbers: dict[tuple[str, ...], int] = {}
        of_given = np.array([numbers.setdefault(names, len(numbers)) for names in given], np.intp)
        chosen = list(numbers)
        names = sorted({name for therapies in chosen for name in therapies})
        table = np.full((len(chosen), max(map(len, chosen))), len(names))
        for number, therapies in enumerate(chosen):
            table[number, : len(therapies)] = [names.index(name) for name in therapies]
        held = table[of_given]  # of each patient the numbers of the names
        look = np.where(outside, OUTSIDE, _looks(chosen, of_given, sets))
        unsure = np.zeros(len(places), np.bool_)
        own = np.zeros(held.shape, np.intp)  # the numbers of their standings
        standings = []
        for number, name in enumerate(names):
            those, slots = np.nonzero((held == number) & (look == UNLISTED)[:, None])
            found = self._standings(name, outputs, places[those])
            own[those, slots] = found.codes
            undetermined = [standing.status == "undetermined" for standing in found.values]
            unsure[those] |= np.array(undetermined, np.bool_)[found.codes]
            standings.append(found.values)
        why = np.where(unsure, missing.codes, 0)
        first, codes = distinct(np.column_stack((of_given, look, why, own)).astype(np.uint64))
        verdicts = []
        for place in first.tolist():
            therapies, settled = chosen[of_given[place]], LOOKS[look[place]]
            each = [
                standings[held[place, slot]][own[place, slot]]
                for slot in range(0 if settled else len(therapies))
            ]
            names_missing = missing.values[why[place]] if unsure[place] else ""
            verdicts.append(self.judge.judged(therapies, settled, each, names_missing))
        return Coded(verdicts, codes)

    def _standings(self, name: str, outputs: Words, places: Places) -> Coded:
        section = self.sections.get(name, NOTHING)

        def read(bits: Bits) -> Standing:
            said = {kind: "".join(rest) for kind, *rest in section.true(bits)}
            if "deciding" in said:
                return Standing("excluded", said["deciding"], said.get("decided_on", ""))
            return Standing(next(iter(said), ""))

        return self.memory.coded(name, section.of(outputs), places, read)


def _looks(chosen: Sequence[tuple[str, ...]], of_given: Places, sets: Coded) -> Places:
    """Return of each patient whether what was given is one of the sets, or even preferred."""
    first, codes = distinct(np.column_stack((of_given, sets.codes)).astype(np.uint64))
    looks = []
    for place in first.tolist():
        ballot = sets.values[sets.codes[place]].ballot
        preferred = ballot.get(frozenset(chosen[of_given[place]]))
        looks.append(UNLISTED if preferred is None else PREFERRED if preferred else LISTED)
    return np.array(looks, np.intp)[codes]
