"""A comparison in words: both sides, and the differences by kind."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.wording import Wording
from crcasp.results.advice import Advice
from crcasp.results.comparison import Comparison, Difference, Kind
from crcasp.views.wording import grouped

SAME = "Every therapy has the same verdict and grade."
TITLES: dict[Kind, str] = {
    "gained": "Gained",
    "lost": "Lost",
    "raised": "Raised",
    "lowered": "Lowered",
    "opened": "No longer excluded, but undetermined",
    "ruled_out": "Undetermined before, excluded now",
}


def sides(comparison: Comparison) -> list[tuple[str, tuple[str, ...], Advice]]:
    """Return both answers, each with its title and the facts that it alone rests on."""
    return [
        ("Before", comparison.without, comparison.before),
        ("After", comparison.added, comparison.after),
    ]


def differences(
    comparison: Comparison, words: Wording
) -> Iterator[tuple[str, list[tuple[str, Difference]]]]:
    """Yield the title of each kind with its therapies, together where they differ alike."""
    for kind, title in TITLES.items():
        alike = grouped((_but_therapy(item), item) for item in comparison.of(kind)).values()
        if alike:
            yield title, [(words.names(item.therapy for item in same), same[0]) for same in alike]


def _but_therapy(item: Difference) -> tuple[object, ...]:
    return item.before, item.after, item.grades, item.because_with, item.because_without
