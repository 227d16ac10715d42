"""What was given, as the program writes it: therapies of a regimen and its partners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crcasp.program.engine import engine
from crcasp.program.files import Program

Therapies = tuple[str, ...]


class Kinds(NamedTuple):
    """Which therapies are partners of a regimen, and which are given to the liver alone."""

    partners: frozenset[str]
    local: frozenset[str]

    @classmethod
    def of(cls, program: Program) -> Kinds:
        """Return the kinds of a program's therapies."""
        table = engine(program).table
        return cls(frozenset(table.names("partner")), frozenset(table.locoregional))

    def therapies(self, groups: Iterable[Sequence[str]]) -> Therapies:
        """Return the therapies that some words are, in one order.

        Args:
            groups: the words that stand together; a partner by itself goes with the regimen,
                if there is one.
        """
        systemic: list[list[str]] = []
        loose: list[str] = []
        local: set[str] = set()
        for group in groups:
            words = set(group)
            local |= words & self.local
            partners = sorted(words & self.partners)
            regimens = sorted(words - self.local - self.partners)
            if len(regimens) == 1:
                systemic.append([*regimens, *partners])
            else:
                systemic += [[regimen] for regimen in regimens]
                loose += partners
        if len(systemic) == 1:
            regimen, *partners = systemic[0]
            systemic = [[regimen, *sorted({*partners, *loose})]]
        else:
            systemic += [[partner] for partner in loose]
        names = {"+".join(words) for words in systemic}
        return (*sorted(names), *sorted(local))
