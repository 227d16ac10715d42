"""The main job: the recommendation sets of one patient."""

from __future__ import annotations

from clingo import Symbol

from crcasp.errors import UsageError
from crcasp.facts import read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.missing import together
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.results.advice import Advice
from crcasp.results.provenance import Provenance


def recommend(
    source: Source,
    *,
    overlays: Overlays = (),
    constants: Constants | None = None,
    tests: bool = True,
) -> Advice:
    """Return the recommendation sets of one patient, with their reasons.

    The table is Table 3 of Cardiovasc Intervent Radiol 42(9):1240-1254 (2019),
    doi 10.1007/s00270-019-02284-9. Safe to call from several threads.

    Args:
        source: the path of a fact file (ASP facts or JSON), a mapping, or clingo symbols.
        overlays: further `.lp` files of your own, trusted, on top of the program.
        constants: constants of the program to override, such as a limit in years.
        tests: whether to look for the tests that could add a therapy, `together`.

    Raises:
        InputError: the patient's facts are not in order; lists every fault.
        UsageError: an overlay or a constant is not in order, or the source is none.

    >>> advice = recommend({"age": 54, "side": "left", "ras": "wild_type"})
    >>> [str(chosen) for chosen in advice.preferred]
    ['folfiri+cetuximab', 'folfox+cetuximab']
    >>> advice.therapies["sox"].missing
    ['country']
    """
    return advise(Patient.read(source, overlays, constants), tests=tests)


def parse_facts(
    text: str, *, overlays: Overlays = (), constants: Constants | None = None
) -> tuple[Symbol, ...]:
    """Return the facts of a text, ASP facts or JSON, checked but not yet solved.

    Args:
        text: the facts.
        overlays: as for `recommend`; they may declare findings, values and therapies.
        constants: as for `recommend`.

    Raises:
        InputError: with every fault of the text, each with line and column.
        UsageError: it is no text, or an overlay or a constant is not in order.

    >>> [str(fact) for fact in parse_facts("age(54). kras(wild_type).")]
    ['age(54)', 'kras(wild_type)']
    """
    if not isinstance(text, str):
        kind = type(text).__name__
        raise UsageError(f"parse_facts() takes the text of facts, not a value of type {kind}.")
    program = Program.build(overlays, constants)
    patient = Patient(read_text(text, "facts", engine(program).vocabulary), program)
    patient.check()
    return tuple(patient.base.facts)


def advise(patient: Patient, *, tests: bool = False) -> Advice:
    """Return the advice on a patient that was read."""
    decoder = AdviceDecoder(patient.completions(), patient.engine.table)
    return decoder.advice(tuple(patient.base.facts))._replace(
        together=together(decoder) if tests else None,
        provenance=Provenance.of(patient.program, patient.base, decoder.completions),
    )
