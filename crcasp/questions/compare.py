"""Two patients, or one before and after a test: what was gained and lost, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crcasp.program.terms import in_order
from crcasp.questions.patient import Constants, Overlays, Patient, Source, read_source
from crcasp.questions.recommend import advise
from crcasp.results.advice import Advice, Condition, Reason, Verdict
from crcasp.results.comparison import Comparison, Difference, kind_of

EXCLUDED = Verdict("", "excluded")  # of what no statement offers, and of all out of scope


def compare(
    before: Source, after: Source, *, overlays: Overlays = (), constants: Constants | None = None
) -> Comparison:
    """Compare the answers for two patients, or for two versions of one.

    Args:
        before: as for `recommend`.
        after: as for `recommend`.
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        InputError: the facts of a patient are not in order.
        UsageError: an overlay or a constant is not in order.

    >>> found = compare({"side": "left"}, {"side": "left", "ras": "wild_type"})
    >>> [item.therapy for item in found.of("gained")][:2]
    ['folfiri+cetuximab', 'folfox+cetuximab']
    """
    first = Patient.read(before, overlays, constants)
    return compared(first, Patient(read_source(after, first.program), first.program))


def compared(first: Patient, second: Patient) -> Comparison:
    """Return the comparison of two patients that were read, for one program."""
    before, after = advise(first), advise(second)
    facts = [set(map(str, patient.base.facts)) for patient in (first, second)]
    without, added = facts[0] - facts[1], facts[1] - facts[0]
    ranks = first.engine.table.ranks
    differences = tuple(_differences(before, after, (without, added), ranks))
    return Comparison(before, after, in_order(without), in_order(added), differences)


def _differences(
    before: Advice, after: Advice, facts: tuple[set[str], set[str]], ranks: Mapping[str, int]
) -> Iterator[Difference]:
    olds, news = before.therapies, after.therapies
    for therapy in dict.fromkeys([*olds, *news]):
        old, new = olds.get(therapy, EXCLUDED), news.get(therapy, EXCLUDED)
        rank = ranks.get(str(old.grade), 0), ranks.get(str(new.grade), 0)
        kind = kind_of(old.status, new.status, rank)
        if kind is not None:
            yield Difference(
                therapy=therapy,
                kind=kind,
                before=old.status if before.in_scope else None,
                after=new.status if after.in_scope else None,
                grades=(old.grade, new.grade),
                because_without=in_order(_facts(old, _values(after, new), facts[0])),
                because_with=in_order(_facts(new, _values(before, old), facts[1])),
            )


def _conditions(verdict: Verdict) -> list[Condition]:
    reasons: list[Reason] = [*verdict.because, *verdict.against]
    return [item for reason in reasons for item in reason.conditions]


def _facts(verdict: Verdict, values: Mapping[str, object], own: set[str]) -> set[str]:
    """Return facts of one patient alone that a verdict rests on: where a value differs, if any.

    Args:
        verdict: the verdict on that patient.
        values: what each finding is for the other patient.
        own: the facts that the other patient lacks.
    """
    conditions = _conditions(verdict)
    different = [item for item in conditions if values.get(item.finding) != item.value]
    found = {fact for item in different for fact in item.facts} & own
    return found or {fact for item in conditions for fact in item.facts} & own


def _values(advice: Advice, verdict: Verdict) -> dict[str, object]:
    """Return what each finding is, as far as the answer says so."""
    values: dict[str, object] = {"line": advice.line}
    values |= {item.name: item.value for item in advice.findings}
    return values | {item.finding: item.value for item in _conditions(verdict)}
