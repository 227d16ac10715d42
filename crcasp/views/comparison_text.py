"""A comparison for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crcasp.program.wording import Wording
from crcasp.results.comparison import KINDS, Comparison, Difference
from crcasp.views.wording import BULLET, CLOSING, NO_VERDICT, SCOPE, entry

TITLES = {
    "gained": "Gained",
    "lost": "Lost",
    "raised": "Raised",
    "lowered": "Lowered",
    "opened": "No longer excluded, but undetermined",
    "ruled_out": "Undetermined before, excluded now",
}


def comparison_text(comparison: Comparison, labels: Mapping[str, str], width: int = 80) -> str:
    """Return a comparison as text.

    Args:
        comparison: what differs.
        labels: names for a person, from the program.
        width: columns to wrap to.
    """
    return "\n".join(_lines(comparison, Wording(labels), max(width, 40))) + "\n"


def _lines(comparison: Comparison, wording: Wording, width: int) -> Iterator[str]:
    for title, facts in (("Before", comparison.without), ("After", comparison.added)):
        yield from entry(title, f"{', '.join(facts) or 'no fact of its own'}.", width)
    for kind in KINDS:
        found = comparison.of(kind)
        if found:
            yield ""
            yield TITLES[kind]
        groups: dict[tuple[str, str], list[str]] = {}
        for item in found:
            groups.setdefault((_change(item), _because(item)), []).append(item.therapy)
        for (change, because), therapies in groups.items():
            text = f"{wording.names(therapies)}: {change}{because}"
            yield from entry("  -", text, width, BULLET)
    if not comparison.differences:
        yield ""
        yield from entry("", "Every therapy has the same verdict and grade.", width, 0)
    yield ""
    for title, advice in (("Before", comparison.before), ("After", comparison.after)):
        if not advice.in_scope:
            yield from entry(title, SCOPE, width)
            continue
        sets = [" with ".join(map(wording.name, chosen.therapies)) for chosen in advice.preferred]
        grade = f" ({advice.preferred[0].grade})" if sets else ""
        yield from entry(title, f"preferred: {'; '.join(sets) or 'no set'}{grade}.", width)
    yield ""
    yield from entry("", CLOSING, width, 0)


def _change(item: Difference) -> str:
    if item.kind in ("raised", "lowered"):
        return f"{item.grades[0]} before, {item.grades[1]} now"
    before, after = (
        f"{status}, {grade}" if grade else status or NO_VERDICT
        for status, grade in zip((item.before, item.after), item.grades, strict=True)
    )
    return f"{before} before, {after} now"


def _because(item: Difference) -> str:
    parts = []
    if item.because_with:
        parts.append(f"with {', '.join(item.because_with)}")
    if item.because_without:
        parts.append(f"without {', '.join(item.because_without)}")
    return f"; {' and '.join(parts)}" if parts else ""
