"""A patient with some findings other than they are, for brute-force checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import reading

RAW = {  # what falls silent where a finding is given anew
    "ras": ("kras_g12c", "kras", "nras", "ras"),
    "braf": ("braf_v600e",),
    "mmr": ("mmr", "msi"),
    "side": ("primary_site", "side"),
}
SIDES: tuple[reading.Value, ...] = ("left", "right")


def domain(name: str) -> tuple[reading.Value, ...]:
    """Every value with which an unknown finding is completed."""
    if name.startswith("stopped("):
        return reading.REASONS
    return SIDES if name == "side" else reading.DOMAINS[name]


def varied(patient: reading.Patient, values: Mapping[str, reading.Value]) -> reading.Patient:
    """The patient with these findings given by facts of their own.

    A line whose reason for stopping is given anew says of no agent that it was toxic.
    """
    findings = dict(patient.findings)
    stopped = dict(patient.stopped)
    toxic = dict(patient.toxic)
    for name, value in values.items():
        line = re.fullmatch(r"stopped\((\d+)\)", name)
        if line:
            stopped[int(line[1])] = str(value)
            toxic.pop(int(line[1]), None)
            continue
        for raw in RAW.get(name, ()):
            findings.pop(raw, None)
        findings[name] = value
    return replace(patient, findings=findings, stopped=stopped, toxic=toxic)


def known(patient: reading.Patient) -> dict[str, reading.Value]:
    """The findings that the table asks about and that the patient's facts settle."""
    case = reading._prepare(patient)
    side = {} if case.side is None else {"side": case.side}
    return {**case.known, **side}


def unknown(patient: reading.Patient) -> list[str]:
    """The findings that the patient's facts leave open."""
    names: Iterable[str] = [*reading.DOMAINS, "side", *stops(patient)]
    return sorted(set(names) - set(known(patient)))


def stops(patient: reading.Patient) -> list[str]:
    return [f"stopped({line})" for line in patient.received if line not in patient.stopped]


def numbers(name: str, bound: str) -> list[int]:
    """The numbers at both ends of a bound in words."""
    least, most = {"age": (18, 120), "ecog": (0, 4)}[name]
    found = [int(number) for number in re.findall(r"\d+", bound)]
    if bound.startswith("at most"):
        return [least, *found]
    return [*found, most] if bound.startswith("at least") else found


def within(value: object, said: str) -> bool:
    """Whether a value is the one that is said, or within the bound."""
    *bound, limit = said.split()
    if not bound:
        return str(value) == limit
    number = int(str(value))
    return number >= int(limit) if bound == ["at", "least"] else number <= int(limit)
