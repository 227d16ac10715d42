"""Which unknown findings matter for a patient, and what each of their values would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from crcasp.program.terms import grouped, natural
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.questions.together import open_findings, together
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
    decides, raises = (
        grouped((finding, str(therapy)) for therapy, finding in completions.missing[name])
        for name in ("decides", "raises")
    )
    found = [
        MissingFinding(
            finding,
            table.ordered(decides.get(finding, ())),
            table.ordered(raises.get(finding, ())),
            tuple(_outcomes(decoder, values)),
        )
        for finding, values in open_findings(completions).items()
        if finding in decides or finding in raises
    ]
    preferred, grade = decoder.preferred()
    result = Missing(
        tuple(found), provenance, True, preferred, grade, joint, tuple(decoder.findings())
    )

    def order(it: MissingFinding) -> tuple[object, ...]:
        return not result.changes(it), -len(it.decides), -len(it.raises), natural(it.finding)

    return replace(result, findings=tuple(sorted(found, key=order)))


def _outcomes(decoder: AdviceDecoder, values: Mapping[str, int]) -> Iterator[Outcome]:
    for value, literal in values.items():
        known = AdviceDecoder(decoder.completions.assuming([literal]), decoder.table)
        yield Outcome(value, *known.preferred())
