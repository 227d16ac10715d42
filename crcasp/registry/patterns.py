"""From bits by output to bits by patient, and to the few patterns that many patients share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crcasp.registry.circuit import Words

Bits: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]

# Exchanges, in a square of 8 by 8 bits, what lies on either side of the diagonal.
SWAPS = ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0))
KEPT = 50_000  # patterns of one kind that are remembered
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, and its bits without a pattern


class Coded(NamedTuple):
    """A value for each of some patients: the values there are, and which one is whose."""

    values: Sequence[Any]
    codes: Places


def packed(column: Bits, width: int) -> Words:
    """Return so many words of bits, one for each patient and zeros behind the last."""
    content = np.zeros(8 * width, np.uint8)
    content[: -(-len(column) // 8)] = np.packbits(column, bitorder="little")
    return content.view(np.uint64)


def unpacked(words: Words, count: int) -> Bits:
    """Return the first bits of some words."""
    return np.unpackbits(words.view(np.uint8), count=count, bitorder="little").view(np.bool_)


def by_patient(outputs: Words) -> Words:
    """Return for each patient the bits of all outputs in a row of words."""
    count, width = outputs.shape
    groups = -(-count // 8)
    content = np.zeros((8 * groups, 8 * width), np.uint8)
    content[:count] = outputs.view(np.uint8).reshape(count, 8 * width)
    found = np.zeros((64 * width, 8 * max(1, -(-groups // 8))), np.uint8)
    for group in range(groups):
        squares = np.ascontiguousarray(content[8 * group : 8 * group + 8].T).view(np.uint64)[:, 0]
        for shift, mask in SWAPS:
            moved = (squares ^ (squares >> np.uint64(shift))) & np.uint64(mask)
            squares = squares ^ moved ^ (moved << np.uint64(shift))
        found[:, group] = squares.view(np.uint8)
    return found.view(np.uint64)


def distinct(rows: Words) -> tuple[Places, Places]:
    """Return for each pattern among rows of words the first row, and of each row the pattern."""
    keys = rows[:, 0]
    for column in rows.T[1:]:
        keys = ((keys ^ (keys >> np.uint64(29))) * SPREAD) ^ column
    encoded = pa.array(keys).dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.intp)
    first = np.empty(len(encoded.dictionary), np.intp)
    first[codes[::-1]] = np.arange(len(keys) - 1, -1, -1)
    if not np.array_equal(rows[first[codes]], rows):  # two patterns of one key
        whole = np.ascontiguousarray(rows).view(f"V{8 * rows.shape[1]}")[:, 0]
        _, first, codes = np.unique(whole, return_index=True, return_inverse=True)
    return first, codes


class Memory:
    """What patterns come to, each read once."""

    def __init__(self) -> None:
        self.known: dict[str, dict[bytes, Any]] = {}

    def coded(
        self, name: str, outputs: Words, places: Places, read: Callable[[Bits], Any]
    ) -> Coded:
        """Return what is read of some outputs for some patients.

        Args:
            name: what the outputs are called.
            outputs: their words.
            places: the patients.
            read: what is to be made of the bits of a pattern.
        """
        rows = by_patient(outputs)[places]
        first, codes = distinct(rows)
        known = self.known.setdefault(name, {})
        if len(known) > KEPT:
            known.clear()
        values = []
        for pattern in rows[first]:
            key = pattern.tobytes()
            if key not in known:
                known[key] = read(unpacked(pattern, len(outputs)))
            values.append(known[key])
        return Coded(values, codes)
