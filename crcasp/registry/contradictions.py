"""Why the facts of a row contradict each other, as the input check of the program says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from clingo import Function, Symbol
from numpy.typing import NDArray

from crcasp.program.engine import PATIENT_CHECK
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.registry.cells import Facts, as_cell, as_text
from crcasp.registry.source import Said

CHOICE = "_given"  # the predicate by which the facts of one row are chosen


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


def contradictions(
    program: Program, table: pa.Table, found: Facts, places: NDArray[np.intp]
) -> dict[int, Said]:
    """Return what is wrong with the rows at some places.

    A batch is asked in one grounding, and rows that agree in all the check looks at once.
    """
    facts = [fact for fact, rows in found.facts.items() if rows[places].any()]
    text = " ".join(f"{{ {CHOICE}({fact}) }}. {fact} :- {CHOICE}({fact})." for fact in facts)
    solver = Solver(program.vocabulary_control(PATIENT_CHECK, text))
    choices, atoms = solver.literals(CHOICE, 1), sorted(solver.literals("issue", 3))
    pairs = [atom.arguments[:2] for atom in atoms]
    # Of findings the check needs those that contradict another one: a row has one value of each.
    paired = {fact for pair in pairs if pair[0] != pair[1] for fact in pair}
    having = np.zeros((len(places), len(facts)), bool)
    for number, fact in enumerate(facts):
        if program.overlays or len(fact.arguments) > 1 or fact in paired:
            having[:, number] = found.facts[fact][places]
    kinds, kind_of = np.unique(having, axis=0, return_inverse=True)
    literals = np.array([choices[Function(CHOICE, [fact])] for fact in facts], int)
    issues: list[list[Issue]] = []
    for kind in kinds:
        shown = solver.first(np.where(kind, literals, -literals).tolist(), atoms) or []
        issues.append(
            [
                Issue(
                    [(fact, found.origins.get(fact, ())) for fact in dict.fromkeys(pair)],
                    why.string,
                )
                for *pair, why in (atom.arguments for atom in shown)
            ]
        )
    parts = (part for kind in issues for issue in kind for part in issue.parts)
    single = {columns[0] for _, columns in parts if len(columns) == 1}
    cells = {name: as_text(table[name].take(places)).to_pylist() for name in single}
    said: dict[int, Said] = {}
    for row, (place, number) in enumerate(
        zip(places.tolist(), kind_of.ravel().tolist(), strict=True)
    ):
        own = {name: column[row] for name, column in cells.items()}
        causes = "; ".join(dict.fromkeys(issue.cause() for issue in issues[number]))
        sentences = " ".join(issue.sentence(own) for issue in issues[number])
        said[place] = (
            causes or "the facts contradict each other",
            sentences or "the facts of this row contradict each other.",
        )
    return said
