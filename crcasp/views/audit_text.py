"""The audit for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crcasp.program.terms import natural
from crcasp.program.wording import Wording, listed
from crcasp.results.audit import Audit, Gap, Property
from crcasp.views.wording import BULLET, CLOSING, entry

RESULT = 20  # columns for a result and the time it took


def audit_text(audit: Audit, labels: Mapping[str, str], width: int = 80) -> str:
    """Return the audit as text.

    Args:
        audit: what was proved and found.
        labels: names for a person, from the program.
        width: columns to wrap to.
    """
    return "\n".join(_lines(audit, Wording(labels), max(width, 40))) + "\n"


def _lines(audit: Audit, wording: Wording, width: int) -> Iterator[str]:
    scope = (
        "all patients there can be: any findings, known or not, histories of up to "
        f"{audit.lines} lines, any limits; {audit.seconds:.1f} s."
    )
    yield from entry("Audit", scope, width)
    for title, must_hold in (("Must hold", True), ("Asked", False)):
        yield ""
        yield title
        for item in audit.properties:
            if item.must_hold == must_hold:
                yield from _property(item, wording, width)
    if audit.gaps:
        yield ""
        text = (
            "beyond first line and without limits, a patient has no set exactly if each of these "
            "statements supports nothing, which is so if one of its descriptions fits:"
        )
        yield from entry("Gaps", text, width)
        for gap in audit.gaps:
            yield from _gap(gap, width)
    yield ""
    verdict = "everything that must hold was proved" if audit.holds else "the table is at fault"
    yield from entry("Result", f"{verdict}.", width)
    yield ""
    yield from entry("", CLOSING, width, 0)


def _property(item: Property, wording: Wording, width: int) -> Iterator[str]:
    timed = f"  {item.result:8} {item.seconds:6.2f} s"
    if item.result != "found":
        yield from entry(timed, item.text, width, RESULT)
        for name in item.items:
            yield from entry("", f"- no patient: {wording.name(name)}", width, RESULT)
        if item.result == "refuted":
            for example in item.examples:
                if example.item is None:
                    facts = str(example) or "nothing is known"
                    yield from entry("", f"- smallest patient: {facts}", width, RESULT)
        return
    names = ", ".join(f"{key} ({text})" if text else key for key, text in grouped(item, wording))
    yield from entry(timed, f"{item.text}: {names or 'none'}.", width, RESULT)


def grouped(item: Property, wording: Wording) -> list[tuple[str, str]]:
    """Return the items; of those such as `therapy: 1 and 2`, the therapies by what follows."""
    groups: dict[str, list[str]] = {}
    for name in item.items:
        first, colon, rest = name.partition(": ")
        groups.setdefault(rest if colon else first, []).extend([first] if colon else [])
    return [
        (key, listed([wording.name(name) for name in groups[key]]))
        for key in sorted(groups, key=natural)
    ]


def _gap(gap: Gap, width: int) -> Iterator[str]:
    names = listed([gap.statement, *gap.others])
    either = "; or ".join(", and ".join(features) for features in gap.descriptions)
    yield from entry("  -", f"{names}: {either}", width, BULLET)
