"""Cells to facts: each text of a column is read once, and given to all rows that have it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from clingo import Symbol

from crcasp.errors import UsageError
from crcasp.facts.collector import fact_of
from crcasp.facts.wording import choices, show
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import grouped
from crcasp.registry.column_map import AnyRule, Cases, ColumnMap, Rule, Years
from crcasp.registry.columns import GIVEN, ID, LINE, LINES, Names, Used, general
from crcasp.registry.outcome import Bits, Coded, together
from crcasp.registry.reader import ELSE, NO_LINE, Cell, Reader, dated, same, years


def unread(_: str | None) -> Cell:
    """Read nothing of a text: it alone is asked for."""
    return Cell()


class Column(NamedTuple):
    """A column by its different texts, one of which is None: there is nothing.

    Attributes:
        name: as the file calls it.
        texts: the text of each row.
        cells: what it says.
    """

    name: str
    texts: Coded
    cells: Coded

    @classmethod
    def of(cls, table: pa.Table, name: str, read: Callable[[str | None], Cell]) -> Column:
        """Return a column of a table, of nulls if it is a key of JSON that no row of these has."""
        if name not in table.column_names:
            texts = Coded([None], np.zeros(len(table), np.intp))
            return cls(name, texts, texts.each(read))
        array = as_text(table[name].combine_chunks()).dictionary_encode()
        values: list[str | None] = [*array.dictionary.to_pylist(), None]
        codes = pc.fill_null(array.indices, len(values) - 1).to_numpy(zero_copy_only=False)
        texts = Coded(values, codes.astype(np.intp))
        return cls(name, texts, texts.each(read))

    def wrong(self) -> Bits:
        """Return the rows whose cell is wrong."""
        return self.cells.are(lambda cell: bool(cell.message))

    def blank(self) -> Bits:
        """Return the rows in whose cell nothing stands."""
        return self.texts.are(lambda text: not (text or "").strip())


def as_text(array: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the cells of a column as text; a list, or what is deeper, as JSON."""
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    nested = pa.types.is_nested(kind)
    own = isinstance(kind, pa.BaseExtensionType) or pa.types.is_duration(kind)
    with suppress(pa.ArrowException):
        if not (own or nested):
            return array.cast(pa.string())

    def text(cell: object) -> str | None:
        if cell is None or cell == []:
            return None
        return json.dumps(cell, default=str) if nested else str(cell)

    return pa.array(map(text, array.to_pylist()), pa.string())


class Stated(NamedTuple):
    """What some rows say.

    Attributes:
        facts: for each fact, the rows that have it.
        given: for each row what was given, None where it is not said.
        wrong: columns in which cells are wrong.
        unclear: likewise, of those that only a table asks for that is compared with.
        origins: for each fact, the columns that it is read from.
        known: the rows in which something stands in a column that is read.
    """

    facts: dict[Symbol, Bits]
    given: Coded
    wrong: list[Column]
    unclear: list[Column]
    origins: dict[Symbol, tuple[str, ...]]
    known: Bits


class Cells:
    """Reads the cells of a table, as a map says.

    Args:
        names: the columns that a patient may have.
        mapping: what they and their cells are called.
        program: what says what facts may be.
        old: a table that it is compared with, which says so of findings of its own.
    """

    def __init__(
        self, names: Names, mapping: ColumnMap, program: Program, old: Program | None = None
    ) -> None:
        self.names = names
        self.mapping = mapping
        self.engine = engine(program)
        self.others = dict.fromkeys(findings_of_its_own(old, program), engine(old or program))
        self.partners = {*self.engine.table.names("partner")}
        self.local = {*self.engine.table.names("locoregional")}
        self.aside = {*self.engine.table.names("left_aside")}
        made_up = grouped((it, drug) for it, drug in self.engine.table.solver.facts("made_up", 2))
        self.made_up = {frozenset(drugs): str(regimen) for regimen, drugs in made_up.items()}
        self.readers: dict[str, Reader] = {}
        self.met: set[tuple[str, str]] = set()  # keys of the map that were met, by their tables
        self.floor = {names.checked(name) for name in mapping.floor}
        self.prepare(name.replace("N", "1") for name in names.values)
        for name, rule in names.rules.items():
            self._check(name, rule)
        self.prepare(self.floor)

    def prepare(self, used: Iterable[str]) -> None:
        """Refuse, before any row, what the map says wrongly of the columns that are there."""
        for name in used:
            if name != ID and name not in self.readers:
                self.readers[name] = self._reader(name)

    def _reader(self, name: str) -> Reader:
        """Return the reader of a column of a patient."""
        tables = [self.names.values.get(key) for key in (general(name), name)]
        meanings = [(table, self.mapping.values[table]) for table in tables if table]
        engine = self.others.get(name, self.engine)
        known, called = engine.vocabulary, engine.table.words.name
        label = LINES.get(general(name), name)
        domain = {GIVEN: (known.therapies,), **known.signatures}[label][-1]
        remedy = f"write {choices(known.unnamed)} for a therapy without a known name, or {NO_LINE} "
        remedy += "(of treatments: no row) if there was no such line."
        reader = Reader(
            name,
            domain,
            meanings,
            self.mapping.unknown,
            label=label,
            spelled={called(it): it for it in known.therapies} if domain is known.therapies else {},
            several=label not in (*known.findings, "stopped"),
            floor=name in self.floor,
            unrecorded=remedy if label == "received" else "",
        )
        if name in self.floor and not reader.numbers:
            raise UsageError(f"--floor {name}: its values are not numbers; leave it out.")
        line = LINE.fullmatch(name)
        if line and int(line[1]) > known.lines:
            should = f"the line must be {choices(range(1, known.lines + 1))}"
            reader.beyond = Cell((), should, f"{should}, not {line[1]}.")
        return reader

    def unmet(self) -> dict[str, tuple[str, ...]]:
        """Return the keys of the map that no cell had, by the tables of the map."""
        met = self.met.union(*(reader.met for reader in self.readers.values()))
        rules = self.names.rules.items()
        cases = {f"rules.{name}": it.cases for name, it in rules if isinstance(it, Cases)}
        found = {
            table: tuple(text for text in texts if text != ELSE and (table, text) not in met)
            for table, texts in {**self.mapping.values, **cases}.items()
        }
        return {table: texts for table, texts in found.items() if texts}

    # ---- rules ------------------------------------------------------------------------------

    def _check(self, name: str, rule: AnyRule) -> None:
        """Refuse a rule whose finding, value or therapy does not exist."""
        self.prepare([name])
        if isinstance(rule, Years) and not self.readers[name].numbers:
            raise UsageError(
                f"the rule of {name} makes years: its values are not numbers; leave it out."
            )
        made = rule.cases if isinstance(rule, Cases) else ()
        for value in (rule.any, rule.all) if isinstance(rule, Rule) else made:
            cell = self.readers[name].read(value)
            if not cell.groups:
                should = cell.message or "it is unknown."
                raise UsageError(f"the rule of {name} makes {show(value)}: {should}")

    def _made(self, name: str, table: pa.Table, its: Sequence[str]) -> tuple[Column, list[Column]]:
        """Return the column that a rule makes of others, and the others."""
        rule = self.names.rules[name]
        read = {Rule: self.readers[name].read, Years: dated}.get(type(rule), unread)
        columns = [Column.of(table, it, read) for it in its]
        keys = rule.columns
        rows = together([it.texts for it in columns], lambda *row: row)
        cells = rows.each(lambda row: self._ruled(name, rule, dict(zip(keys, row, strict=True))))
        shown = rows.each(lambda row: " and ".join(text or "" for text in row))
        return Column(" and ".join(its), shown, cells), columns

    def _ruled(self, name: str, rule: AnyRule, row: Mapping[str, str | None]) -> Cell:
        """Return what a rule makes of the texts of a row."""
        reader = self.readers[name]
        if isinstance(rule, Years):
            number = years(*(row[it] or "" for it in rule.columns))
            return Cell() if number is None else reader.read(str(number))
        if isinstance(rule, Cases):
            for value, case in rule.cases.items():
                if all(same(row[it] or "") == same(text) for it, text in case.items()):
                    self.met.add((f"rules.{name}", value))
                    return reader.read(value)
            return Cell()
        found = [reader.read(text) for text in row.values()]
        some, every = reader.read(rule.any), reader.read(rule.all)
        return some if some in found else every if {every} == {*found} else Cell()

    # ---- rows -------------------------------------------------------------------------------

    def read(self, table: pa.Table, used: Used, rows: int) -> Stated:
        """Return what the rows of a table say."""
        nothing = Coded([None], np.zeros(rows, np.intp))
        found = Stated({}, nothing, [], [], {}, np.zeros(rows, bool))
        for name, names in used.items():
            if name == ID or not {*names} & {*table.column_names}:
                continue
            reader = self.readers[name]
            if name in self.names.rules:
                column, columns = self._made(name, table, names)
            else:
                column = Column.of(table, names[0], reader.read)
                columns = []
            faulty = found.unclear if name in self.others else found.wrong
            faulty.extend(
                it for it in (*columns, column) if any(cell.message for cell in it.cells.values)
            )
            for it in () if found.known.all() else columns or [column]:
                np.logical_or(found.known, ~it.blank(), out=found.known)
            if name == GIVEN:
                found = found._replace(given=column.cells.each(self._therapies))
                continue
            line = LINE.fullmatch(name)
            for word, whom in _stated(column.cells).items():
                fact = fact_of(reader.label, (int(line[1]), word) if line else (word,))
                found.facts[fact], found.origins[fact] = whom, names
        return found

    def _therapies(self, cell: Cell) -> tuple[str, ...] | None:
        """Return the therapies that the words of a cell are, in one order; None for no words."""
        groups = [{*map(str, group)} for group in cell.groups]
        words = set[str]().union(*groups)
        regimens = words - self.partners - self.local
        if regimen := self.made_up.get(frozenset(regimens - self.aside)):
            words, regimens = words - regimens | {regimen}, {regimen}
        found: set[str] = set()
        for group in [words] if len(regimens) == 1 else groups:
            systemic = [*sorted(group & regimens), *sorted(group & self.partners)]
            found |= {"+".join(systemic)} if len(group & regimens) == 1 else {*systemic}
        return (*sorted(found), *sorted(words & self.local)) or None


def findings_of_its_own(old: Program | None, new: Program) -> dict[str, tuple[str | int, ...]]:
    """Return the findings that only an old table knows, with their values."""
    known = engine(new).vocabulary.findings
    findings = engine(old).vocabulary.findings if old else {}
    return {name: values for name, values in findings.items() if name not in known}


def _stated(cells: Coded) -> dict[str | int, Bits]:
    """Return the words that cells have, with the rows that have them."""
    having: dict[str | int, Bits] = defaultdict(lambda: np.zeros(len(cells.values), bool))
    for code, cell in enumerate(cells.values):
        for word in chain.from_iterable(cell.groups):
            having[word][code] = True
    return {word: chosen[cells.codes] for word, chosen in having.items()}
