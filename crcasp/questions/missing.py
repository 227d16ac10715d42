"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from clingo import Function, Symbol

from crcasp.program.completions import Completions
from crcasp.program.terms import Word, bounds, natural, word
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.questions.together import together
from crcasp.results.missing import Missing, MissingFinding, Outcome
from crcasp.results.provenance import Provenance


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
    completions = patient.completions()
    table = patient.engine.table
    decoder = AdviceDecoder(completions, table)
    provenance = Provenance.of(patient.program, patient.base, completions)
    if not decoder.in_scope:
        return Missing((), provenance, in_scope=False)
    joint = together(decoder)
    decides, raises = (_by_finding(completions, name) for name in ("decides", "raises"))
    found = [
        MissingFinding(
            str(finding),
            table.ordered(decides.get(finding, ())),
            table.ordered(raises.get(finding, ())),
            tuple(_outcomes(patient, values)),
        )
        for finding, values in _open(completions).items()
        if finding in decides or finding in raises
    ]
    preferred, grade = decoder.preferred()
    result = Missing(
        tuple(found), provenance, True, preferred, grade, joint, tuple(decoder.findings())
    )
    found.sort(
        key=lambda item: (
            not result.changes(item),
            -len(item.decides),
            -len(item.raises),
            natural(item.finding),
        )
    )
    return replace(result, findings=tuple(found))


def _by_finding(completions: Completions, predicate: str) -> dict[Word, set[str]]:
    found: dict[Word, set[str]] = {}
    for therapy, finding in completions.missing[predicate]:
        found.setdefault(finding, set()).add(str(therapy))
    return found


def _open(completions: Completions) -> dict[str, dict[str, Symbol]]:
    """Return for each finding its possible values in words, each with the fact that says so."""
    domains: dict[Symbol, list[Symbol]] = {}
    for atom in completions.literals("could_be", 2):
        finding, value = atom.arguments
        domains.setdefault(finding, []).append(value)
    found: dict[str, dict[str, Symbol]] = {}
    for finding, values in domains.items():
        words = [word(value) for value in values]
        found[str(finding)] = {
            bounds(words, [word(value)])[0]: Function(finding.name, [*finding.arguments, value])
            for value in values
        }
    return found


def _outcomes(patient: Patient, values: Mapping[str, Symbol]) -> Iterator[Outcome]:
    for value, fact in values.items():
        known = patient.with_fact(fact)
        decoder = AdviceDecoder(known.completions(), known.engine.table)
        yield Outcome(value, *decoder.preferred())
