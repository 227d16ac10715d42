"""Which column of a table is which column of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from crcasp.errors import UsageError
from crcasp.facts.wording import printable, suggestion
from crcasp.program.vocabulary import LIMITS, Vocabulary
from crcasp.registry.mapping import ColumnMap

ID, GIVEN = "id", "given"
LINES = ("lineN", "lineN_stopped", "lineN_toxic")
LINE = re.compile(r"line_?([1-9]\d*|n)(_stopped|_toxic)?")
KEYS = 10_000  # of JSON patients that are told apart
NEAR = 0.8  # how alike the names of columns must be to be mentioned


def plain(name: str) -> str:
    """Return a name without regard to case, blanks around it, and what joins its words."""
    text = "_".join(re.split(r"[\s_-]+", name.strip().casefold()))
    line = LINE.fullmatch(text)
    return f"line{line[1].upper()}{line[2] or ''}" if line else text


def general(name: str) -> str:
    """Return the name of a column, with N for the number of a line."""
    line = LINE.fullmatch(name)
    return f"lineN{line[2] or ''}" if line else name


class Columns(NamedTuple):
    """What the columns of a table are for.

    Attributes:
        used: for each column of a patient, the columns that it is read from.
        aside: columns that are not used but look like one, with what they look like.
    """

    used: Mapping[str, tuple[str, ...]]
    aside: Mapping[str, str]


class Names:
    """The columns that a patient may have, and what a map calls them.

    Raises:
        UsageError: the map names a column that there is not.
    """

    def __init__(self, mapping: ColumnMap, vocabulary: Vocabulary) -> None:
        self.patient = [*vocabulary.findings, *LIMITS]
        self.known = [*self.patient, *LINES, ID, GIVEN]
        self.columns = {self._checked(mine): column for mine, column in mapping.columns.items()}
        self.rules = {self._checked(mine): rule for mine, rule in mapping.rules.items()}
        self.values = {self._checked(mine, *LINES): mine for mine in mapping.values}
        asked = [*self.columns.values(), *(c for rule in self.rules.values() for c in rule.columns)]
        self.asked = {plain(column): column for column in asked}
        self.keys: dict[str, str | None] = {}  # of JSON patients, with what they mean
        for mine in self.rules:
            if mine not in vocabulary.findings:
                raise UsageError(f"{mine} is no finding: a rule makes one of several columns.")
            if mine in self.columns:
                raise UsageError(f"{mine} is to be a column and to be made by a rule: keep one.")
        if ID in self.values:
            raise UsageError(f"{ID} is taken as it is: its texts have no meaning to be given.")

    def _checked(self, name: str, *more: str) -> str:
        """Return the plain name of a column of a patient, or refuse it."""
        found = plain(name)
        if found not in more and (found in LINES or general(found) not in self.known):
            end = suggestion(name, self.known) or f"; these are {', '.join(self.known)}."
            raise UsageError(f"{name} is no column of a patient{end}")
        return found

    def column(self, key: str) -> str | None:
        """Return the column that a key of a JSON patient means, None if it means none."""
        if key in self.keys:
            return self.keys[key]
        name = plain(key)
        mine = name if general(name) in self.known and name not in LINES else None
        found = self.asked.get(name, mine)
        if len(self.keys) < KEYS:
            self.keys[key] = found
        return found

    def of(self, header: Sequence[str], name: str) -> Columns:
        """Return what the columns of a table are for.

        Args:
            header: the names of its columns.
            name: what a message calls the table.

        Raises:
            UsageError: a column that is mapped is not there, or it is not clear which is meant.
        """
        by_name: dict[str, list[str]] = {}
        for column in header:
            by_name.setdefault(plain(column), []).append(column)
        used: dict[str, tuple[str, ...]] = {
            finding: tuple(_there(column, by_name, header, name) for column in rule.columns)
            for finding, rule in self.rules.items()
        }
        for mine, column in self.columns.items():
            used.setdefault(mine, (_there(column, by_name, header, name),))
        taken = {column for columns in used.values() for column in columns}
        for mine, columns in by_name.items():
            known = general(mine) in self.known and mine not in (*LINES, *used)
            if known and not taken.issuperset(columns):
                used[mine] = (_there(mine, by_name, header, name),)
        taken |= {column for columns in used.values() for column in columns}
        aside = {c: near for c in header if c not in taken and (near := self._like(c, used))}
        return Columns(used, aside)

    def _like(self, column: str, used: Iterable[str]) -> str:
        """Return the column of a patient that another one looks like, "" if there is none."""
        name = plain(column)
        if name in self.known:
            return name
        free = [known for known in self.known if known not in used and known != ID]
        near = get_close_matches(name, [*free, "line1"], 1, NEAR)
        parts = [known for known in free if re.search(rf"(^{known}_|_{known}$)", name)]
        return (near or parts or [""])[0]

    def refuse_nothing(self, columns: Columns, header: Sequence[str], name: str) -> None:
        """Refuse a table in which there is nothing of a patient."""
        if any(mine not in (ID, GIVEN) for mine in columns.used):
            return
        like = "; ".join(f"{c}: did you mean {near}?" for c, near in columns.aside.items())
        raise UsageError(
            f"{name}: none of its columns ({_listed(header)}) is one of a patient, as "
            f"{', '.join(self.patient)} are: say by --column or --map which is which"
            + (f"; {like}" if like else ".")
        )


def _there(
    column: str, by_name: Mapping[str, Sequence[str]], header: Sequence[str], name: str
) -> str:
    """Return the column of a table that is called so."""
    if column in header:
        return column
    found = by_name.get(plain(column), ())
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{name}: the columns {' and '.join(found)} could both be {plain(column)}: "
            f"say by --column {plain(column)}=... which is."
        )
    near = get_close_matches(plain(column), list(by_name), 1)
    end = f"; did you mean {by_name[near[0]][0]}?" if near else "."
    raise UsageError(f"{name} has no column {column}; its columns are {_listed(header)}{end}")


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(map(printable, header[:60]))
    return f"{shown}, ..." if len(header) > 60 else shown
