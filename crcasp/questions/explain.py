"""Why a therapy is eligible or not, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from crcasp.program.grounding import Answer
from crcasp.program.table import Table
from crcasp.program.terms import Row, natural, word
from crcasp.program.wording import Wording
from crcasp.questions.counterfactual import Counterfactual
from crcasp.questions.decoder import Decoder, decode
from crcasp.questions.patient import Constants, Overlays, Patient, Source
from crcasp.questions.therapy import named
from crcasp.results.advice import Status
from crcasp.results.explanation import Change, Check, Explanation, Passage, State, Way
from crcasp.results.provenance import Provenance

CONDITIONS = "explain/conditions.lp"
CHANGES = "explain/changes.lp"


def explain(
    source: Source,
    therapy: str,
    *,
    overlays: Overlays = (),
    constants: Constants | None = None,
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
    therapy = str(word(target))
    answer, grounding = patient.fresh(CONDITIONS, text=f"target({target}).")
    table = patient.engine.table
    advice = decode(answer, table, tuple(patient.base.facts))
    verdict = advice.therapies.get(therapy)
    status: Status | None = "excluded" if advice.in_scope else None
    if verdict is not None:
        status = verdict.status
    ways = _WayDecoder(answer, table).all()
    changes: tuple[tuple[Change, ...], ...] = ()
    barred: tuple[str, ...] = ()
    if status != "eligible":
        known = {item.name: item.value for item in advice.findings if item.value is not None}
        variants = Counterfactual(patient, grounding, CHANGES, f"goal({target}).")
        if variants.reachable():
            changes = tuple(
                tuple(Change(name, known.get(name), to) for name, to in values.items())
                for values in variants.changes()
            )
        else:
            barred = variants.barred_by(_relevant(ways)) or _absent(ways, table.words)
    return Explanation(
        therapy=therapy,
        status=status,
        grade=None if verdict is None else verdict.grade,
        in_scope=advice.in_scope,
        ways=_shown(ways) if status == "eligible" else ways,
        changes=changes,
        barred_by=barred,
        lowered=() if verdict is None else verdict.lowered,
        provenance=Provenance.of(patient.base, patient.program),
    )


def _shown(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Return the ways that hold, or else those that let the therapy through together."""
    holding = tuple(way for way in ways if way.state == "met")
    return holding or tuple(way for way in ways if way.state == "unknown")


def _relevant(ways: Iterable[Way]) -> dict[str, int]:
    """Return the facts that unmet conditions rest on; those of exclusions weigh more."""
    weights: dict[str, int] = {}
    for way in ways:
        barring = [check for item in way.passages for check in item.checks]
        for weight, checks in ((1, way.checks), (2, barring)):
            for fact in (f for check in checks if check.state == "unmet" for f in check.facts):
                weights[fact] = max(weight, weights.get(fact, 0))
    return weights


def _absent(ways: Iterable[Way], words: Wording) -> tuple[str, ...]:
    """Return, in words, what is in the way although no fact shows it: what was not received.

    The line of therapy comes alone where it is in every way, so that it is not followed by
    all that would be different in another line.
    """
    absent = [
        {
            check.finding: f"{words.name(check.finding)}: {words.name(check.value)}"
            for check in way.checks
            if check.state == "unmet" and check.value is not None and not check.facts
        }
        for way in ways
    ]
    if absent and all("line" in found for found in absent):
        return (absent[0]["line"],)
    return tuple(sorted({text for found in absent for text in found.values()}, key=natural))


class _WayDecoder(Decoder):
    """Reads the atoms of `explain/conditions.lp`."""

    def __init__(self, answer: Answer, table: Table) -> None:
        super().__init__(answer, table)
        self.cited = self.grouped("cited")
        self.needs = self.grouped("asks_for")
        self.uses = self.grouped("uses")
        self.checked = self.grouped("checked")
        self.leads = self.grouped("leads")
        self.states: dict[Row, list[tuple[str, State]]] = {}
        for *source, finding, state in self.atoms("state"):
            self.states.setdefault(tuple(source), []).append((str(finding), _state(state)))

    def all(self) -> tuple[Way, ...]:
        """Return every way, in the table's order."""
        ordered = sorted(self.leads, key=lambda row: [natural(str(item)) for item in row])
        return tuple(self.way(way) for way in ordered)

    def way(self, way: Row) -> Way:
        statement = str(way[0])
        return Way(
            statement=statement,
            text=self.table.texts.get(statement, ""),
            references=self.table.references.get(statement, ()),
            interpretations=self.uses.get((*way, way[0]), ()),
            checks=self.checks((*way, way[0])),
            passages=tuple(self.passage((*way, name)) for name in self.checked.get(way, ())),
            state=_state(self.leads[way][0]),
        )

    def passage(self, source: Row) -> Passage:
        exclusion = str(source[-1])
        checks = self.checks(source)
        return Passage(
            exclusion=exclusion,
            text=self.table.exclusions.get(exclusion) or self.table.texts.get(exclusion, ""),
            interpretations=self.uses.get(source, ()),
            checks=checks,
            state=_joint([check.state for check in checks]),
        )

    def checks(self, source: Row) -> tuple[Check, ...]:
        states = sorted(self.states.get(source, ()), key=lambda item: natural(item[0]))
        return tuple(
            Check(
                finding=finding,
                needs=self.needs.get((*source, finding), ()),
                value=self.values.get(finding),
                facts=self.facts(finding, self.cited.get((*source, finding), ())),
                interpretations=self.read_by.get((finding,), ()),
                state=state,
            )
            for finding, state in states
        )


def _state(name: object) -> State:
    return cast(State, name)


def _joint(states: list[State]) -> State:
    """Return the state of what needs all of its parts."""
    if "unmet" in states:
        return "unmet"
    return "unknown" if "unknown" in states else "met"
