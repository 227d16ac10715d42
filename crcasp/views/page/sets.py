"""The recommendation sets, the statements behind them, and what speaks against the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crcasp.program.terms import natural
from crcasp.program.wording import Wording
from crcasp.results.advice import Advice, Reason, RecommendationSet, Verdict
from crcasp.views.advice_text import deciding, other_line


@dataclass(frozen=True, slots=True)
class Support:
    """A statement with the therapies that it supports here.

    Attributes:
        reason: the statement, what it needed and what met it.
        therapies: those that it supports.
    """

    reason: Reason
    therapies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Interpretations that something relies on, each with its text."""

    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The sets of one first therapy.

    Attributes:
        first: the therapy that stands first.
        beside: with what it stands; () where it stands alone.
        grade: the grade of all these sets.
        reasons: the statements that support it.
        interpretations: what those that stand together rely on.
    """

    first: str
    beside: tuple[tuple[str, ...], ...]
    grade: str
    reasons: tuple[Reason, ...]
    interpretations: tuple[str, ...]


def rows(sets: Iterable[RecommendationSet], advice: Advice) -> list[Row]:
    """Return sets as rows, one for each first therapy and grade."""
    groups: dict[tuple[str, str], list[RecommendationSet]] = {}
    for chosen in sets:
        groups.setdefault((chosen.therapies[0], chosen.grade), []).append(chosen)
    return [
        Row(
            first,
            tuple(chosen.therapies[1:] for chosen in items),
            grade,
            advice.therapies[first].because,
            tuple(dict.fromkeys(name for chosen in items for name in chosen.interpretations)),
        )
        for (first, grade), items in groups.items()
    ]


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


def interpretations(advice: Advice, texts: Mapping[str, str]) -> list[Choices]:
    """Return the choices that the answer relies on, in groups with their titles."""
    chosen = {name for item in advice.preferred for name in item.interpretations}
    chosen |= {
        name for item in advice.preferred for why in item.because for name in why.interpretations
    }
    read = {name for finding in advice.findings for name in finding.interpretations} - chosen
    others = {
        name
        for verdict in advice.therapies.values()
        for name in _relied(verdict)
        if name not in chosen | read
    }
    groups = (
        ("For the preferred sets", chosen),
        ("For the findings of this patient", read),
        ("For other therapies only", others),
    )
    return [
        Choices(title, tuple((name, texts.get(name, "")) for name in sorted(names, key=natural)))
        for title, names in groups
        if names
    ]


def _relied(verdict: Verdict) -> set[str]:
    """Return what a verdict relies on; a statement for another line is not gone into."""
    sources = [item.interpretations for item in verdict.because]
    sources += [item.interpretations for item in verdict.against if not other_line(item)]
    return {name for names in sources for name in names}
