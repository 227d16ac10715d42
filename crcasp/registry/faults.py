"""What is wrong with rows, in sentences and by cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from clingo import Symbol
from numpy.typing import NDArray

from crcasp.program.engine import PATIENT_CHECK
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.registry.cells import Bools, Facts, Problem, as_cell

ERROR = "error"
FIRST = 3  # rows of a cause that are named
CHOICE = "_given"  # the predicate by which the facts of one row are chosen

Said = tuple[str, str]  # a cause, and a sentence about one row


class Cause(NamedTuple):
    """What is wrong with some rows of a batch.

    Attributes:
        cause: the column, and what would be right.
        rows: which rows they are.
        first: of the first of them, what is there.
    """

    cause: str
    rows: NDArray[np.intp]
    first: list[str]


def faulty(form: Mapping[int, Said], problems: Iterable[Problem], rows: int) -> Bools:
    """Return the rows of which the form or a cell is wrong."""
    bad = np.zeros(rows, bool)
    bad[list(form)] = True
    for problem in problems:
        bad |= problem.rows
    return bad


def worded(
    rows: int, said: Mapping[int, Said], problems: Sequence[Problem]
) -> tuple[pl.Series, list[Cause]]:
    """Return the sentences of each row, null where all is well, and the causes.

    Args:
        rows: how many there are.
        said: what is wrong with whole rows, by their places.
        problems: what is wrong with cells.
    """
    texts: list[str | None] = [None] * rows
    by_cause: dict[str, list[int]] = {}
    for place, (cause, text) in said.items():
        texts[place] = text
        by_cause.setdefault(cause, []).append(place)
    columns = [pl.Series(texts, dtype=pl.String)]
    causes = [
        Cause(cause, np.array(places), [said[place][1] for place in places[:FIRST]])
        for cause, places in by_cause.items()
    ]
    for problem in problems:
        cells = problem.coded.cells
        faulty = [problem.text(code) if cell.message else None for code, cell in enumerate(cells)]
        columns.append(pl.Series(faulty, dtype=pl.String).gather(problem.coded.codes))
        for cause in dict.fromkeys(cell.cause for cell in cells if cell.message):
            found = np.flatnonzero(problem.having(cause))
            if len(found):
                cells_of = [problem.cell(problem.coded.codes[place]) for place in found[:FIRST]]
                causes.append(Cause(f"{problem.column}: {cause}", found, cells_of))
    named = [column.alias(str(number)) for number, column in enumerate(columns)]
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    sentences = pl.DataFrame(named).select(pl.when(joined != "").then(joined).alias(ERROR))
    return sentences[ERROR], causes


class Contradictions:
    """Says why the facts of a row contradict each other, as the input check of the program does.

    A batch is asked in one grounding, and rows that agree in all the check looks at once.
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    def said(self, table: pa.Table, found: Facts, places: NDArray[np.intp]) -> dict[int, Said]:
        """Return what is wrong with the rows at some places."""
        facts = [fact for fact, rows in found.facts.items() if rows[places].any()]
        if not facts:
            return {}
        text = " ".join(f"{{ {CHOICE}({fact}) }}. {fact} :- {CHOICE}({fact})." for fact in facts)
        solver = Solver(self.program.vocabulary_control(PATIENT_CHECK, text))
        choices, issue = solver.literals(CHOICE, 1), sorted(solver.literals("issue", 3))
        if not self.program.overlays:  # whose checks may look at any fact
            named = {str(fact) for atom in issue for fact in atom.arguments[:2]}
            looked_at = [fact for fact in facts if str(fact) in named]
        else:
            looked_at = facts
        having = np.array([found.facts[fact][places] for fact in looked_at]).T
        kinds, kind_of = np.unique(having, axis=0, return_inverse=True)
        issues: list[list[Symbol]] = []
        for kind in kinds:
            chosen = {fact for fact, is_there in zip(looked_at, kind, strict=True) if is_there}
            assumed = [
                literal if choice.arguments[0] in chosen else -literal
                for choice, literal in choices.items()
            ]
            issues.append(solver.first(assumed, issue) or [])
        return {
            int(place): _sentences(issues[kind], table, found.origins, int(place))
            for place, kind in zip(places, kind_of.ravel(), strict=True)
        }


def _sentences(
    issues: Sequence[Symbol], table: pa.Table, origins: Mapping[Symbol, tuple[str, ...]], place: int
) -> Said:
    causes, sentences = [], []
    for issue in issues:
        fact, other, text = issue.arguments
        pair = dict.fromkeys((fact, other))
        columns = " and ".join(", ".join(origins.get(one, (str(one),))) for one in pair)
        called = [_called(one, table, origins.get(one, ()), place) for one in pair]
        causes.append(f"{columns}: {text.string}")
        sentences.append(f"{' contradicts '.join(called)}: {text.string}.")
    if not issues:
        return "the facts contradict each other", "the facts of this row contradict each other."
    return "; ".join(dict.fromkeys(causes)), " ".join(sentences)


def _called(fact: Symbol, table: pa.Table, columns: Sequence[str], place: int) -> str:
    """Return a fact with the column and the cell that it is read from."""
    if len(columns) != 1:
        return f"{', '.join(columns)} ({fact})" if columns else str(fact)
    return f"{columns[0]} {as_cell(str(table[columns[0]][place].as_py()))} ({fact})"
