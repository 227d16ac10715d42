"""Cells to facts: each text of a column is read once, and given to all rows that have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from clingo import Symbol
from numpy.typing import NDArray

from crcasp.errors import UsageError
from crcasp.facts.wording import quoted, show
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.columns import GIVEN, ID, Names, general
from crcasp.registry.reader import Cell, Reader, Words

SHOWN = 60  # characters of a cell that a message repeats

Bools: TypeAlias = NDArray[np.bool_]


class Column(NamedTuple):
    """A column by its different texts, the last of which is None: there is nothing.

    Attributes:
        name: as the file calls it.
        texts: the different texts.
        cells: what each says.
        codes: for each row, which text it has.
    """

    name: str
    texts: Sequence[str | None]
    cells: Sequence[Cell]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, table: pa.Table, name: str, read: Callable[[str | None], Cell]) -> Column:
        """Return a column of a table."""
        array = as_text(table[name].combine_chunks()).dictionary_encode()
        texts: list[str | None] = [*array.dictionary.to_pylist(), None]
        codes = pc.fill_null(array.indices, len(texts) - 1).to_numpy(zero_copy_only=False)
        return cls(name, texts, [*map(read, texts)], codes.astype(np.intp))

    def rows(self, having: Callable[[Cell], bool]) -> Bools:
        """Return the rows whose cell is such."""
        chosen: Bools = np.fromiter(map(having, self.cells), bool, len(self.cells))[self.codes]
        return chosen

    def wrong(self) -> Bools:
        """Return the rows whose cell is wrong."""
        return self.rows(lambda cell: bool(cell.message))


def as_cell(text: str | None) -> str:
    """Return the text of a cell as a message shows it."""
    text = text or ""
    return quoted(text[:SHOWN] + "..." * (len(text) > SHOWN))


def as_text(array: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the cells of a column as text; a list, or what is deeper, as JSON."""
    with suppress(pa.ArrowException):
        if not pa.types.is_nested(array.type):
            return array.cast(pa.string())
    return pa.array(
        [
            None if cell in (None, []) else json.dumps(cell, default=str)
            for cell in array.to_pylist()
        ],
        pa.string(),
    )


class Facts(NamedTuple):
    """What some rows say.

    Attributes:
        facts: for each fact, the rows that have it.
        given: for each row what was given, None where it is not said; None if no column says it.
        wrong: columns in which cells are wrong.
        unclear: likewise, of those that only a table asks for that is compared with.
        origins: for each fact, the columns that it is read from.
    """

    facts: dict[Symbol, Bools]
    given: NDArray[np.object_] | None
    wrong: list[Column]
    unclear: list[Column]
    origins: dict[Symbol, tuple[str, ...]]


class Cells:
    """Reads the cells of a table, as a map says.

    Args:
        names: the columns that a patient may have.
        mapping: what they and their cells are called.
        program: what says what facts may be.
        old: a table that it is compared with, which says so of findings of its own.

    Raises:
        UsageError: the map speaks of what there is not.
    """

    def __init__(
        self, names: Names, mapping: ColumnMap, program: Program, old: Program | None = None
    ) -> None:
        self.names = names
        self.mapping = mapping
        self.engine = engine(program)
        self.others = dict.fromkeys(findings_of_its_own(old, program), engine(old or program))
        self.partners = {*self.engine.lexicon.names("partner")}
        self.local = {*self.engine.lexicon.names("locoregional")}
        self.readers: dict[str, Reader] = {}
        self.prepare(name.replace("N", "1") for name in names.values)
        self.made = {name: self._made(name) for name in names.rules}

    def prepare(self, used: Iterable[str]) -> None:
        """Refuse, before any row, what the map says wrongly of the columns that are there."""
        values = self.mapping.values
        for name in used:
            if name != ID and name not in self.readers:
                meanings: dict[str, str] = {}
                for key in (general(name), name):
                    meanings |= values.get(self.names.values.get(key, ""), {})
                known = self.others.get(name, self.engine)
                self.readers[name] = Reader(name, known, meanings, self.mapping.unknown)

    def _made(self, name: str) -> Words:
        """Return the values that a rule may make."""
        self.prepare([name])
        rule, found = self.names.rules[name], list[str | int]()
        for value in (rule.any, rule.all):
            cell = self.readers[name].read(value)
            if not cell.groups:
                should = cell.message or "it is unknown."
                raise UsageError(f"the rule of {name} makes {show(value)}: {should}")
            found += cell.groups[0]
        return tuple(found)

    def read(self, table: pa.Table, used: Mapping[str, tuple[str, ...]]) -> Facts:
        """Return what the rows of a table say.

        Args:
            table: some rows.
            used: for each column of a patient, the columns that it is read from.
        """
        found = Facts({}, None, [], [], {})
        for name, names in used.items():
            if name == ID:
                continue
            reader = self.readers[name]
            there = [column for column in names if column in table.column_names]
            columns = [Column.of(table, column, reader.read) for column in there]
            faulty = found.unclear if name in self.others else found.wrong
            faulty.extend(column for column in columns if column.wrong().any())
            if name in self.made:
                stated = _ruled(columns, self.made[name]) if len(there) == len(names) else {}
            elif name == GIVEN:
                stated = {}
                if columns:
                    found = found._replace(given=self._given(*columns))
            else:
                stated = _stated(*columns) if columns else {}
            for word, rows in stated.items():
                found.facts[reader.fact(word)] = rows
                found.origins[reader.fact(word)] = names
        return found

    def _given(self, column: Column) -> NDArray[np.object_]:
        told = np.full(len(column.cells), None)
        for code, cell in enumerate(column.cells):
            told[code] = self._therapies([{*map(str, group)} for group in cell.groups]) or None
        return told[column.codes]

    def _therapies(self, groups: Sequence[set[str]]) -> tuple[str, ...]:
        """Return the therapies that some words are, in one order.

        Args:
            groups: the words that stand together; a partner by itself goes with the regimen,
                if there is only one.
        """
        words = set[str]().union(*groups)
        regimens = words - self.partners - self.local
        found: set[str] = set()
        for group in [words] if len(regimens) == 1 else groups:
            systemic = [*sorted(group & regimens), *sorted(group & self.partners)]
            found |= {"+".join(systemic)} if len(group & regimens) == 1 else {*systemic}
        return (*sorted(found), *sorted(words & self.local))


def findings_of_its_own(old: Program | None, new: Program) -> dict[str, tuple[str | int, ...]]:
    """Return the findings that only an old table knows, with their values."""
    known = engine(new).vocabulary.findings
    findings = engine(old).vocabulary.findings if old else {}
    return {name: values for name, values in findings.items() if name not in known}


def _stated(column: Column) -> dict[str | int, Bools]:
    """Return the words that the cells of a column have, with the rows that have them."""
    having: dict[str | int, list[int]] = {}
    for code, cell in enumerate(column.cells):
        for word in {*chain.from_iterable(cell.groups)}:
            having.setdefault(word, []).append(code)
    stated = {}
    for word, codes in having.items():
        chosen = np.zeros(len(column.cells), bool)
        chosen[codes] = True
        stated[word] = chosen[column.codes]
    return stated


def _ruled(columns: Sequence[Column], made: Words) -> dict[str | int, Bools]:
    """Return the value that a rule makes of several columns: any has it, or all have."""
    some, every = made
    any_of = np.logical_or.reduce([column.rows(_says(some)) for column in columns])
    all_of = np.logical_and.reduce([column.rows(_says(every)) for column in columns])
    return {every: all_of & ~any_of} | {some: any_of}


def _says(word: str | int) -> Callable[[Cell], bool]:
    return lambda cell: cell.groups == ((word,),)
