"""What a text in a column says: words of a domain, or what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from crcasp.errors import UsageError
from crcasp.facts.wording import Odd, choices, objection_to, quoted, show
from crcasp.program.terms import Word
from crcasp.questions.therapy import plain

EMPTY = ("", "na", "n/a", "nan", "null")  # nothing stands there
UNKNOWN = (*EMPTY, "unknown")
ELSE, NO_LINE, LISTED = "*", "none", '["none"]'
BLANK = "; leave the cell empty where nothing is known"
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d*)?")
RANGE = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
DATES = (
    re.compile(r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)(?:[T ].*)?"),
    re.compile(r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})"),
)
REMEMBERED = 4_096  # texts of one column
SHOWN = 60  # characters of a cell in a message

Meanings: TypeAlias = Iterable[tuple[str, Mapping[str, str]]]  # of tables of a map, by name


class Cell(NamedTuple):
    """What a text says: words of the domain, together or apart; or what would be right."""

    groups: tuple[tuple[Word, ...], ...] = ()
    cause: str = ""
    message: str = ""


NONE = Cell(cause=NO_LINE)  # there was nothing, such as no line of therapy, and this is said


class Reader:
    """Reads the cells of one column.

    Args:
        name: of the column, as the map calls it.
        domain: the words that it may have.
        meanings: texts of the table with what they mean; what comes later wins.
        unknown: further texts that say that something is unknown.
        label: what a message calls it.
        spelled: further spellings of words.
        several: whether a cell may have several words.
        floor: whether numbers lose what stands behind the point.
        unrecorded: of a line of therapy, what to do where its therapy is not recorded.

    Attributes:
        met: the keys of the map that a cell had, each with the name of its table.
        beyond: what is wrong with every cell in which something stands.
    """

    def __init__(
        self,
        name: str,
        domain: Sequence[Word],
        meanings: Meanings,
        unknown: Iterable[str],
        *,
        label: str,
        spelled: Mapping[str, str] | None = None,
        several: bool = False,
        floor: bool = False,
        unrecorded: str = "",
    ) -> None:
        self.name, self.label = name, label
        self.domain, self.several, self.floor = domain, several, floor
        names = {word: word for word in domain if isinstance(word, str)}
        self.words = {squeezed(it): word for it, word in {**(spelled or {}), **names}.items()}
        self.numbers = {word for word in domain if isinstance(word, int)}
        cause = "the therapy of this line is not recorded"
        self.unrecorded = Cell((), cause, f"{cause}: {unrecorded}") if unrecorded else None
        self.beyond: Cell | None = None
        self.read: Callable[[str | None], Cell] = lru_cache(REMEMBERED)(self._cell)
        self.met: set[tuple[str, str]] = set()
        self.unknown = {*UNKNOWN}
        self.meanings: dict[str, tuple[Cell, tuple[str, str]]] = {}
        self.ranges: list[tuple[Decimal, Decimal, str]] = []
        self.meanings = self._understood(meanings)
        for text in unknown:
            is_word = number_of(text) in self.numbers or squeezed(text) in self.words
            if is_word and same(text) not in self.meanings:
                raise UsageError(
                    f"{text} is to be unknown, but is a value of {name}: say by --value what it "
                    f"means there, such as --value {name}:{text}= where it is unknown."
                )
            self.unknown.add(same(text))

    def _understood(self, meanings: Meanings) -> dict[str, tuple[Cell, tuple[str, str]]]:
        """Return what texts mean by a map, or say what is wrong with it."""
        found: dict[str, tuple[Cell, tuple[str, str]]] = {}
        for table, texts in meanings:
            own: dict[str, Cell] = {}
            for text, meaning in texts.items():
                cell = Cell() if same(meaning) in UNKNOWN else self._read(meaning)
                key, fault = same(text), ""
                if cell.message:
                    fault = f"{text} is to mean {show(meaning)}: {cell.message}"
                elif own.setdefault(key, cell) != cell:
                    fault = f"{text} is to mean two things, written in two ways."
                elif ends := RANGE.fullmatch(key):
                    low, high = map(Decimal, ends.groups())
                    if high < low and self.numbers:
                        fault = f"the range {key} runs backwards: write {ends[2]}-{ends[1]}."
                    for first, last, other in self.ranges:
                        if low <= last and first <= high and own.get(other, cell) != cell:
                            fault = f"the ranges {other} and {key} overlap."
                    self.ranges.append((low, high, key))
                if fault:
                    raise UsageError(f"{self.name}: {fault}")
                found[key] = cell, (table, text)
        return found

    def _cell(self, text: str | None) -> Cell:
        """Return what the text of a cell says."""
        cell = Cell() if text is None else self._read(text)
        unrecorded = cell == Cell() and same(text or "") not in EMPTY
        return self.unrecorded or cell if unrecorded else cell

    def _read(self, text: str) -> Cell:
        word = same(text)
        if (meant := self._meant(word)) is not None:
            return meant
        if word in self.unknown:
            return Cell()
        if self.several and word in ((NO_LINE,) if self.unrecorded else (NO_LINE, LISTED)):
            return NONE
        if not self.several or squeezed(text) in self.words:
            return self._word(text)
        groups: list[tuple[Word, ...]] = []
        for part in parts(text):
            group: tuple[Word, ...] = ()
            whole = squeezed(part) in self.words or same(part) in self.meanings
            for name in [part] if whole else part.split("+"):
                if self.unrecorded and same(name) in self.unknown:
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
        """Return a word of the domain, or what is wrong as the check of a patient says it."""
        if self.beyond:
            return self.beyond
        text = text.strip()
        number = number_of(text, self.floor) if self.numbers else None
        content = self.words.get(squeezed(text), text) if number is None else number
        if content in self.domain:
            return Cell(((content,),))
        if text[:1] == "[":
            message = objection_to(self.label, Odd("a list"), self.domain)
        elif ELSE in self.meanings:
            return self.meanings[ELSE][0]
        elif self.numbers and number is None and NUMBER.fullmatch(text):
            message = f"{self.label} must be a whole number, {choices(self.domain)}, not {text}: "
            message += f"--floor {self.name} cuts it."
        else:
            message = objection_to(self.label, content, self.domain)
        should = message.partition(", not ")[0]
        if same(text) == NO_LINE and not self.several:
            should += BLANK
            message = f"{message.removesuffix('.')}{BLANK}."
        return Cell((), should, message)


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


def as_cell(text: str | None) -> str:
    """Return the text of a cell as a message shows it."""
    text = text or ""
    return quoted(text[:SHOWN] + "..." * (len(text) > SHOWN))
