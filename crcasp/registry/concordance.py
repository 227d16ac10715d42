"""The therapies that were given to a whole batch, against what the table says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crcasp.registry.circuit import Words
from crcasp.registry.grounded import Grounded, Key, Section
from crcasp.registry.judging import Judge, Standing, Verdict
from crcasp.registry.patterns import Bits, Places, by_patient, distinct, unpacked

Given: TypeAlias = NDArray[np.object_]  # of each patient the therapies as a tuple, or None

LOOKS = ("", "eligible", "preferred", "out_of_scope")  # what a given set is at a first look
UNLISTED, LISTED, PREFERRED, OUTSIDE = range(4)
OPEN = ("undetermined",)
NOTHING = Section((), 0)


class Coded(NamedTuple):
    """A value for each of some patients: the values there are, and which one is whose."""

    values: Sequence[Any]
    codes: Places


class Concordance:
    """Judges what was given to the patients of one grounding, each pattern once.

    Args:
        grounded: the grounding.
        judge: what judges one patient.
    """

    def __init__(self, grounded: Grounded, judge: Judge) -> None:
        self.standings = grounded.standings
        self.judge = judge

    def judged(
        self,
        outputs: Words,
        places: Places,
        given: Given,
        outside: Bits,
        sets: Coded,
        missing: Coded,
    ) -> tuple[list[Verdict], Places]:
        """Return the verdicts, and of each of some patients which one.

        Args:
            outputs: the outputs of all patients, standings included.
            places: those to whom a therapy was given.
            given: which ones.
            outside: whether they are out of scope.
            sets: their ballots.
            missing: what is missing, in words.
        """
        if not len(places):
            return [], places
        numbers: dict[tuple[str, ...], int] = {}
        of_given = np.array([numbers.setdefault(names, len(numbers)) for names in given], np.intp)
        chosen = list(numbers)
        look = np.where(outside, OUTSIDE, _looks(chosen, of_given, sets))
        unlisted = look == UNLISTED
        names = sorted({name for therapies in chosen for name in therapies})
        table = np.full((len(chosen), max(map(len, chosen))), len(names))
        for number, therapies in enumerate(chosen):
            table[number, : len(therapies)] = [names.index(name) for name in therapies]
        held = table[of_given]  # of each patient the numbers of the names
        sections = [self.standings.get(name, NOTHING) for name in names]
        size = max(-(-len(section.keys) // 64) for section in sections) or 1
        words = np.zeros((len(names) + 1, len(places), size), np.uint64)
        unsure = np.zeros(len(places), np.bool_)
        for number, section in enumerate(sections):
            own = by_patient(section.of(outputs))[places]
            words[number, :, : own.shape[1]] = own
            if OPEN in section.keys:
                bit = np.uint64(section.keys.index(OPEN))
                undetermined = (own[:, 0] >> bit) & np.uint64(1) == 1
                unsure |= undetermined & (held == number).any(axis=1)
        own = words[held, np.arange(len(places))[:, None]] * unlisted[:, None, None]
        why = np.where(unlisted & unsure, missing.codes, 0)
        heads = np.column_stack((of_given, look, why)).astype(np.uint64)
        found = distinct(np.hstack((heads, own.reshape(len(places), -1))))
        verdicts = []
        for place in found.first.tolist():
            therapies = chosen[of_given[place]]
            standings = [
                _standing(sections[held[place, slot]].keys, own[place, slot])
                for slot in range(len(therapies) if unlisted[place] else 0)
            ]
            open_ones = missing.values[why[place]] if unsure[place] else ""
            verdicts.append(self.judge.judged(therapies, LOOKS[look[place]], standings, open_ones))
        return verdicts, found.codes


def _looks(chosen: Sequence[tuple[str, ...]], of_given: Places, sets: Coded) -> Places:
    """Return of each patient whether what was given is one of the sets, or even preferred."""
    pairs = distinct(np.column_stack((of_given, sets.codes)).astype(np.uint64))
    looks = []
    for place in pairs.first.tolist():
        preferred = sets.values[sets.codes[place]].get(frozenset(chosen[of_given[place]]))
        looks.append(UNLISTED if preferred is None else PREFERRED if preferred else LISTED)
    return np.array(looks, np.intp)[pairs.codes]


def _standing(keys: Sequence[Key], words: Words) -> Standing:
    said = dict(_pair(keys[place]) for place in np.flatnonzero(unpacked(words, len(keys))).tolist())
    if "deciding" in said:
        return Standing("excluded", said["deciding"], said.get("decided_on", ""))
    return Standing(next(iter(said), ""))


def _pair(key: Key) -> tuple[str, str]:
    return key[0], "".join(key[1:])
