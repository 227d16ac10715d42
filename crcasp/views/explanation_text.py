"""An explanation for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crcasp.program.wording import Wording, listed
from crcasp.results.explanation import Change, Explanation, Way
from crcasp.views.tree import tree, tree_text
from crcasp.views.wording import BULLET, CLOSING, SCOPE, entry

NOTHING = "nothing of this patient, but the table itself"


def explanation_text(explanation: Explanation, labels: Mapping[str, str], width: int = 80) -> str:
    """Return an explanation as text.

    Args:
        explanation: what was found.
        labels: names for a person, from the program.
        width: columns to wrap to.
    """
    return "\n".join(_lines(explanation, Wording(labels), max(width, 40))) + "\n"


def _lines(explanation: Explanation, wording: Wording, width: int) -> Iterator[str]:
    yield from tree_text(tree(explanation, wording), width)
    for remark in remarks(explanation):
        yield ""
        yield from entry("", remark, width, 0)
    if explanation.changes:
        yield ""
        yield "What would make it eligible"
        for changes in explanation.changes:
            text = listed([change_text(change, wording) for change in changes])
            yield from entry("  -", text, width, BULLET)
    elif explanation.status != "eligible" and explanation.ways:
        yield ""
        barred = listed(list(explanation.barred_by)) or NOTHING
        text = f"No finding would make it eligible; what bars it: {barred}."
        yield from entry("", text, width, 0)
    yield ""
    yield from entry("", CLOSING, width, 0)


def remarks(explanation: Explanation) -> Iterator[str]:
    """Yield what must be said of a verdict as a whole."""
    if not explanation.in_scope:
        yield SCOPE
    if not explanation.ways:
        yield "No statement of the table offers it."
    elif all(map(_other_line, explanation.ways)):
        yield "No statement for this line of therapy offers it."


def _other_line(way: Way) -> bool:
    return any(check.finding == "line" and check.state == "unmet" for check in way.checks)


def change_text(change: Change, wording: Wording) -> str:
    """Return a change in words."""
    now = wording.name(change.value)
    return f"{wording.name(change.finding)}: {wording.names(change.to, 'or')} (now {now})"
