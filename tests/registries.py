"""Patients as the rows of a registry, for the tests."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import reading

Row = dict[str, str]


def row_of(patient: reading.Patient) -> Row:
    """The patient as the columns of a registry."""
    row = {name: str(value) for name, value in patient.findings.items()}
    for line, therapies in patient.received.items():
        row[f"line{line}"] = "+".join(sorted(therapies))
        if line in patient.stopped:
            row[f"line{line}_stopped"] = patient.stopped[line]
        row[f"line{line}_toxic"] = ";".join(sorted(patient.toxic.get(line, ())))
    row["contraindicated"] = ";".join(sorted(patient.contraindicated))
    row["unavailable"] = ";".join(sorted(patient.unavailable))
    # A row in which nothing stands would be no patient.
    return {name: text for name, text in row.items() if text} or {"age": "NA"}


def written(path: Path, rows: Sequence[Mapping[str, str]], first: Sequence[str] = ()) -> Path:
    names = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def varied_patients(seed: int, count: int) -> list[reading.Patient]:
    """Patients of few histories, so that many share a history."""
    rng = random.Random(seed)
    histories = [reading.random_patient(rng) for _ in range(6)]
    patients = []
    for _ in range(count):
        findings = reading.random_patient(rng).findings
        past = rng.choice(histories)
        patients.append(reading.Patient(findings, past.received, past.stopped, toxic=past.toxic))
    return patients
