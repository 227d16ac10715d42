"""What is wrong with rows, in sentences and by cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from clingo import Function, Symbol
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
            named = _named(issue)
            looked_at = [fact for fact in facts if fact in named]
        else:
            looked_at = facts
        literals = np.array([choices[Function(CHOICE, [fact])] for fact in facts])
        places_of = [facts.index(fact) for fact in looked_at]
        having = np.array([found.facts[fact][places] for fact in looked_at]).T
        kinds, kind_of = np.unique(having, axis=0, return_inverse=True)
        issues: list[list[Issue]] = []
        for kind in kinds:
            chosen = -literals
            chosen[places_of] *= np.where(kind, -1, 1)
            shown = solver.first(chosen.tolist(), issue) or []
            issues.append([Issue.of(atom, found.origins) for atom in shown])
        cells = {
            column: table[column].take(places).cast(pa.string()).to_pylist()
            for column in {column for kind in issues for issue in kind for column in issue.single()}
        }
        known: dict[object, Said] = {}
        said: dict[int, Said] = {}
        for number, (place, kind) in enumerate(zip(places.tolist(), kind_of.ravel(), strict=True)):
            own = {c: cells[c][number] for issue in issues[kind] for c in issue.single()}
            key = (kind, *own.values())
            if key not in known:
                known[key] = _said(issues[kind], own)
            said[place] = known[key]
        return said


def _named(issues: Iterable[Symbol]) -> set[Symbol]:
    """Return the facts that may contradict something.

    Of a finding by itself no row can, since it has one cell for it.
    """
    found: set[Symbol] = set()
    for issue in issues:
        fact, other, _ = issue.arguments
        if fact != other or len(fact.arguments) > 1:
            found |= {fact, other}
    return found


class Issue(NamedTuple):
    """One contradiction: the facts, the columns they are read from, and what is wrong."""

    facts: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    text: str

    @classmethod
    def of(cls, atom: Symbol, origins: Mapping[Symbol, tuple[str, ...]]) -> Issue:
        """Return what an atom of the check says."""
        fact, other, text = atom.arguments
        pair = [*dict.fromkeys((fact, other))]
        columns = tuple(origins.get(one, ()) for one in pair)
        return cls(tuple(map(str, pair)), columns, text.string)

    def single(self) -> Iterator[str]:
        """Yield the columns whose cell is a fact."""
        return (columns[0] for columns in self.columns if len(columns) == 1)

    def cause(self) -> str:
        """Return what is wrong with which columns."""
        names = (", ".join(columns) or fact for fact, columns in zip(*self[:2], strict=True))
        return f"{' and '.join(names)}: {self.text}"

    def sentence(self, cells: Mapping[str, str]) -> str:
        """Return what is wrong, with the cells of one row."""
        called = []
        for fact, columns in zip(*self[:2], strict=True):
            cell = f" {as_cell(cells[columns[0]])}" if len(columns) == 1 else ""
            called.append(f"{', '.join(columns)}{cell} ({fact})" if columns else fact)
        return f"{' contradicts '.join(called)}: {self.text}."


def _said(issues: Sequence[Issue], cells: Mapping[str, str]) -> Said:
    if not issues:
        return "the facts contradict each other", "the facts of this row contradict each other."
    causes = "; ".join(dict.fromkeys(issue.cause() for issue in issues))
    return causes, " ".join(issue.sentence(cells) for issue in issues)
