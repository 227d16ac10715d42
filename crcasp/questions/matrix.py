"""Every therapy against the findings that decide it, for the page of one patient."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.terms import Row, Word, natural
from crcasp.questions.decoder import AdviceDecoder
from crcasp.questions.patient import Patient
from crcasp.results.advice import State
from crcasp.results.matrix import Turns

LIMITS = "limits of the patient"  # columns that gather several findings
STOPS = "why earlier lines stopped"
WORST: tuple[State, ...] = ("met", "open", "not_met")


def turns(patient: Patient) -> Turns:
    """Return what the therapies turn on for a patient that was read.

    Of an eligible therapy the offers that apply, of an undetermined one those that may, of an
    excluded one those of this line that fail on the fewest findings, or else the line alone.
    """
    decoder = _Matrix(patient.completions(), patient.engine.table)
    states: dict[tuple[str, str], State] = {}
    wants: dict[tuple[str, str], set[str]] = {}
    for therapy in decoder.offers:
        for finding, state, needs in decoder.cells(therapy):
            column = STOPS if finding.startswith("stopped(") else finding
            column = LIMITS if "allowed" in needs else column
            key = str(therapy), column
            states[key] = max(state, states.get(key, "met"), key=WORST.index)
            if column != LIMITS:
                wants.setdefault(key, set()).update(needs)
    return Turns(
        words=decoder.table.words,
        values={str(finding): value for finding, value in decoder.values.items()},
        shown={str(finding): decoder.facts(str(finding)) for (finding,) in decoder.shown},
        states=states,
        wants={key: tuple(sorted(values, key=natural)) for key, values in wants.items()},
    )


class _Matrix(AdviceDecoder):
    def cells(self, therapy: Word) -> Iterator[tuple[str, State, tuple[str, ...]]]:
        """Yield each finding that the verdict turns on, its state and what would do."""
        for offer in self._shown(therapy):
            unmet, wanted = self.unmet.get(offer, {}), self.wanted.get(offer, {})
            for key in {**wanted, **unmet}:
                yield str(key[1]), unmet.get(key, "met"), wanted.get(key, ())

    def _shown(self, therapy: Word) -> list[Row]:
        offers = self.offers[therapy]
        applying = self.certain if therapy in self.eligible else self.possible
        found = [offer for offer in offers if offer in applying["applies"]]
        if found:
            return found
        lacks = {offer: self._lacks(offer) for offer in offers}
        fewest = min(lacks.values())
        return [offer for offer in offers if lacks[offer] == fewest]

    def _lacks(self, offer: Row) -> tuple[bool, int]:
        unmet = self.unmet.get(offer, {})
        return (offer[0], "line") in unmet, len(unmet)
