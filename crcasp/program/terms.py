"""Terms of the program as names and numbers, and the order in which names are listed."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias, TypeVar

from clingo import Symbol, SymbolType

Word: TypeAlias = str | int
Row: TypeAlias = tuple[Word, ...]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

BOUNDS = {"at_most": "at most {}", "at_least": "at least {}"}


@lru_cache(maxsize=4096)
def word(term: Symbol) -> Word:
    """Return a term as results write it.

    with(r, p) is r+p, at_most(5) is "at most 5", a string is bare, a number an int.
    """
    kind = term.type
    if kind is SymbolType.Number:
        return term.number
    if kind is SymbolType.String:
        return term.string
    text = str(term)
    if text.isidentifier():
        return text
    arguments = term.arguments if kind is SymbolType.Function else []
    if arguments and term.name == "with":
        return "+".join(str(word(part)) for part in arguments)
    if arguments and term.name in BOUNDS:
        return BOUNDS[term.name].format(arguments[0])
    return text


@lru_cache(maxsize=1 << 15)
def row(atom: Symbol) -> Row:
    """Return the arguments of an atom as words."""
    return tuple(word(argument) for argument in atom.arguments)


@lru_cache(maxsize=4096)
def natural(name: object) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts 2 before 10 and numbers before words."""
    parts = re.findall(r"\d+|\D+", str(name))
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def in_order(names: Iterable[Value]) -> tuple[Value, ...]:
    """Return names in natural order."""
    return tuple(sorted(names, key=natural))


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Return the second of each pair by the first, in order."""
    groups: dict[Key, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def bounds(domain: Iterable[Word], chosen: Iterable[Word]) -> tuple[str, ...]:
    """Return chosen values of a domain in its order; of numbers, each the last of a band, bounds.

    >>> bounds([70, 120], [120])
    ('at least 71',)
    """
    wanted = {*chosen}
    ends = sorted(value for value in domain if isinstance(value, int))
    spans = []
    for inside, run in groupby(ends, key=lambda end: end in wanted):
        if inside:
            several = list(run)
            below = max((end for end in ends if end < several[0]), default=None)
            low, top = (below or 0) + 1, several[-1]
            if below is None:
                spans.append(f"at most {top}")
            elif top == ends[-1]:
                spans.append(f"at least {low}")
            else:
                spans.append(f"{low} to {top}" if low < top else str(top))
    names = (str(value) for value in domain if isinstance(value, str) and value in wanted)
    return (*spans, *names)
