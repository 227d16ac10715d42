"""The words a patient may be described with, as the program declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from crcasp.program.solver import Solver
from crcasp.program.terms import grouped

LIMITS = ("contraindicated", "unavailable")  # predicates of what a patient cannot have
OF_LINE = ("received", "stopped", "toxic")  # predicates of a line of therapy


class Vocabulary(NamedTuple):
    """What a fact may say: predicates, values and names, in the program's order.

    Attributes:
        findings: each finding with its allowed values, numbers or names.
        therapies: what a line of therapy may have held.
        reasons: why a line may have stopped.
        agents: what therapies hold.
        limits: what may be contraindicated or unavailable.
        lines: the highest number of a line.
        meanings: each predicate in words.
        blamable: what a toxicity may have been due to, agents and classes.
        unnamed: what stands for a therapy that has no name of its own.
        settings: why a treatment was given, in a registry.
        not_lines: those of them that are no line of therapy.
    """

    findings: Mapping[str, tuple[str | int, ...]]
    therapies: tuple[str, ...]
    reasons: tuple[str, ...]
    agents: tuple[str, ...]
    limits: tuple[str, ...]
    lines: int
    meanings: Mapping[str, str]
    blamable: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    not_lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, solver: Solver) -> Vocabulary:
        """Return what a grounded vocabulary declares."""

        def names(predicate: str) -> tuple[str, ...]:
            return tuple(str(name) for (name,) in solver.facts(predicate, 1))

        findings = grouped((str(finding), value) for finding, value in solver.facts("value", 2))
        return cls(
            findings={finding: tuple(values) for finding, values in findings.items()},
            therapies=names("therapy_name"),
            reasons=names("stop_reason"),
            agents=names("agent"),
            limits=names("limitable"),
            lines=max((int(line) for (line,) in solver.facts("line", 1)), default=0),
            meanings={str(name): str(text) for name, text in solver.facts("means", 2)},
            blamable=names("blamable"),
            unnamed=names("unnamed"),
            settings=names("setting"),
            not_lines=names("not_a_line"),
        )

    @property
    def signatures(self) -> dict[str, tuple[Sequence[str | int], ...]]:
        """The predicates of a patient, each with the allowed values of its arguments."""
        lines = range(1, self.lines + 1)
        return {
            **{name: (values,) for name, values in self.findings.items()},
            "received": (lines, self.therapies),
            "stopped": (lines, self.reasons),
            "toxic": (lines, self.blamable),
            **dict.fromkeys(LIMITS, (self.limits,)),
        }

    def schema(self) -> dict[str, object]:
        """Return the JSON Schema (draft 2020-12) of one patient as a mapping."""

        def listed(names: tuple[str, ...]) -> dict[str, object]:
            return {"type": "array", "items": {"enum": list(names)}, "uniqueItems": True}

        def described_list(name: str, names: tuple[str, ...]) -> dict[str, object]:
            return {"description": self.meanings[name], **listed(names), "type": ["array", "null"]}

        properties: dict[str, object] = {}
        for finding, values in self.findings.items():
            described: dict[str, object] = {"description": self.meanings.get(finding, finding)}
            low, high = values[0], values[-1]
            if isinstance(low, int) and values == tuple(range(low, low + len(values))):
                described |= {"type": ["integer", "null"], "minimum": low, "maximum": high}
            else:
                described["enum"] = [*values, None]
            properties[finding] = described
        line = {
            "type": "object",
            "properties": {
                "received": {**listed(self.therapies), "minItems": 1},
                "stopped": {"enum": [*self.reasons, None]},
                "toxic": described_list("toxic", self.blamable),
            },
            "required": ["received"],
            "additionalProperties": False,
        }
        properties["history"] = {
            "description": self.meanings["received"],
            "type": ["array", "null"],
            "items": line,
            "maxItems": self.lines,
        }
        for limit in LIMITS:
            properties[limit] = described_list(limit, self.limits)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "crcasp patient",
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }


def externals_of(findings: Iterable[str]) -> str:
    """Return a program in which findings may be assumed to have any of their values."""
    return " ".join(f"#external {name}(V) : value({name}, V)." for name in findings)
