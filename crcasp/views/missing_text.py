"""What is missing, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crcasp.program.wording import Wording
from crcasp.results.missing import Missing, MissingFinding
from crcasp.views.wording import BULLET, CLOSING, SCOPE, entry


def missing_text(missing: Missing, labels: Mapping[str, str], width: int = 80) -> str:
    """Return what is missing as text.

    Args:
        missing: what was found.
        labels: names for a person, from the program.
        width: columns to wrap to.
    """
    return "\n".join(_lines(missing, Wording(labels), max(width, 40))) + "\n"


def _lines(missing: Missing, wording: Wording, width: int) -> Iterator[str]:
    if not missing.in_scope:
        yield from entry("", SCOPE, width, 0)
    elif not missing.findings:
        yield from entry("", "Nothing is missing that could change the answer.", width, 0)
    for index, finding in enumerate(missing.findings):
        if index:
            yield ""
        yield from _finding(finding, wording, width)
    yield ""
    yield from entry("", CLOSING, width, 0)


def _finding(finding: MissingFinding, wording: Wording, width: int) -> Iterator[str]:
    yield from entry("", wording.name(finding.finding), width, 0)
    if finding.decides:
        yield from entry("  decides", f"{wording.names(finding.decides)}", width)
    if finding.raises:
        yield from entry("  raises", f"{wording.names(finding.raises)}", width)
    yield "  preferred sets if it is"
    values: dict[str, list[str]] = {}
    for outcome in finding.outcomes:
        sets = [" with ".join(map(wording.name, chosen)) for chosen in outcome.preferred]
        found = f"{'; '.join(sets)} ({outcome.grade})" if sets else "none"
        values.setdefault(found, []).append(outcome.value)
    for found, names in values.items():
        yield from entry("  -", f"{wording.names(names, 'or')}: {found}", width, BULLET)
