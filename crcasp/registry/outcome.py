"""The columns of results, and patients as the bits of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Bits: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]

AND, OR, LIST = " & ", "; ", ";"
COLUMNS = ("in_scope", "line", "grade", "preferred", "eligible", "undetermined", "missing")
CONCORDANCE = ("preferred", "eligible", "undetermined", "excluded", "not_in_table", "out_of_scope")
JUDGED = ("concordance", "reason")
SCHEMA = {name: pl.Boolean if name == "in_scope" else pl.String for name in (*COLUMNS, *JUDGED)}


class Coded(NamedTuple):
    """A value for each of some patients: the values there are, and which one is whose."""

    values: Sequence[Any]
    codes: Places

    def of(self, whom: Places | Bits) -> Coded:
        """Return the values of some of them."""
        return Coded(self.values, self.codes[whom])

    def are(self, test: Callable[[Any], bool]) -> Bits:
        """Return of whom the value is such."""
        return np.array([test(value) for value in self.values], bool)[self.codes]

    def each(self, change: Callable[[Any], Any]) -> Coded:
        """Return what each value is changed to."""
        return Coded([*map(change, self.values)], self.codes)


def together(columns: Sequence[Coded], change: Callable[..., Any]) -> Coded:
    """Return what the values of several columns come to, each combination of them once."""
    first, codes = distinct(np.column_stack([column.codes for column in columns]))
    rows = zip(*([it.values[code] for code in it.codes[first]] for it in columns), strict=True)
    numbers: dict[Any, int] = {}
    found = [numbers.setdefault(change(*row), len(numbers)) for row in rows]
    return Coded([*numbers], np.array(found, np.intp)[codes])


def results(rows: int, found: Iterable[tuple[str, Places, Coded]]) -> pl.DataFrame:
    """Return the columns of results with what was found at some places, null elsewhere."""
    values: dict[str, list[Any]] = {name: [None] for name in SCHEMA}
    codes = {name: np.zeros(rows, np.intp) for name in SCHEMA}
    for name, places, column in found:
        codes[name][places] = column.codes + len(values[name])
        values[name] += column.values
    return pl.DataFrame(
        pl.Series(name, values[name], kind)[codes[name]] for name, kind in SCHEMA.items()
    )


def distinct(rows: NDArray[Any]) -> tuple[Places, Places]:
    """Return for each pattern among rows the first row, and of each row the pattern."""
    content = np.ascontiguousarray(rows)
    kind = pa.binary(content.itemsize * content.shape[1])
    keys = pa.FixedSizeBinaryArray.from_buffers(kind, len(rows), [None, pa.py_buffer(content)])
    encoded = keys.dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.intp)
    first = np.empty(len(encoded.dictionary), np.intp)
    first[codes[::-1]] = np.arange(len(rows))[::-1]
    return first, codes


def packed(whom: Bits) -> int:
    """Return bits as one number."""
    return int.from_bytes(np.packbits(whom, bitorder="little").tobytes(), "little")


def unpacked(value: int, rows: int) -> Bits:
    """Return the first bits of a number."""
    content = np.frombuffer(value.to_bytes(-(-rows // 8), "little"), np.uint8)
    return np.unpackbits(content, count=rows, bitorder="little").view(np.bool_)


def patterns(values: Sequence[int], rows: int, places: Places) -> Coded:
    """Return for some of the patients which numbers have their bit, as bits."""
    content = np.zeros((len(places), len(values) // 8 + 1), np.uint8)
    for place, value in enumerate(values):
        if value:
            content[:, place // 8] |= unpacked(value, rows)[places].view(np.uint8) << place % 8
    first, codes = distinct(content)
    bits = np.unpackbits(content[first], axis=1, count=len(values), bitorder="little")
    return Coded([*bits.view(np.bool_)], codes)
