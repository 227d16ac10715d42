"""The matrix: every therapy against the findings that decide it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crcasp.program.engine import Answer
from crcasp.program.terms import natural
from crcasp.program.wording import Wording
from crcasp.results.advice import Advice, Verdict

FIRST_COLUMN = "line"
STATES = {"met": "met", "unmet": "not met", "unknown": "unknown", "": "not needed"}


@dataclass(frozen=True, slots=True)
class Column:
    """A finding that decides some therapy.

    Attributes:
        name: the finding in words.
        value: what it is, in words; "" where the column gathers several.
        known: whether it is known.
    """

    name: str
    value: str
    known: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one finding does for one therapy.

    Attributes:
        state: "met", "unmet", "unknown", or "" where it is not needed.
        word: the state in words.
        needs: what it needs, in words.
    """

    state: str
    word: str
    needs: str


@dataclass(frozen=True, slots=True)
class Line:
    """One therapy.

    Attributes:
        therapy: its name.
        verdict: what was found of it.
        preferred: whether it stands in a preferred set.
        cells: one for each column.
    """

    therapy: str
    verdict: Verdict
    preferred: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All therapies against all findings that decide one."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def of(self, status: str) -> tuple[Line, ...]:
        """Return the therapies of one status, those of a preferred set first."""
        found = [line for line in self.lines if line.verdict.status == status]
        return tuple(sorted(found, key=lambda line: not line.preferred))


def matrix(answer: Answer, advice: Advice, wording: Wording) -> Matrix:
    """Read the matrix from the atoms of `report/matrix.lp`."""
    values = {str(name): value for name, value in answer.atoms.get("is", ())}
    states: dict[tuple[str, str], str] = {}
    for therapy, column, state in answer.atoms.get("cell", ()):
        states[str(therapy), str(column)] = str(state)
    needs: dict[tuple[str, str], list[str]] = {}
    for therapy, column, wanted in answer.atoms.get("wants", ()):
        needs.setdefault((str(therapy), str(column)), []).append(str(wanted))
    names = _ordered(states)
    preferred = {name for chosen in advice.preferred for name in chosen.therapies}
    columns = tuple(
        Column(wording.name(name), wording.name(values[name]), True)
        if name in values
        else Column(wording.name(name), "unknown" if _single(name, advice) else "", False)
        for name in names
    )
    lines = tuple(
        Line(
            therapy,
            verdict,
            therapy in preferred,
            tuple(_cell((therapy, name), states, needs, wording) for name in names),
        )
        for therapy, verdict in advice.therapies.items()
    )
    return Matrix(columns, lines)


def _cell(
    key: tuple[str, str],
    states: Mapping[tuple[str, str], str],
    needs: Mapping[tuple[str, str], list[str]],
    wording: Wording,
) -> Cell:
    state = states.get(key, "")
    wanted = sorted(set(needs.get(key, ())), key=natural) if state else []
    return Cell(state, STATES[state], "" if wanted == ["yes"] else wording.names(wanted, "or"))


def _single(name: str, advice: Advice) -> bool:
    """Return whether a column is one finding, and not several taken together."""
    return any(finding.name == name for finding in advice.findings) or "(" in name


def _ordered(keys: Iterable[tuple[str, str]]) -> list[str]:
    """Return the columns: the line of therapy, then what most therapies turn on."""
    counts: dict[str, int] = {}
    for _, column in keys:
        counts[column] = counts.get(column, 0) + 1
    return sorted(counts, key=lambda name: (name != FIRST_COLUMN, -counts[name], natural(name)))
