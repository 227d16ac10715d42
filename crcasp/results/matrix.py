"""Every therapy against the findings that decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from crcasp.program.wording import Wording
from crcasp.results.advice import Finding

State: TypeAlias = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one finding does for one therapy.

    Attributes:
        state: whether it is as the therapy needs it.
        needs: the values that would do.
    """

    state: State
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cells by therapy and column; a column is a finding, or several taken together.

    Attributes:
        cells: by therapy and column; what a therapy does not turn on is absent.
        values: what each finding is, as far as it is known.
        shown: the findings that facts show, those of the history too.
        words: how therapies and columns are called.
    """

    cells: Mapping[tuple[str, str], Cell]
    values: Mapping[str, str | int]
    shown: tuple[Finding, ...]
    words: Wording
