"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clingo import Symbol

from crcasp.program.terms import natural
from crcasp.questions.counterfactual import Counterfactual
from crcasp.questions.decoder import decode
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.questions.recommend import advise
from crcasp.results.advice import Advice
from crcasp.results.missing import Missing, MissingFinding, Outcome
from crcasp.results.provenance import Provenance

COMPLETIONS = "missing/completions.lp"


def missing(
    source: Source, *, overlays: Overlays = (), constants: Constants | None = None
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
    ['country', 'side']
    """
    return what_is_missing(Patient.read(source, overlays, constants))


def what_is_missing(patient: Patient) -> Missing:
    """Return the unknown findings that matter for a patient that was read."""
    answer, grounding = patient.fresh()
    table = patient.engine.table
    advice = decode(answer, table, tuple(patient.base.facts))
    provenance = Provenance.of(patient.base, patient.program)
    if not advice.in_scope:
        return Missing((), provenance, in_scope=False)
    unknown = " ".join(f"unknown({item.name})." for item in advice.findings if item.value is None)
    variants = Counterfactual(patient, grounding, COMPLETIONS, unknown)
    never = [*grounding.facts("assumed_never", 2)]
    never += [(name, value) for name, value, _ in grounding.facts("ruled_out", 3)]
    found = []
    for finding, decided, raised in variants.probes():
        if decided or raised:
            avoided = [value for name, value in never if name == finding.name]
            outcomes = tuple(_outcomes(patient, variants.assumable(finding, avoided)))
            found.append(
                MissingFinding(
                    str(finding), table.ordered(decided), table.ordered(raised), outcomes
                )
            )
    preferred, grade = _preferred(advice)
    result = Missing(tuple(found), provenance, True, preferred, grade)
    found.sort(
        key=lambda item: (
            not result.changes(item),
            -len(item.decides),
            -len(item.raises),
            natural(item.finding),
        )
    )
    return replace(result, findings=tuple(found))


def _preferred(advice: Advice) -> tuple[tuple[tuple[str, ...], ...], str | None]:
    sets = advice.preferred
    return tuple(chosen.therapies for chosen in sets), sets[0].grade if sets else None


def _outcomes(patient: Patient, values: Mapping[str, Symbol]) -> Iterator[Outcome]:
    for value, fact in values.items():
        yield Outcome(value, *_preferred(advise(patient.with_fact(fact))))
