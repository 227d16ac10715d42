"""Which column of a table is which column of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeAlias

from crcasp.errors import UsageError
from crcasp.facts.wording import printable, suggestion
from crcasp.program.terms import grouped
from crcasp.program.vocabulary import LIMITS, Vocabulary
from crcasp.questions.therapy import plain
from crcasp.registry.column_map import ColumnMap

# For each column of a patient, the columns of a table that it is read from.
Used: TypeAlias = Mapping[str, tuple[str, ...]]

ID, GIVEN, HISTORY = "id", "given", "history"
LINES = {"lineN": "received", "lineN_stopped": "stopped", "lineN_toxic": "toxic"}  # predicates
LINE = re.compile(r"line_?([1-9]\d*|n)(_stopped|_toxic)?")
KEYS = 10_000  # of JSON patients that are told apart
NEAR = 0.8  # how alike the names of columns must be to be mentioned


def called(name: str) -> str:
    """Return a name without regard to case, blanks around it, and what joins its words."""
    text = plain(name)
    line = LINE.fullmatch(text)
    return f"line{line[1].upper()}{line[2] or ''}" if line else text


def general(name: str) -> str:
    """Return the name of a column, with N for the number of a line."""
    line = LINE.fullmatch(name)
    return f"lineN{line[2] or ''}" if line else name


def distinct_names(header: Sequence[str]) -> list[str]:
    """Return the names of columns, of which none is empty or there twice."""
    taken, found = {*header}, list[str]()
    for number, column in enumerate(header, 1):
        name = column if column.strip() else f"column_{number}"
        if name in found or (name != column and name in taken):
            name = next(new for n in range(2, 10**6) if (new := f"{name}_{n}") not in taken)
        found.append(name)
        taken.add(name)
    return found


def free_names(names: Iterable[str], header: Iterable[str]) -> dict[str, str]:
    """Return what the output calls its columns, with a prefix where a name is taken."""
    taken, found = {*header}, dict[str, str]()
    for name in names:
        found[name] = name
        while found[name] in taken:
            found[name] = f"crcasp_{found[name]}"
    return found


class Names:
    """The columns that a table may have, and what a map calls them.

    Args:
        mapping: what columns are called.
        vocabulary: with the findings of a patient.
        known: the columns that a table of something else than patients may have.
        prefix: what stands before such a column in an option.
    """

    def __init__(
        self,
        mapping: ColumnMap,
        vocabulary: Vocabulary,
        known: Sequence[str] = (),
        prefix: str = "",
    ) -> None:
        self.prefix = prefix
        self.patient = [*(known or (*vocabulary.findings, *LIMITS))]
        self.known = [*known] or [*self.patient, *LINES, ID, GIVEN]
        columns = {self.checked(mine): (column,) for mine, column in mapping.columns.items()}
        self.rules = {self.checked(mine): rule for mine, rule in mapping.rules.items()}
        self.values = {self.checked(mine, *LINES): mine for mine in mapping.values}
        for mine in self.rules:
            if mine not in vocabulary.findings:
                raise UsageError(f"{mine} is not a finding: a rule makes one of several columns.")
            if mine in columns:
                raise UsageError(f"{mine} is to be a column and to be made by a rule: keep one.")
        if ID in self.values:
            raise UsageError(f"{ID} is taken as it is: its texts have no meaning to give.")
        made = {mine: rule.columns for mine, rule in self.rules.items()}
        self.mapped = {**made, **columns}
        self.asked = {called(name): name for names in self.mapped.values() for name in names}
        self.keys: dict[str, str | None] = {}  # of JSON patients, with what they mean

    def checked(self, name: str, *more: str) -> str:
        """Return the plain name of a column of a patient, or refuse it."""
        found = called(name)
        if found in more or self._is_one(found):
            return found
        end = suggestion(name, self.known) or f"; these are {', '.join(self.known)}."
        kind = "of treatments" if self.prefix else "of a patient"
        raise UsageError(f"{name} is not a column {kind}{end}")

    def _is_one(self, name: str) -> bool:
        return general(name) in self.known and name not in LINES

    def column(self, key: str) -> str | None:
        """Return the column that a key of a JSON patient means, None if it means none."""
        if key in self.keys:
            return self.keys[key]
        name = called(key)
        found = self.asked.get(name, name if self._is_one(name) else None)
        if len(self.keys) < KEYS:
            self.keys[key] = found
        return found

    def of(self, header: Sequence[str], name: str) -> tuple[Used, Mapping[str, str]]:
        """Return which columns of a table are used, and which others look like one that may be."""
        by_name = grouped((called(column), column) for column in header)

        def there(column: str, mine: str) -> str:
            found = [it for it in header if it == column] or by_name.get(called(column), [])
            if len(found) == 1:
                return found[0]
            if len({*found}) == 1:
                places = [str(place) for place, it in enumerate(header, 1) if it == found[0]]
                raise UsageError(
                    f"{name}: the columns {' and '.join(places)} are both called "
                    f"{printable(found[0])}, from which {mine} is read: rename one of them."
                )
            if found:
                raise UsageError(
                    f"{name}: the columns {' and '.join(found)} could both be {mine}: "
                    f"say by --column {self.prefix}{mine}=... which is."
                )
            near = get_close_matches(called(column), list(by_name), 1)
            end = f"; did you mean {by_name[near[0]][0]}?" if near else "."
            raise UsageError(
                f"{name} has no column {column}; its columns are {listed(header)}{end}"
            )

        used = {mine: tuple(there(it, mine) for it in its) for mine, its in self.mapped.items()}
        taken = {column for columns in used.values() for column in columns}
        for mine, columns in by_name.items():
            if self._is_one(mine) and mine not in used and not taken.issuperset(columns):
                used[mine] = (there(mine, mine),)
                taken.update(used[mine])
        aside = {c: near for c in header if c not in taken and (near := self._like(c, used))}
        if all(mine in (ID, GIVEN) for mine in used):
            free = {column: near for column, near in aside.items() if near not in used}
            like = "; ".join(f"{column}: did you mean {near}?" for column, near in free.items())
            raise UsageError(
                f"{name}: none of its columns ({listed(header)}) is one of those that are "
                f"read ({', '.join(self.patient)}): say by --column or --map which is which, or by "
                "--skip or --comment where the names of the columns begin"
                + (f"; {like}" if like else ".")
            )
        return used, aside

    def _like(self, column: str, used: Iterable[str]) -> str:
        """Return the column of a patient that another one looks like, "" if there is none."""
        name = called(column)
        if name in self.known:
            return name
        known = [*self.known, *([HISTORY] if self.keys else [])]
        free = [it for it in known if it not in used and it != ID]
        near = get_close_matches(name, [*free, "line1"], 1, NEAR)
        parts = [it for it in free if re.search(rf"(^{it}_|_{it}$)", name)]
        return (near or parts or [""])[0]


def listed(header: Sequence[str]) -> str:
    """Return the names of columns for a message."""
    shown = ", ".join(map(printable, header[:60]))
    return f"{shown}, ..." if len(header) > 60 else shown
