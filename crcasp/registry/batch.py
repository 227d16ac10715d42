"""Some rows of a table, and what is wrong with their form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

Said = tuple[str, str]  # what is wrong with a row: the cause, and a sentence about this one


class Batch(NamedTuple):
    """Some rows of a table.

    Attributes:
        rows: the cells as they are.
        faults: what is wrong with the form of a row, by its place.
        lines: the rows as they are written, where each is a JSON text.
    """

    rows: pa.Table
    faults: Mapping[int, Said]
    lines: Sequence[str] | None = None

    @property
    def size(self) -> int:
        """How many rows these are, also where no column is asked for."""
        return len(self.rows) if self.lines is None else len(self.lines)
