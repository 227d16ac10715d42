"""Why the facts of a row contradict each other, as the input check of the program says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from clingo import Symbol

from crcasp.registry.cells import Bools, Facts, as_cell, as_text
from crcasp.registry.evaluation import Issues
from crcasp.registry.source import Said


class Issue(NamedTuple):
    """One contradiction: each fact with the columns that it is read from, and what is wrong."""

    parts: Sequence[tuple[Symbol, Sequence[str]]]
    text: str

    def cause(self) -> str:
        """Return what is wrong with which columns."""
        names = (", ".join(columns) or str(fact) for fact, columns in self.parts)
        return f"{' and '.join(names)}: {self.text}"

    def sentence(self, cells: Mapping[str, str]) -> str:
        """Return what is wrong, with the cells of one row."""
        called = []
        for fact, columns in self.parts:
            cell = f" {as_cell(cells[columns[0]])}" if len(columns) == 1 else ""
            called.append(f"{', '.join(columns)}{cell} ({fact})" if columns else str(fact))
        return f"{' contradicts '.join(called)}: {self.text}."


def contradictions(table: pa.Table, found: Facts, issues: Issues, asked: Bools) -> dict[int, Said]:
    """Return what is wrong with rows, by their places.

    Args:
        table: the rows.
        found: what they say.
        issues: for each contradiction the rows that have it.
        asked: the rows of which it is to be said.
    """
    of_row: dict[int, list[Issue]] = {}
    for atom in sorted(issues):
        *pair, why = atom.arguments
        parts = [(fact, found.origins.get(fact, ())) for fact in dict.fromkeys(pair)]
        for place in np.flatnonzero(issues[atom] & asked).tolist():
            of_row.setdefault(place, []).append(Issue(parts, why.string))
    places = sorted(of_row)
    every = (part for own in of_row.values() for issue in own for part in issue.parts)
    single = {columns[0] for _, columns in every if len(columns) == 1}
    cells = {name: as_text(table[name].take(places)).to_pylist() for name in single}
    said: dict[int, Said] = {}
    for number, place in enumerate(places):
        own = {name: column[number] for name, column in cells.items()}
        causes = "; ".join(dict.fromkeys(issue.cause() for issue in of_row[place]))
        said[place] = causes, " ".join(issue.sentence(own) for issue in of_row[place])
    return said
