"""The matrix in words: every therapy against the findings that decide it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from crcasp.program.terms import natural
from crcasp.results.advice import Advice, Verdict
from crcasp.results.matrix import Turns

STATES = {"met": "met", "not_met": "not met", "open": "open", "": "not needed"}


class Column(NamedTuple):
    """A finding and what it is, "" where the column gathers several; whether it is known."""

    name: str
    value: str
    known: bool


class Line(NamedTuple):
    """The verdict on a therapy, whether a preferred set has it, and a cell for each column."""

    verdict: Verdict
    preferred: bool
    cells: tuple[tuple[str, str], ...]  # a state, "" where it is not needed, and what it needs


class Matrix(NamedTuple):
    """All therapies against all findings that decide one."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def of(self, status: str) -> list[Line]:
        """Return the therapies of one status, those of a preferred set first."""
        found = [line for line in self.lines if line.verdict.status == status]
        return sorted(found, key=lambda line: not line.preferred)


def matrix(turns: Turns, advice: Advice) -> Matrix:
    """Return the matrix: the line of therapy, then what most therapies turn on."""
    counts = Counter(column for _, column in turns.states)
    names = sorted(counts, key=lambda name: (name != "line", -counts[name], natural(name)))
    preferred = {name for chosen in advice.preferred for name in chosen.therapies}
    lines = (
        Line(verdict, name in preferred, tuple(_cell((name, column), turns) for column in names))
        for name, verdict in advice.therapies.items()
    )
    return Matrix(tuple(_column(name, turns, advice) for name in names), tuple(lines))


def _column(name: str, turns: Turns, advice: Advice) -> Column:
    if name in turns.values:
        return Column(turns.words.name(name), turns.words.name(turns.values[name]), True)
    single = "(" in name or any(finding.name == name for finding in advice.findings)
    return Column(turns.words.name(name), "unknown" if single else "", False)


def _cell(key: tuple[str, str], turns: Turns) -> tuple[str, str]:
    state = turns.states.get(key, "")
    wants = turns.wants.get(key, ()) if state else ()
    return state, "" if wants == ("yes",) else turns.words.names(wants, "or")
