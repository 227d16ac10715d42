"""From two answers to what differs between them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from crcasp.facts import FactBase
from crcasp.program.files import Program
from crcasp.program.terms import natural
from crcasp.questions.recommend import Source, advise, read_source, reader
from crcasp.results.advice import Advice, Verdict
from crcasp.results.comparison import Comparison, Difference, Kind

EXCLUDED = Verdict("", "excluded")  # of what no statement offers, and of all out of scope


def compare(
    before: Source,
    after: Source,
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
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
    program = Program.build(overlays, constants)
    return compared(read_source(before, program), read_source(after, program), program)


def compared(first: FactBase, second: FactBase, program: Program) -> Comparison:
    """Return the comparison of two patients whose facts were read; see `compare`."""
    before, after = advise(first, program), advise(second, program)
    facts = [set(map(str, base.facts)) for base in (first, second)]
    without, added = facts[0] - facts[1], facts[1] - facts[0]
    ranks = reader(program).ranks
    differences = tuple(_differences(before, after, (without, added), ranks))
    return Comparison(before, after, _sorted(without), _sorted(added), differences)


def _sorted(facts: set[str]) -> tuple[str, ...]:
    return tuple(sorted(facts, key=natural))


def _differences(
    before: Advice, after: Advice, facts: tuple[set[str], set[str]], ranks: dict[str, int]
) -> Iterator[Difference]:
    for therapy in dict.fromkeys([*before.therapies, *after.therapies]):
        old = before.therapies.get(therapy, EXCLUDED)
        new = after.therapies.get(therapy, EXCLUDED)
        kind = _kind(old, new, ranks)
        if kind is not None:
            yield Difference(
                therapy=therapy,
                kind=kind,
                before=old.status if before.in_scope else None,
                after=new.status if after.in_scope else None,
                grades=(old.grade, new.grade),
                because_without=_sorted(_facts(old, _values(after, new), facts[0])),
                because_with=_sorted(_facts(new, _values(before, old), facts[1])),
            )


def _kind(old: Verdict, new: Verdict, ranks: dict[str, int]) -> Kind | None:
    if old.status != new.status:
        if "eligible" in (old.status, new.status):
            return "gained" if new.status == "eligible" else "lost"
        return "opened" if new.status == "undetermined" else "ruled_out"
    change = ranks.get(str(new.grade), 0) - ranks.get(str(old.grade), 0)
    return None if not change else "raised" if change > 0 else "lowered"


def _facts(verdict: Verdict, values: Mapping[str, object], own: set[str]) -> set[str]:
    """Return facts of one patient alone that a verdict rests on: where a value differs, if any.

    Args:
        verdict: the verdict on that patient.
        values: what each finding is for the other patient.
        own: the facts that the other patient lacks.
    """
    conditions = [item for reason in verdict.because for item in reason.conditions]
    conditions += [item for reason in verdict.against for item in reason.conditions]
    different = [item for item in conditions if values.get(item.finding) != item.value]
    found = {fact for item in different for fact in item.facts} & own
    return found or {fact for item in conditions for fact in item.facts} & own


def _values(advice: Advice, verdict: Verdict) -> dict[str, object]:
    """Return what each finding is, as far as the answer says so."""
    values: dict[str, object] = {item.name: item.value for item in advice.findings}
    for group in (verdict.because, verdict.against):
        for reason in group:
            values.update({item.finding: item.value for item in reason.conditions})
    return {"line": advice.line, **values}
