"""Cells to facts: each text of a column is read once, and given to all rows that have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from clingo import Symbol
from numpy.typing import NDArray

from crcasp.errors import UsageError
from crcasp.facts.wording import quoted, show
from crcasp.program.vocabulary import Vocabulary
from crcasp.registry.columns import GIVEN, ID, Names, general
from crcasp.registry.given import Kinds
from crcasp.registry.mapping import ColumnMap, Rule
from crcasp.registry.words import Cell, ColumnReader

CELL = 60  # characters of a cell that a message repeats

Bools: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.intp]


class Coded(NamedTuple):
    """A column by its different texts, which are None where there is nothing, and the rest.

    Attributes:
        texts: the different texts.
        cells: what each says.
        codes: for each row, which text it has.
    """

    texts: list[str | None]
    cells: list[Cell]
    codes: Codes

    def rows(self, having: Callable[[Cell], bool]) -> Bools:
        """Return the rows whose cell is such."""
        chosen: Bools = np.fromiter(map(having, self.cells), bool, len(self.cells))[self.codes]
        return chosen


def coded(column: pa.ChunkedArray, read: Callable[[str | None], Cell]) -> Coded:
    """Return a column by its different texts."""
    array = _as_text(column.combine_chunks()).dictionary_encode()
    texts: list[str | None] = [*_decoded(array.dictionary), None]
    codes = pc.fill_null(array.indices, len(texts) - 1).to_numpy(zero_copy_only=False)
    return Coded(texts, list(map(read, texts)), codes.astype(np.intp))


def _decoded(texts: pa.Array) -> list[str]:
    try:
        found: list[str] = texts.to_pylist()
    except UnicodeDecodeError:
        found = [text.decode("utf-8", "replace") for text in texts.cast(pa.binary()).to_pylist()]
    return found


def _as_text(array: pa.Array) -> pa.Array:
    """Return the cells of a column as text; a list, or what is deeper, as JSON."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string(array.type):
        return array
    if not pa.types.is_nested(array.type):
        try:
            return array.cast(pa.string())
        except pa.ArrowException:
            pass
    return pa.array([_json(cell) for cell in array.to_pylist()], pa.string())


def _json(cell: object) -> str | None:
    if cell is None or cell == []:
        return None
    return cell if isinstance(cell, str) else json.dumps(cell, default=str)


class Problem(NamedTuple):
    """What is wrong with the cells of one column.

    Attributes:
        column: as the file calls it.
        coded: its cells.
        rows: those whose cell is wrong.
    """

    column: str
    coded: Coded
    rows: Bools

    def having(self, cause: str) -> Bools:
        """Return the rows that have a cause."""
        return self.coded.rows(lambda cell: cell.cause == cause)

    def text(self, code: int) -> str:
        """Return what is wrong with a text, for a person."""
        return f"{self.column} {self.cell(code)}: {self.coded.cells[code].message}"

    def cell(self, code: int) -> str:
        """Return a text as a message shows it."""
        return as_cell(self.coded.texts[code] or "")


def as_cell(text: str) -> str:
    """Return the text of a cell as a message shows it."""
    return quoted(text[:CELL] + "..." * (len(text) > CELL))


class Facts(NamedTuple):
    """What some rows say.

    Attributes:
        facts: for each fact, the rows that have it.
        given: for each row what was given, None where it is not said; None if no column says it.
        problems: what is wrong with cells.
        origins: for each fact, the columns that it is read from.
    """

    facts: dict[Symbol, Bools]
    given: NDArray[np.object_] | None
    problems: list[Problem]
    origins: dict[Symbol, tuple[str, ...]]


class Cells:
    """Reads the cells of a table, as a map says.

    Raises:
        UsageError: the map speaks of what there is not.
    """

    def __init__(self, names: Names, mapping: ColumnMap, vocabulary: Vocabulary, kinds: Kinds):
        self.names = names
        self.mapping = mapping
        self.vocabulary = vocabulary
        self.kinds = kinds
        self.readings: dict[str, ColumnReader] = {}
        for name in names.values:
            if name != ID:
                self._reading(name.replace("N", "1"), ())
        self.rules = {name: self._made(name, rule) for name, rule in names.rules.items()}

    def prepare(self, used: Iterable[str]) -> None:
        """Refuse, before any row, what the map says wrongly of the columns that are there."""
        for name in used:
            if name != ID and name not in self.readings:
                self.readings[name] = self._reading(name, self.mapping.unknown)

    def _reading(self, name: str, unknown: Iterable[str]) -> ColumnReader:
        values = self.mapping.values
        meanings = {
            text: value
            for key in (general(name), name)
            if key in self.names.values
            for text, value in values[self.names.values[key]].items()
        }
        return ColumnReader(name, self.vocabulary, meanings, unknown)

    def _made(self, name: str, rule: Rule) -> tuple[str | int, str | int]:
        """Return the values that a rule may make."""
        reading = self._reading(name, ())
        found = [reading.read(rule.any), reading.read(rule.all)]
        for value, cell in zip((rule.any, rule.all), found, strict=True):
            if not cell.groups:
                should = cell.message or "it is unknown."
                raise UsageError(f"the rule of {name} makes {show(value)}: {should}")
        return found[0].groups[0][0], found[1].groups[0][0]

    def read(self, table: pa.Table, used: Mapping[str, tuple[str, ...]]) -> Facts:
        """Return what the rows of a table say.

        Args:
            table: some rows.
            used: for each column of a patient, the columns that it is read from.
        """
        self.prepare(used)
        found = Facts({}, None, [], {})
        for name, columns in used.items():
            if name == ID:
                continue
            reading = self.readings[name]
            there = [c for c in columns if c in table.column_names]
            read = [coded(table[column], reading.read) for column in there]
            for column, cells in zip(there, read, strict=True):
                rows = cells.rows(lambda cell: bool(cell.message))
                if rows.any():
                    found.problems.append(Problem(column, cells, rows))
            if name in self.rules:
                if len(there) == len(columns):
                    self._derive(found, reading, columns, read)
            elif name == GIVEN:
                found = found._replace(given=self._given(read[0])) if read else found
            else:
                for column, cells in zip(there, read, strict=True):
                    _state(found, reading, column, cells)
        return found

    def _given(self, cells: Coded) -> NDArray[np.object_]:
        told = np.full(len(cells.cells), None)
        for code, cell in enumerate(cells.cells):
            words = [[str(word) for word in group] for group in cell.groups]
            told[code] = self.kinds.therapies(words) or None
        return told[cells.codes]

    def _derive(
        self, found: Facts, reading: ColumnReader, columns: tuple[str, ...], read: Sequence[Coded]
    ) -> None:
        """Add the finding that several columns make."""
        some, every = self.rules[reading.name]
        any_of = np.logical_or.reduce([cells.rows(_says(some)) for cells in read])
        all_of = np.logical_and.reduce([cells.rows(_says(every)) for cells in read]) & ~any_of
        for value, rows in ((some, any_of), (every, all_of)):
            fact = reading.fact(value)
            found.facts[fact] = rows | found.facts.get(fact, False)
            found.origins[fact] = columns


def _says(value: str | int) -> Callable[[Cell], bool]:
    return lambda cell: cell.groups == ((value,),)


def _state(found: Facts, reading: ColumnReader, column: str, cells: Coded) -> None:
    """Add the facts that the cells of a column state."""
    having: dict[str | int, list[int]] = {}
    for code, cell in enumerate(cells.cells):
        for word in {word for group in cell.groups for word in group}:
            having.setdefault(word, []).append(code)
    for word, codes in having.items():
        chosen = np.zeros(len(cells.cells), bool)
        chosen[codes] = True
        fact = reading.fact(word)
        found.facts[fact] = np.take(chosen, cells.codes)
        found.origins[fact] = (column,)
