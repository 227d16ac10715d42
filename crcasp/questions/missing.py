"""What each unknown finding of a patient decides, found by the solver."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from clingo import Symbol

from crcasp.facts import FactBase, read_symbols
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import natural
from crcasp.questions.counterfactual import Variants
from crcasp.questions.recommend import Source, advise, read_source, reader
from crcasp.results.advice import Advice
from crcasp.results.missing import Missing, MissingFinding, Outcome
from crcasp.results.provenance import Origin

COMPLETIONS = "missing/completions.lp"


def missing(
    source: Source,
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
) -> Missing:
    """Return the unknown findings that can change the answer for one patient.

    Args:
        source: as for `recommend`.
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        InputError: the patient's facts are not in order.
        UsageError: an overlay or a constant is not in order.

    >>> found = missing({"ras": "mutant", "age": 80})
    >>> [finding.finding for finding in found.findings][:2]
    ['disease_extent', 'multifocal_liver_disease']
    """
    program = Program.build(overlays, constants)
    return what_is_missing(read_source(source, program), program)


def what_is_missing(base: FactBase, program: Program) -> Missing:
    """Return the unknown findings that matter for facts that were read; see `missing`."""
    solver = engine(program)
    answer, grounding = solver.alone(base)
    advice = reader(program).advice(answer, tuple(base.facts))
    if not advice.in_scope:
        return Missing((), Origin.of(base, program), in_scope=False)
    unknown = " ".join(f"unknown({item.name})." for item in advice.findings if item.value is None)
    variants = Variants(program, solver.vocabulary, base, grounding, COMPLETIONS, unknown)
    never: dict[str, set[str]] = {}
    for name, value in solver.any_grounding().table("assumed_never", 2):
        never.setdefault(str(name), set()).add(str(value))
    places = reader(program).places
    found = []
    for finding, decided, raised in variants.probes():
        if decided or raised:
            values = variants.values(finding, never)
            outcomes = tuple(_outcomes(base, values, program))
            found.append(
                MissingFinding(
                    str(finding), _ordered(decided, places), _ordered(raised, places), outcomes
                )
            )
    found.sort(key=lambda item: (-len(item.decides), -len(item.raises), natural(item.finding)))
    return Missing(tuple(found), Origin.of(base, program))


def _ordered(therapies: Sequence[str], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return therapies in the table's order."""
    return tuple(sorted(therapies, key=lambda name: (places.get(name, len(places)), name)))


def _outcomes(base: FactBase, values: Mapping[str, Symbol], program: Program) -> Iterator[Outcome]:
    vocabulary = engine(program).vocabulary
    for value, fact in values.items():
        advice = advise(read_symbols([*base.facts, fact], vocabulary), program)
        yield Outcome(value, tuple(chosen.therapies for chosen in advice.preferred), _grade(advice))


def _grade(advice: Advice) -> str | None:
    return advice.preferred[0].grade if advice.preferred else None
