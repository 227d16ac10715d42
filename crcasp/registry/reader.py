"""What a text in a column of a patient says: words of the program, or what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import chain
from typing import NamedTuple, TypeAlias

from clingo import Function, Number, Symbol

from crcasp.errors import UsageError
from crcasp.facts.wording import choices, show, suggestion
from crcasp.program.engine import Engine
from crcasp.program.vocabulary import LIMITS
from crcasp.questions.therapy import plain
from crcasp.registry.columns import GIVEN, LINE, general

UNKNOWN = ("", "na", "n/a", "nan", "null", "unknown")
NUMBER = re.compile(r"(\d{1,9})(\.0*)?")
REMEMBERED = 50_000  # texts of one column
SHORT = 200  # characters of a text that is remembered

Words: TypeAlias = tuple[str | int, ...]


class Cell(NamedTuple):
    """What a text says: words of the program, together or apart; or what would be right."""

    groups: tuple[Words, ...] = ()
    cause: str = ""
    message: str = ""


class Reader:
    """Reads the cells of one column of a patient.

    Args:
        name: of the column of a patient.
        engine: of the program that says what facts may be.
        meanings: texts of the table with what they mean.
        unknown: further texts that say that something is unknown.

    Raises:
        UsageError: a text is said to mean what there is not.
    """

    def __init__(
        self, name: str, engine: Engine, meanings: Mapping[str, str], unknown: Iterable[str]
    ) -> None:
        vocabulary, called = engine.vocabulary, engine.lexicon.words.name
        line = LINE.fullmatch(name)
        self.number = int(line[1]) if line else 0
        therapies = vocabulary.therapies
        self.label, self.domain, self.several = {
            "lineN": ("received", therapies, True),
            "lineN_stopped": ("stopped", vocabulary.reasons, False),
            "lineN_toxic": ("toxic", vocabulary.blamable, True),
            **dict.fromkeys(LIMITS, (name, vocabulary.limits, True)),
            GIVEN: (name, therapies, True),
        }.get(general(name)) or (name, vocabulary.findings[name], False)
        lines = range(1, vocabulary.lines + 1)
        self.beyond = "" if self.number <= len(lines) else f"the line must be {choices(lines)}"
        names = [word for word in self.domain if isinstance(word, str)]
        spelled = {called(word): word for word in names} if self.domain is therapies else {}
        spelled |= {word: word for word in names}
        self.words = {_squeezed(text): word for text, word in spelled.items()}
        self.numbers = {word for word in self.domain if isinstance(word, int)}
        self.cells: dict[str | None, Cell] = {None: Cell()}
        self.unknown = {*UNKNOWN}
        self.meanings: dict[str, Cell] = {}
        meant: dict[str, Cell] = {}
        for text, meaning in meanings.items():
            cell = self._read(meaning)
            if cell.message:
                raise UsageError(f"{name}: {text} is to mean {show(meaning)}: {cell.message}")
            if meant.setdefault(_unspaced(text), cell) != cell:
                raise UsageError(f"{name}: {text} is to mean two things, written in two ways.")
        self.meanings = meant
        for text in unknown:
            if _squeezed(text) in self.words and _unspaced(text) not in meant:
                raise UsageError(
                    f"{text} is to be unknown, but is a value of {name}: say by --value what it "
                    "means there."
                )
            self.unknown.add(_unspaced(text))

    def fact(self, word: str | int) -> Symbol:
        """Return the fact that a word stands for."""
        term = Number(word) if isinstance(word, int) else Function(word)
        return Function(self.label, [Number(self.number), term] if self.number else [term])

    def read(self, text: str | None) -> Cell:
        """Return what the text of a cell says."""
        cell = self.cells.get(text)
        if cell is None:
            cell = self._read(text or "")
            if len(self.cells) < REMEMBERED and len(text or "") <= SHORT:
                self.cells[text] = cell
        return cell

    def _read(self, text: str) -> Cell:
        word = _unspaced(text)
        if word in self.meanings:
            return self.meanings[word]
        if word in self.unknown:
            return Cell()
        if not self.several or _squeezed(text) in self.words:
            return self._word(text)
        groups: list[Words] = []
        for part in _parts(text):
            group: Words = ()
            for name in [part] if _squeezed(part) in self.words else part.split("+"):
                cell = self.meanings.get(_unspaced(name)) or self._word(name)
                if cell.message:
                    return cell
                group += tuple(chain.from_iterable(cell.groups))
            groups.append(group)
        return Cell(tuple(groups))

    def _word(self, text: str) -> Cell:
        if self.beyond:
            return Cell((), self.beyond, f"{self.beyond}, not {self.number}.")
        text = text.strip()
        number = NUMBER.fullmatch(text)
        if number and int(number[1]) in self.numbers:
            return Cell(((int(number[1]),),))
        if not number and (word := self.words.get(_squeezed(text))):
            return Cell(((word,),))
        should = f"{self.label} must be {choices(self.domain)}"
        shown = "a list" if text[:1] == "[" else number[1] if number else show(text)
        end = suggestion(text, self.words.values()) or "."
        return Cell((), should, f"{should}, not {shown}{end}")


def _unspaced(text: str) -> str:
    """Return a text without regard to case and blanks."""
    return "".join(text.split()).casefold()


def _squeezed(text: str) -> str:
    """Return a name without regard to what joins its words, too: wild-type is wild_type."""
    return plain(text).replace("_", "")


def _parts(text: str) -> list[str]:
    """Return the parts of a cell that names several things: a JSON list, or joined by signs."""
    if text.lstrip()[:1] == "[":
        with suppress(ValueError, RecursionError):
            listed = json.loads(text)
            if all(isinstance(item, str) for item in listed):
                return [*listed]
        return [text]
    return re.split("[&;,]", text.strip(" \t;,"))
