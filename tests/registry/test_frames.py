"""Data frames of any library in, an Arrow table out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from crcasp import ColumnMap, UsageError, answer, answer_batch, answer_batches

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


@pytest.mark.parametrize("given", [None, 5, pa.table(COLUMNS)])
def test_what_is_no_record_batch_is_refused(given: Any) -> None:
    for call in (lambda: answer_batch(given), lambda: [*answer_batches(given)]):
        with pytest.raises(UsageError, match="must be in an Arrow record batch, not of type"):
            call()


def test_rows_of_polars_that_are_empty_or_contradict_themselves() -> None:
    columns = {"id": ["1", "2"], "primary_site": ["cecum", None], "side": ["left", None]}
    contradicts, alone = answer(pl.DataFrame(columns))["error"].to_pylist()
    assert 'primary_site "cecum" (primary_site(cecum)) contradicts side' in contradicts
    assert 'nothing but "2" stands in this row' in alone
