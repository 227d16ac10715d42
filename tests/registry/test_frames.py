"""Data frames of any library in, an Arrow table out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from crcasp import ColumnMap, UsageError, answer, answer_batch

COLUMNS = {"id": [1, 2, 3], "PS": [1.0, None, 2.0], "ras": ["mutant", "wild_type", "x"]}
MAP = ColumnMap({"ecog": "PS"})


def pandas(columns: dict[str, list[Any]]) -> Any:
    return pytest.importorskip("pandas").DataFrame(columns)


def duckdb(columns: dict[str, list[Any]]) -> Any:
    rows = pa.table(columns)  # noqa: F841 - named in the query
    return pytest.importorskip("duckdb").sql("SELECT * FROM rows")


@pytest.mark.parametrize("frame", [pa.table, pl.DataFrame, pandas, duckdb])
def test_a_frame_of_any_library(frame: Callable[[Any], Any]) -> None:
    found = answer(frame(COLUMNS), MAP)
    assert isinstance(found, pa.Table)
    assert found.column_names[:4] == ["id", "PS", "ras", "in_scope"]
    (batch,) = pa.table(COLUMNS).to_batches()
    assert found.to_pylist() == answer_batch(batch, MAP).to_pylist()
    assert [bool(error) for error in found["error"].to_pylist()] == [False, False, True]


def test_a_frame_without_rows_or_with_taken_names() -> None:
    assert answer(pa.table({"age": pa.array([], pa.int64())})).num_rows == 0
    found = answer(pa.table({"age": [50], "grade": ["G2"]}))
    assert found["grade"].to_pylist() == ["G2"]
    assert found["crcasp_grade"].to_pylist() == ["recommended"]
    with pytest.raises(UsageError, match="must be a data frame or an Arrow table, not of type"):
        answer([{"age": 50}])
