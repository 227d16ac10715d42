"""What a text in a column of a patient says: words of the program, or what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple, TypeAlias

from clingo import Function, Number, Symbol

from crcasp.errors import UsageError
from crcasp.facts.collector import Collector, Value, collect
from crcasp.facts.wording import choices, quoted, show
from crcasp.program.engine import Engine
from crcasp.program.vocabulary import OF_LINE
from crcasp.questions.therapy import plain
from crcasp.registry.columns import GIVEN, LINE, general

EMPTY = ("", "na", "n/a", "nan", "null")  # nothing stands there
UNKNOWN = (*EMPTY, "unknown")
ELSE, NO_LINE = "*", "none"
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d*)?")
RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)")
DATES = (
    re.compile(r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)(?:[T ].*)?"),
    re.compile(r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})"),
)
REMEMBERED = 50_000  # texts of one column
SHORT = 200  # characters of a text that is remembered

Words: TypeAlias = tuple[str | int, ...]
Meanings: TypeAlias = Iterable[tuple[str, Mapping[str, str]]]  # of tables of a map, by name


class Cell(NamedTuple):
    """What a text says: words of the program, together or apart; or what would be right."""

    groups: tuple[Words, ...] = ()
    cause: str = ""
    message: str = ""


NONE = Cell(cause=NO_LINE)  # there was no line of therapy, and this is said


class Reader:
    """Reads the cells of one column of a patient.

    Args:
        name: of the column of a patient.
        engine: of the program that says what facts may be.
        meanings: texts of the table with what they mean; what comes later wins.
        unknown: further texts that say that something is unknown.
        floor: whether numbers lose what stands behind the point.

    Attributes:
        met: the keys of the map that a cell had, each with the name of its table.

    Raises:
        UsageError: a text is said to mean what there is not.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        meanings: Meanings = (),
        unknown: Iterable[str] = (),
        floor: bool = False,
    ) -> None:
        self.vocabulary, spelling = engine.vocabulary, engine.lexicon.words.name
        line = LINE.fullmatch(name)
        self.number = int(line[1]) if line else 0
        of_line = {"lineN": "received", "lineN_stopped": "stopped", "lineN_toxic": "toxic"}
        self.label = of_line.get(general(name), name)
        self.predicate = "received" if name == GIVEN else self.label
        self.domain = Collector(self.vocabulary, name).signatures[self.predicate][-1]
        self.several = name == GIVEN or self.predicate not in (*self.vocabulary.findings, "stopped")
        self.held = self.label == "received"  # where a cell that says nothing is no line
        names = [word for word in self.domain if isinstance(word, str)]
        spelled = {spelling(word): word for word in names} if self.predicate == "received" else {}
        spelled |= {word: word for word in names}
        self.words = {squeezed(text): word for text, word in spelled.items()}
        self.numbers = {word for word in self.domain if isinstance(word, int)}
        self.floor = floor and bool(self.numbers)
        unnamed = choices(self.vocabulary.unnamed)
        cause = "the therapy of this line is not recorded"
        remedy = f"write {unnamed} for a therapy without a known name, or {NO_LINE} for no line."
        self.unrecorded = Cell((), cause, f"{cause}: {remedy}")
        self.cells: dict[str | None, Cell] = {None: Cell()}
        self.met: set[tuple[str, str]] = set()
        self.unknown = {*UNKNOWN}
        self.meanings: dict[str, tuple[Cell, tuple[str, str]]] = {}
        self.ranges: list[tuple[Decimal, Decimal, str]] = []
        found = {}
        for table, texts in meanings:
            own: dict[str, Cell] = {}
            for text, meaning in texts.items():
                cell = Cell() if same(meaning) in UNKNOWN else self._read(meaning)
                if cell.message:
                    raise UsageError(f"{name}: {text} is to mean {show(meaning)}: {cell.message}")
                if own.setdefault(same(text), cell) != cell:
                    raise UsageError(f"{name}: {text} is to mean two things, written in two ways.")
                found[same(text)] = cell, (table, text)
        self.meanings = found
        for key in found:
            if ends := RANGE.fullmatch(key):
                low, high = map(Decimal, ends.groups())
                for first, last, other in self.ranges:
                    if low <= last and first <= high and found[key][0] != found[other][0]:
                        raise UsageError(f"{name}: the ranges {other} and {key} overlap.")
                self.ranges.append((low, high, key))
        for text in unknown:
            number = number_of(text)
            if (number in self.numbers or squeezed(text) in self.words) and same(text) not in found:
                raise UsageError(
                    f"{text} is to be unknown, but is a value of {name}: say by --value what it "
                    f"means there, such as --value {name}:{text}= where it is unknown."
                )
            self.unknown.add(same(text))

    def fact(self, word: str | int) -> Symbol:
        """Return the fact that a word stands for."""
        term = Number(word) if isinstance(word, int) else Function(word)
        return Function(self.label, [Number(self.number), term] if self.number else [term])

    def read(self, text: str | None) -> Cell:
        """Return what the text of a cell says."""
        cell = self.cells.get(text)
        if cell is None:
            cell = self._read(text or "")
            if self.held and cell == Cell() and same(text or "") not in EMPTY:
                cell = self.unrecorded
            if len(self.cells) < REMEMBERED and len(text or "") <= SHORT:
                self.cells[text] = cell
        return cell

    def _read(self, text: str) -> Cell:
        word = same(text)
        if (meant := self._meant(word)) is not None:
            return meant
        if word in self.unknown:
            return Cell()
        if self.held and word == NO_LINE:
            return NONE
        if not self.several or squeezed(text) in self.words:
            return self._word(text)
        groups: list[Words] = []
        for part in parts(text):
            group: Words = ()
            whole = squeezed(part) in self.words or same(part) in self.meanings
            for name in [part] if whole else part.split("+"):
                if self.held and same(name) in self.unknown:
                    return self.unrecorded
                meant = self._meant(same(name))
                cell = self._word(name) if meant is None else meant
                if cell.message:
                    return cell
                group += tuple(chain.from_iterable(cell.groups))
            groups.append(group)
        return Cell(tuple(filter(None, groups)))

    def _meant(self, key: str) -> Cell | None:
        """Return what a text means by the map, as such or as a number of a range."""
        if key not in self.meanings and self.ranges and NUMBER.fullmatch(key):
            number = Decimal(key)
            key = next((it for low, high, it in self.ranges if low <= number <= high), key)
        if key not in self.meanings or key == ELSE:
            return None
        cell, place = self.meanings[key]
        self.met.add(place)
        return cell

    def _word(self, text: str) -> Cell:
        """Return a word, as the check of a patient's facts takes or refuses it."""
        text = text.strip()
        number = number_of(text, self.floor)
        listed = text[:1] == "["
        content = number if number is not None else self.words.get(squeezed(text), text)
        if number is not None and not self.numbers:
            content = self.words.get(squeezed(text), text)
        at = (self.label,)
        line = [[Value(self.number or 1, 0)]] if self.predicate in OF_LINE else []
        base = collect(
            lambda collector: collector.add(self.predicate, [*line, [Value(content, at)]], at),
            self.vocabulary,
            self.label,
        )
        if base.facts:
            return Cell(((content,),))
        if ELSE in self.meanings and not listed:
            return self.meanings[ELSE][0]
        should, _, shown = base.faults[0].message.partition(", not ")
        if self.numbers and NUMBER.fullmatch(text) and number is None:
            should = f"{self.label} must be a whole number, {choices(self.domain)}"
            return Cell((), should, f"{should}, not {text}: --floor {self.label} cuts it.")
        return Cell((), should, f"{should}, not {'a list.' if listed else shown}")


def years(born: str, at: str) -> int | None:
    """Return the whole years between two dates, None if one is not there."""
    first, last = _date(born), _date(at)
    if first is None or last is None:
        return None
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def dated(text: str | None) -> Cell:
    """Return a cell that is wrong where a text is not a date."""
    if same(text or "") in UNKNOWN or _date(text or ""):
        return Cell()
    should = "this must be a date such as 2019-12-31 or 31.12.2019"
    return Cell((), should, f"{should}.")


def _date(text: str) -> date | None:
    for pattern in DATES:
        if found := pattern.fullmatch(text.strip()):
            with suppress(ValueError):
                return date(*(int(found[part]) for part in "ymd"))
    return None


def number_of(text: str, floor: bool = False) -> int | None:
    """Return the whole number that a text is, in any spelling."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    number = Decimal(text.strip())
    return int(number) if floor or number == int(number) else None


def same(text: str) -> str:
    """Return a text without regard to case and blanks, and a number without regard to spelling."""
    key = "".join(text.split()).casefold()
    return f"{Decimal(key).normalize():f}" if NUMBER.fullmatch(key) else key


def squeezed(text: str) -> str:
    """Return a name without regard to what joins its words, too: wild-type is wild_type."""
    return plain(text).replace("_", "")


def parts(text: str) -> list[str]:
    """Return the parts of a cell that names several things: a JSON list, or joined by signs."""
    if text.lstrip()[:1] == "[":
        with suppress(ValueError, RecursionError):
            listed = json.loads(text)
            if all(isinstance(item, str) for item in listed):
                return [part for item in listed for part in re.split("[&;,]", item.strip(" \t;,"))]
        return [text]
    return re.split("[&;,]", text.strip(" \t;,"))


def as_cell(text: str | None, most: int = 60) -> str:
    """Return the text of a cell as a message shows it."""
    text = text or ""
    return quoted(text[:most] + "..." * (len(text) > most))
