"""The vocabulary as the program declares it, and what was read in short."""

from __future__ import annotations

from pathlib import Path

import clingo

from crcasp.facts import FactBase
from crcasp.program.vocabulary import Vocabulary

LP = Path(__file__).parents[1] / "lp" / "vocabulary.lp"


def make_vocabulary() -> Vocabulary:
    control = clingo.Control()
    control.add("base", [], LP.read_text(encoding="utf-8") + "\n#defined s1_used_in/1.")
    control.ground([("base", [])])

    def rows(name: str, arity: int) -> list[list[clingo.Symbol]]:
        return [x.symbol.arguments for x in control.symbolic_atoms.by_signature(name, arity)]

    def names(name: str) -> tuple[str, ...]:
        return tuple(row[0].name for row in rows(name, 1))

    findings: dict[str, tuple[str | int, ...]] = {}
    for finding, value in rows("value", 2):
        is_number = value.type == clingo.SymbolType.Number
        plain = value.number if is_number else value.name
        findings[finding.name] = (*findings.get(finding.name, ()), plain)
    return Vocabulary(
        findings=findings,
        therapies=names("therapy_name"),
        reasons=names("stop_reason"),
        agents=names("agent"),
        blamable=names("blamable"),
        unnamed=names("unnamed"),
        limits=names("limitable"),
        lines=max(row[0].number for row in rows("line", 1)),
        meanings={key.name: text.string for key, text in rows("means", 2)},
    )


VOCABULARY = make_vocabulary()


def written(base: FactBase) -> list[str]:
    return [str(fact) for fact in base.facts]


def places(base: FactBase) -> list[str]:
    return [str(fault.place) for fault in base.faults]
