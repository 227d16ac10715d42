"""What a table says of the therapies for some patients, where two tables are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from crcasp.program.terms import Row
from crcasp.registry.outcome import Bits, Coded, Places

Columns: TypeAlias = Iterator[tuple[str, Places, Coded]]

# The atoms of a table that `diff/changes.lp` asks for; of its offers any will do.
ASKED = (("eligible", 1), ("undetermined", 1), ("grade", 2), ("rank", 2))


class Verdicts(NamedTuple):
    """What a table says of some patients.

    Attributes:
        atoms: for each atom, as its predicate and its arguments, the patients of whom it is
            true, as the bits of a number.
        preferred: the preferred sets of each patient, as sets of names.
        answered: who has an answer.
    """

    atoms: Mapping[Row, int]
    preferred: Coded
    answered: Bits


class Answered(NamedTuple):
    """The answers to some patients.

    Attributes:
        columns: the columns of results, each with the places that it is for, made as they
            are asked for.
        verdicts: what else is compared with another table; None where it is not.
    """

    columns: Columns
    verdicts: Verdicts | None


def preferred(sets: Iterable[tuple[Iterable[str], bool]]) -> frozenset[frozenset[str]]:
    """Return the preferred ones among sets of therapies."""
    return frozenset(frozenset(names) for names, best in sets if best)
