"""The words of a cell: what a text in a column of a patient says, or what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from clingo import Function, Number, Symbol

from crcasp.errors import UsageError
from crcasp.facts.wording import choices, show, suggestion
from crcasp.program.vocabulary import LIMITS, Vocabulary
from crcasp.registry.columns import GIVEN, LINE, general

UNKNOWN = ("", "na", "n/a", "nan", "null", "unknown")
NUMBER = re.compile(r"(\d{1,9})(\.0*)?")
REMEMBERED = 50_000  # texts of one column
SHORT = 200  # characters of a text that is remembered

Domain: TypeAlias = Sequence[str | int]


class Cell(NamedTuple):
    """What a text says: words of the program, together or apart; or what would be right."""

    groups: tuple[tuple[str | int, ...], ...] = ()
    cause: str = ""
    message: str = ""


class ColumnReader:
    """How the cells of one column of a patient are read.

    Args:
        name: of the column of a patient.
        vocabulary: what facts may say.
        meanings: texts of the table with what they mean.
        unknown: further texts that say that something is unknown.

    Raises:
        UsageError: a text is said to mean what there is not.
    """

    def __init__(
        self,
        name: str,
        vocabulary: Vocabulary,
        meanings: Mapping[str, str],
        unknown: Iterable[str],
    ) -> None:
        self.name = name
        line = LINE.fullmatch(name)
        self.number = int(line[1]) if line else 0
        kind = general(name)
        self.label, self.domain, self.several = {
            "lineN": ("received", vocabulary.therapies, True),
            "lineN_stopped": ("stopped", vocabulary.reasons, False),
            "lineN_toxic": ("toxic", vocabulary.agents, True),
            **dict.fromkeys(LIMITS, (name, vocabulary.limits, True)),
            GIVEN: (name, vocabulary.therapies, True),
        }.get(kind) or (name, vocabulary.findings[name], False)
        lines = range(1, vocabulary.lines + 1)
        self.beyond = self.number > len(lines) and f"the line must be {choices(lines)}"
        self.should = f"{self.label} must be {choices(self.domain)}"
        self.words = {_squeezed(str(word)): word for word in self.domain}
        self.unknown = {*UNKNOWN}
        self.meanings: dict[str, Cell] = {}
        self.cells: dict[str | None, Cell] = {None: Cell()}
        meant: dict[str, Cell] = {}
        for text, meaning in meanings.items():
            cell = self._read(meaning)
            if cell.message:
                raise UsageError(f"{name}: {text} is to mean {show(meaning)}: {cell.message}")
            if meant.setdefault(_plain(text), cell) != cell:
                raise UsageError(f"{name}: {text} is to mean two things, written in two ways.")
        self.meanings = meant
        for text in unknown:
            word = _plain(text)
            if _squeezed(text) in self.words and word not in self.meanings:
                raise UsageError(
                    f"{text} is to be unknown, but is a value of {name}: say by --value what it "
                    "means there."
                )
            self.unknown.add(word)

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
        word = _plain(text)
        if word in self.meanings:
            return self.meanings[word]
        if word in self.unknown:
            return Cell()
        if not self.several or _squeezed(text) in self.words:
            return self._word(text)
        groups: list[tuple[str | int, ...]] = []
        for part in _parts(text):
            group: list[str | int] = []
            for name in part.split("+"):
                meant = self.meanings.get(_plain(name)) or self._word(name)
                if meant.message:
                    return meant
                group += [one for words in meant.groups for one in words]
            groups.append(tuple(group))
        return Cell(tuple(groups))

    def _word(self, text: str) -> Cell:
        number = NUMBER.fullmatch(text.strip())
        known = self.words.get(str(int(number[1])) if number else _squeezed(text))
        if self.beyond:
            return Cell((), self.beyond, f"{self.beyond}, not {self.number}.")
        if known is not None:
            return Cell(((known,),))
        text = text.strip()
        shown = "a list" if text[:1] == "[" else number[1] if number else show(text)
        end = suggestion(text, self._names()) or "."
        return Cell((), self.should, f"{self.should}, not {shown}{end}")

    def _names(self) -> Iterable[str]:
        return (word for word in self.domain if isinstance(word, str))


def _plain(text: str) -> str:
    """Return a text without regard to case and blanks."""
    return "".join(text.split()).casefold()


def _squeezed(text: str) -> str:
    """Return a text without regard to what joins its words, too: wild-type is wild_type."""
    return re.sub("[_-]+", "", _plain(text))


def _parts(text: str) -> list[str]:
    """Return the parts of a cell that names several things: a JSON list, or joined by signs."""
    if text.lstrip()[:1] == "[":
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = [None]
        return [text] if any(not isinstance(item, str) for item in listed) else [*listed]
    return re.split("[&;,]", text.strip(" \t;,"))
