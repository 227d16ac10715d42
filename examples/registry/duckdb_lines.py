"""The GDC-like tables, joined by DuckDB: `python duckdb_lines.py`.

SQL does every pivot and join that a map should not; `crcasp.answer` takes the relation.
"""

from pathlib import Path

import duckdb

from crcasp import answer

FOLDER = Path(__file__).parent
LINES = f"""
WITH held AS (SELECT case_submitter_id, string_agg(therapeutic_agents, ' & ') AS drugs,
    any_value(if(treatment_outcome LIKE 'Prog%', 'progression', NULL)) AS stopped,
    row_number() OVER (PARTITION BY case_submitter_id ORDER BY regimen_or_line_of_therapy) AS n
  FROM '{FOLDER}/gdc_treatments.csv' WHERE treatment_intent_type = 'Palliative'
  GROUP BY case_submitter_id, regimen_or_line_of_therapy),
history AS (SELECT case_submitter_id, max(drugs) FILTER (n = 1) AS line1,
    max(stopped) FILTER (n = 1) AS line1_stopped, max(drugs) FILTER (n = 2) AS line2,
    max(stopped) FILTER (n = 2) AS line2_stopped FROM held GROUP BY ALL)
FROM '{FOLDER}/gdc_patients.csv' LEFT JOIN history USING (case_submitter_id) ORDER BY ALL
"""


def main() -> None:
    """Print what each patient may be recommended."""
    for row in answer(duckdb.sql(LINES), FOLDER / "gdc.toml").to_pylist():
        print(row["case_submitter_id"], row["line"], row["error"] or row["preferred"], sep=": ")


if __name__ == "__main__":
    main()
