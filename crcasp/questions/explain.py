"""Why a therapy is eligible or not, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from crcasp.program.terms import Row, Word, in_order, natural, word
from crcasp.program.wording import Wording
from crcasp.questions.changes import Changes
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.questions.therapy import named
from crcasp.results.advice import Condition, Reason, State, Verdict
from crcasp.results.explanation import Change, Explanation
from crcasp.results.provenance import Provenance

PASSED = "explain/passed.lp"


BARRING = 2  # how much the facts weigh by which an exclusion bars


def explain(
    source: Source, therapy: str, *, overlays: Overlays = (), constants: Constants | None = None
) -> Explanation:
    """Explain the verdict on one therapy for one patient.

    Args:
        source: as for `recommend`.
        therapy: a regimen, a regimen with a partner, or a locoregional therapy, as
            "folfox+cetuximab" or in any spelling that results and texts have.
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        InputError: the patient's facts are not in order.
        UsageError: there is no such therapy; an overlay or a constant is not in order.

    >>> explanation = explain({"ras": "mutant"}, "folfox+cetuximab")
    >>> [(change.finding, change.to) for (change,) in explanation.changes]
    [('ras', ('wild_type',))]
    """
    return explained(Patient.read(source, overlays, constants), therapy)


def explained(patient: Patient, therapy: str) -> Explanation:
    """Return the explanation of one therapy for a patient that was read."""
    target = named(therapy, patient.engine)
    completions = patient.completions(PASSED)
    table = patient.engine.table
    decoder = _WayDecoder(completions, table)
    advice = decoder.advice(tuple(patient.base.facts))
    therapy = str(word(target))
    verdict = advice.therapies.get(therapy)
    if verdict is None:  # out of scope, or of the initial therapy, which is offered unnamed
        none = Verdict(therapy, "excluded")
        verdict = decoder.excluded(word(target)) if advice.in_scope else none
    status = verdict.status if advice.in_scope else None
    ways = tuple(decoder.ways(word(target), in_scope=advice.in_scope))
    changes: tuple[tuple[Change, ...], ...] = ()
    barred: tuple[str, ...] = ()
    if status != "eligible":
        known = {item.name: item.value for item in advice.findings if item.value is not None}
        variants = Changes(patient, known, target)
        if variants.reachable():
            changes = tuple(
                tuple(Change(name, known.get(name), to) for name, to in change.items())
                for change in variants.found()
            )
        else:
            weights = _relevant(ways)
            barring = sorted((fact for fact, it in weights.items() if it == BARRING), key=natural)
            barred = variants.barred_by(weights) or (*_absent(ways, table.words), *barring)
    return Explanation(
        therapy=therapy,
        status=status,
        grade=verdict.grade,
        in_scope=advice.in_scope,
        ways=_shown(ways) if status == "eligible" else ways,
        changes=changes,
        barred_by=barred,
        lowered=verdict.lowered,
        deciding=verdict.deciding,
        findings=verdict.findings,
        preferred=tuple(chosen.therapies for chosen in advice.preferred),
        best=advice.preferred[0].grade if advice.preferred else None,
        provenance=Provenance.of(patient.program, patient.base, completions),
    )


def _shown(ways: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the ways that support it, or else those that do so together."""
    holding = tuple(way for way in ways if way.state == "met")
    return holding or tuple(way for way in ways if way.state == "open")


def _relevant(ways: Iterable[Reason]) -> dict[str, int]:
    """Return the facts that unmet conditions rest on; those of exclusions weigh more."""
    weights: dict[str, int] = {}
    for way in ways:
        barring = [item for exclusion in way.exclusions or () for item in exclusion.conditions]
        for weight, conditions in ((1, way.conditions), (BARRING, barring)):
            for fact in (f for item in conditions if item.state == "not_met" for f in item.facts):
                weights[fact] = max(weight, weights.get(fact, 0))
    return weights


def _absent(ways: Iterable[Reason], words: Wording) -> tuple[str, ...]:
    """Return, in words, what is in the way although no fact shows it: what was not received.

    The line of therapy comes alone where it is in every way, so that it is not followed by
    all that would be different in another line.
    """
    absent = [
        {
            item.finding: words.said(item.finding, [item.value])
            for item in way.conditions
            if item.state == "not_met" and item.value is not None and not item.facts
        }
        for way in ways
    ]
    if absent and all("line" in found for found in absent):
        return (absent[0]["line"],)
    return in_order({text for found in absent for text in found.values()})


class _WayDecoder(AdviceDecoder):
    """Reads the conditions of every offer of one therapy."""

    def ways(self, therapy: Word, *, in_scope: bool) -> Iterator[Reason]:
        """Yield every way by which a statement offers the therapy, in the table's order."""
        certain = {*self.certain["applies"]}
        possible = {*self.possible["applies"]}
        offers = sorted(self.offers.get(therapy, ()), key=lambda row: [natural(x) for x in row])
        for offer in offers:
            state: State = "open" if offer in possible else "not_met"
            yield self.way(offer, "met" if offer in certain and in_scope else state)

    def way(self, offer: Row, state: State) -> Reason:
        """Return one way, with every condition and exclusion."""
        statement = offer[0]
        by_source: dict[str, list[str]] = {str(statement): []}
        for source, finding in {**self.wanted.get(offer, {}), **self.unmet.get(offer, {})}:
            by_source.setdefault(str(source), []).append(str(finding))
        facts = self.completions.facts
        for (exclusion,) in [*facts("bars_repeated", 1), *facts("bars_limited", 1)]:
            by_source.setdefault(str(exclusion), [])
        own, spared = by_source.pop(str(statement)), facts("spares", 2)
        exempt = {str(row[0]) for row in self.possible["exempt"] if row[1:] == offer}
        conditions = self.conditions(offer, str(statement), own)
        return self.reason(offer[2], str(statement), conditions)._replace(
            interpretations=self.rests.get((statement,), ()),
            state=state,
            exclusions=tuple(
                self.exclusion(offer, source, by_source.get(source, ()))
                for source in sorted({*by_source, *exempt}, key=natural)
                if source in exempt or (source, statement) not in spared
            ),
        )

    @cached_property
    def rests(self) -> dict[Row, tuple[str, ...]]:
        """The interpretations in force that sources rest on."""
        force = {name for (name,) in self.completions.facts("in_force", 1)}
        found: dict[Row, tuple[str, ...]] = {}
        for what, interpretation in sorted(self.completions.facts("rests_on", 2), key=str):
            if interpretation in force:
                found[what,] = (*found.get((what,), ()), str(interpretation))
        return found

    def exclusion(self, offer: Row, source: str, findings: Sequence[str]) -> Reason:
        conditions = self.conditions(offer, source, findings)
        states = {item.state for item in conditions}
        state: State = "not_met" if "not_met" in states else "open" if "open" in states else "met"
        pair = f'("{source}","{offer[0]}")'
        rests = {*self.rests.get((pair,), ())}
        if conditions:
            rests.update(self.rests.get((source,), ()))
        passed, codes = self.passed(offer, source)
        rests.update(codes)
        return self.reason(offer[2], source, conditions, True)._replace(
            interpretations=in_order(rests),
            state=state,
            passed=passed if codes or not conditions else "",
        )

    def passed(self, offer: Row, source: str) -> tuple[str, set[str]]:
        """Return why an exclusion without conditions lets an offer pass, and by what."""
        if (source, *offer) in self.possible["exempt"]:
            return f"what {offer[0]} offers is exempt", set()
        forgiven = [row[4:] for row in self.possible["forgiven"] if row[:4] == (source, *offer)]
        if not forgiven:
            return self.table.lets_pass.get(source, ""), set()
        words = self.table.words
        lines = words.names(sorted({line for _, line in forgiven}))
        names = words.names(sorted({str(name) for name, _ in forgiven}))
        found = self.possible["forgiven_by"]
        codes = {str(row[-1]) for row in found if row[:-1] == (source, offer[0])}
        return f"{offer[0]} allows {names} of line {lines} again", codes

    def conditions(self, offer: Row, source: str, findings: Iterable[str]) -> tuple[Condition, ...]:
        unmet, wanted = self.unmet.get(offer, {}), self.wanted.get(offer, {})
        return tuple(
            self.condition(
                offer[2],
                finding,
                wanted.get((source, finding), ()),
                unmet.get((source, finding), "met"),
            )._replace(interpretations=self.grouped("read_by").get((finding,), ()))
            for finding in sorted({*findings}, key=natural)
        )
