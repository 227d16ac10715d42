"""The facts of a patient as they were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import clingo

from crcasp.errors import Fault, Place


class FactBase(NamedTuple):
    """The facts of a patient, in order of appearance, and all that was refused."""

    facts: Mapping[clingo.Symbol, Place]
    faults: tuple[Fault, ...] = ()


def merge(bases: Iterable[FactBase]) -> FactBase:
    """Take several sources for one patient; a fact keeps its first place."""
    facts: dict[clingo.Symbol, Place] = {}
    faults: list[Fault] = []
    for base in bases:
        for fact, place in base.facts.items():
            facts.setdefault(fact, place)
        faults.extend(base.faults)
    return FactBase(MappingProxyType(facts), tuple(faults))
