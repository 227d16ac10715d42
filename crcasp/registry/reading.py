"""From the outputs of a circuit to the columns of results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from crcasp.registry.circuit import Words
from crcasp.registry.concordance import Coded, Concordance, Given
from crcasp.registry.grounded import Facts, Grounded, Key, Section
from crcasp.registry.judging import Judge
from crcasp.registry.outcome import COLUMNS, JUDGED, LIST, SCHEMA
from crcasp.registry.patterns import Bits, Places, by_patient, distinct, unpacked
from crcasp.registry.sets import Sets

Read: TypeAlias = Callable[[Sequence[Key], Bits], Any]

KEPT = 50_000  # patterns of a kind that are remembered


class Reading:
    """Reads what one grounding says of its patients.

    Args:
        grounded: the grounding.
        judge: what compares the therapies that were given.
    """

    def __init__(self, grounded: Grounded, judge: Judge) -> None:
        self.grounded = grounded
        self.concordance = Concordance(grounded, judge)
        self.known: dict[str, dict[bytes, Any]] = {}

    def answers(self, facts: Facts, bad: Bits, given: Given) -> tuple[pl.DataFrame, Bits]:
        """Return the columns of results, and which patients contradict themselves.

        Args:
            facts: for each fact the patients of whom it is given.
            bad: the patients who are left out.
            given: of each patient the therapies that were given, as a tuple, or None.
        """
        rows = len(bad)
        told = ~bad & np.array([names is not None for names in given], np.bool_)
        outputs = self.grounded.evaluated(facts, rows, judging=bool(told.any()))
        flags = self.grounded.sections["flags"].of(outputs)
        contradictory, outside, later = (unpacked(flag, rows) for flag in flags)
        places = np.flatnonzero(~(bad | contradictory))
        sets, of_sets = self._found("sets", outputs, places, self._sets)
        missing, of_missing = self._found("missing", outputs, places, _listed)
        columns: list[tuple[Sequence[object], Places]] = [
            ([True, False], outside[places].astype(np.intp)),
            (["first", "beyond_first"], later[places].astype(np.intp)),
            ([found.grade for found in sets], of_sets),
            ([found.preferred for found in sets], of_sets),
            self._found("eligible", outputs, places, _listed),
            self._found("undetermined", outputs, places, _listed),
            (missing, of_missing),
        ]
        frame = pl.DataFrame(
            [
                _column(name, texts, codes, places, rows)
                for name, (texts, codes) in zip(COLUMNS, columns, strict=True)
            ]
        )
        asked = told[places]
        verdicts, codes = self.concordance.judged(
            outputs,
            places[asked],
            given[places[asked]],
            outside[places[asked]],
            Coded([found.ballot for found in sets], of_sets[asked]),
            Coded(missing, of_missing[asked]),
        )
        judged = [
            _column(name, [verdict[number] for verdict in verdicts], codes, places[asked], rows)
            for number, name in enumerate(JUDGED)
        ]
        return frame.hstack(judged), contradictory & ~bad

    def _found(
        self, name: str, outputs: Words, places: Places, read: Read
    ) -> tuple[list[Any], Places]:
        """Return what is read of the patterns of a section, and of each patient which one."""
        section = self.grounded.sections[name]
        return self._read(name, section, by_patient(section.of(outputs))[places], read)

    def _read(
        self, name: str, section: Section, rows: Words, read: Read
    ) -> tuple[list[Any], Places]:
        patterns = distinct(rows)
        known = self.known.setdefault(name, {})
        if len(known) > KEPT:
            known.clear()
        found = []
        for pattern in rows[patterns.first]:
            key = pattern.tobytes()
            if key not in known:
                known[key] = read(section.keys, unpacked(pattern, len(section.keys)))
            found.append(known[key])
        return found, patterns.codes

    def _sets(self, keys: Sequence[Key], bits: Bits) -> Sets:
        inputs = len(self.grounded.solver.inputs)
        grades = {
            keys[place][0]: keys[place][1] for place in np.flatnonzero(bits).tolist() if keys[place]
        }
        return self.grounded.solver.sets(bits[:inputs].tolist(), grades)


def _listed(keys: Sequence[Key], bits: Bits) -> str:
    return LIST.join(keys[place][0] for place in np.flatnonzero(bits).tolist())


def _column(
    name: str, values: Sequence[object], codes: Places, places: Places, rows: int
) -> pl.Series:
    """Return a column with these values at these places, and null elsewhere."""
    whole = np.full(rows, len(values), np.intp)
    whole[places] = codes
    return pl.Series(name, [*values, None], SCHEMA[name])[whole]
