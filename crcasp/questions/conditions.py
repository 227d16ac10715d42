"""Conditions on a patient: what a finding may be, as literals and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clingo import Symbol

from crcasp.program.terms import Word, bounds, natural, word
from crcasp.program.wording import Wording
from crcasp.results.diff import Only

NEVER = "never"  # the value of what some patient has no value of, see lp/diff/changes.lp
OTHERWISE = {"yes": "no", "denied": "allowed"}  # of findings that have one value or have not


class Feature(NamedTuple):
    """A finding of a patient.

    Attributes:
        finding: its name.
        values: what it may be, each with the literal that says so.
        may_lack: whether some patient has no value of it, as of a line that is not there.
    """

    finding: Symbol
    values: Mapping[Symbol, int]
    may_lack: bool = False

    @property
    def flag(self) -> bool:
        """Whether the finding has its one value or does not have it."""
        return len(self.values) == 1 and str(next(iter(self.values))) in OTHERWISE

    def literals(self) -> Iterator[int]:
        """Yield what conditions may say: that it is not one of its values, or is its only one."""
        for literal in self.values.values():
            yield -literal
            if self.flag:
                yield literal

    def only(self, held: set[int], words: Wording) -> Only | None:
        """Return the condition that some literals make, None where they make none."""
        chosen = held & {*self.values.values()}
        if not chosen and not held & {*self.literals()}:
            return None
        name = str(word(self.finding))
        if self.flag:
            ((value, literal),) = self.values.items()
            said = str(value) if literal in held else OTHERWISE[str(value)]
            return Only(name, (said,), words.said(name, [said]))
        values: dict[Word, bool] = {
            word(value): literal in chosen if chosen else -literal not in held
            for value, literal in self.values.items()
        }
        domain = sorted(values, key=lambda value: natural(str(value)))
        left = bounds(domain, [value for value in domain if values[value]])
        if self.may_lack and not chosen:
            left = (*left, NEVER)
        gone = [value for value in domain if value not in (*left, NEVER)]
        if not gone and NEVER in domain and NEVER not in left:
            gone = [NEVER]
        whole = words.phrases.get((name, f"but({gone[0]})")) if len(gone) == 1 < len(left) else None
        return Only(name, left, whole or words.said(name, left))
