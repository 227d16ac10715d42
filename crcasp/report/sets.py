"""The recommendation sets, the statements behind them, and what speaks against the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crcasp.advice import Advice, Reason, RecommendationSet, Verdict
from crcasp.order import natural
from crcasp.text import deciding
from crcasp.wording import Wording


@dataclass(frozen=True, slots=True)
class Support:
    """A statement with the therapies that it supports here.

    Attributes:
        reason: the statement, what it needed and what met it.
        therapies: those that it supports.
    """

    reason: Reason
    therapies: tuple[str, ...]


def supports(sets: Iterable[RecommendationSet], advice: Advice) -> list[Support]:
    """Return the statements behind some sets, in the table's order."""
    names = dict.fromkeys(name for chosen in sets for name in chosen.therapies)
    found: dict[Reason, list[str]] = {}
    for name in names:
        for reason in advice.therapies[name].because:
            found.setdefault(reason, []).append(name)
    ordered = sorted(found.items(), key=lambda item: natural(item[0].statement))
    return [Support(reason, tuple(therapies)) for reason, therapies in ordered]


def left_out(advice: Advice, wording: Wording) -> list[tuple[str, str]]:
    """Return the excluded therapies, grouped by the one reason that decides."""
    groups: dict[str, list[str]] = {}
    for name, verdict in advice.therapies.items():
        if verdict.against:
            groups.setdefault(deciding(verdict, wording), []).append(name)
    return [(wording.names(names), reason) for reason, names in groups.items()]


def interpretations(
    advice: Advice, texts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return the choices that the answer relies on, each with its text."""
    used = {name for chosen in advice.sets for name in chosen.interpretations}
    used |= {name for finding in advice.findings for name in finding.interpretations}
    for verdict in advice.therapies.values():
        used |= _relied(verdict)
    return [(name, texts.get(name, "")) for name in sorted(used, key=natural)]


def _relied(verdict: Verdict) -> set[str]:
    sources: Sequence[tuple[str, ...]] = [item.interpretations for item in verdict.because]
    against = [item.interpretations for item in verdict.against]
    return {name for names in (*sources, *against) for name in names}
