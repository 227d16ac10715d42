"""From the outputs of a circuit to the columns of results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from crcasp.registry.concordance import Concordance, Given
from crcasp.registry.grounded import Facts, Grounded, Section
from crcasp.registry.judging import Judge
from crcasp.registry.outcome import COLUMNS, JUDGED, LIST, SCHEMA
from crcasp.registry.patterns import Bits, Coded, Memory, Places, unpacked
from crcasp.registry.sets import Sets


class Reading:
    """Reads what one grounding says of its patients.

    Args:
        grounded: the grounding.
        judge: what compares the therapies that were given.
    """

    def __init__(self, grounded: Grounded, judge: Judge) -> None:
        self.grounded = grounded
        self.concordance = Concordance(grounded, judge)
        self.memory = Memory()

    def answers(self, facts: Facts, bad: Bits, given: Given) -> tuple[pl.DataFrame, Bits]:
        """Return the columns of results, and which patients contradict themselves.

        Args:
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.
        """
        rows = len(bad)
        told = ~bad & given.astype(np.bool_)
        outputs = self.grounded.evaluated(facts, rows, judging=bool(told.any()))
        sections = self.grounded.sections
        flags = [unpacked(words, rows) for words in sections["flags"].of(outputs)]
        contradictory, outside, later = flags
        places = np.flatnonzero(~(bad | contradictory))

        def coded(name: str, read: Callable[[Section, Bits], Any]) -> Coded:
            section = sections[name]
            words = section.of(outputs)
            return self.memory.coded(name, words, places, lambda bits: read(section, bits))

        sets, missing = coded("sets", self._sets), coded("missing", _listed)
        columns = (
            Coded((True, False), outside[places].astype(np.intp)),
            Coded(("first", "beyond_first"), later[places].astype(np.intp)),
            Coded([found.grade for found in sets.values], sets.codes),
            Coded([found.preferred for found in sets.values], sets.codes),
            coded("eligible", _listed),
            coded("undetermined", _listed),
            missing,
        )
        asked = told[places]
        those = places[asked]
        verdicts = self.concordance.judged(
            outputs,
            those,
            given[those],
            outside[those],
            Coded(sets.values, sets.codes[asked]),
            Coded(missing.values, missing.codes[asked]),
        )
        judged = [
            Coded([getattr(verdict, name) for verdict in verdicts.values], verdicts.codes)
            for name in JUDGED
        ]
        whole = [
            _column(name, *column, places, rows)
            for name, column in zip(COLUMNS, columns, strict=True)
        ]
        whole += [
            _column(name, *column, those, rows) for name, column in zip(JUDGED, judged, strict=True)
        ]
        return pl.DataFrame(whole), contradictory & ~bad

    def _sets(self, section: Section, bits: Bits) -> Sets:
        inputs = len(self.grounded.solver.inputs)
        grades = {key[0]: key[1] for key in section.true(bits) if key}
        return self.grounded.solver.sets(bits[:inputs].tolist(), grades)


def _listed(section: Section, bits: Bits) -> str:
    return LIST.join(name for (name,) in section.true(bits))


def _column(
    name: str, values: Sequence[object], codes: Places, places: Places, rows: int
) -> pl.Series:
    """Return a column with these values at these places, and null elsewhere."""
    whole = np.full(rows, len(values), np.intp)
    whole[places] = codes
    return pl.Series(name, [*values, None], SCHEMA[name])[whole]
