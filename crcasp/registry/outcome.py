"""The columns of results, and how lists are written in them."""

from __future__ import annotations

import polars as pl

AND, OR, LIST = " & ", "; ", ";"
COLUMNS = ("in_scope", "line", "grade", "preferred", "eligible", "undetermined", "missing")
CONCORDANCE = ("preferred", "eligible", "undetermined", "excluded", "not_in_table", "out_of_scope")
JUDGED = ("concordance", "reason")
SCHEMA = {name: pl.Boolean if name == "in_scope" else pl.String for name in (*COLUMNS, *JUDGED)}
