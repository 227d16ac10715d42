"""An explanation in words: a tree from the therapy down to the patient's own facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crcasp.program.wording import Wording, listed
from crcasp.results.advice import Condition, Reason
from crcasp.results.explanation import Change, Explanation
from crcasp.views.wording import NO_VERDICT, SCOPE, by, cited, lowering, needs

PASSED = {"met": "passed", "not_met": "bars it", "open": "may bar it"}
HOLDS = {"met": "applies", "not_met": "does not apply", "open": "may apply"}
STATES = {"eligible": "met", "undetermined": "open"}


class Node(NamedTuple):
    """What is concluded, and what it rests on."""

    kind: str  # therapy, statement, exclusion, finding or fact
    text: str
    state: str  # met, not_met or open
    children: tuple[Node, ...] = ()


def tree(explanation: Explanation, words: Wording) -> Node:
    """Return the tree of an explanation."""
    graded = f", grade {explanation.grade}" if explanation.grade else ""
    text = f"{words.name(explanation.therapy)}: {explanation.status or NO_VERDICT}{graded}"
    state = STATES.get(str(explanation.status), "not_met")
    return Node("therapy", text, state, tuple(_way(way, words) for way in explanation.ways))


def _way(way: Reason, words: Wording) -> Node:
    children = [_condition(item, words) for item in way.conditions]
    children += [_exclusion(item, words) for item in way.exclusions or () if item.conditions]
    idle = [str(item.exclusion) for item in way.exclusions or () if not item.conditions]
    if idle:
        them = "them" if len(idle) > 1 else "it"
        text = f"{listed(idle)} passed: nothing in the patient's facts concerns {them}"
        children.append(Node("exclusion", text, "met"))
    said = f"{way.text}{cited(way.references)}{by(way.interpretations, '; ')}"
    text = f"statement {way.statement} {HOLDS[way.state]}: {said}"
    return Node("statement", text, way.state, tuple(children))


def _exclusion(reason: Reason, words: Wording) -> Node:
    said = f"{reason.text}{by(reason.interpretations, '; ')}"
    text = f"{reason.exclusion} {PASSED[reason.state]}: {said}"
    return Node(
        "exclusion",
        text,
        reason.state,
        tuple(_condition(item, words) for item in reason.conditions),
    )


def _condition(item: Condition, words: Wording) -> Node:
    not_met = "not met: " if item.state == "not_met" else ""  # of an unknown one the value says so
    wanted = "" if item.state == "met" else needs(item, words)
    found = f"{not_met}{words.name(item.finding)}: {words.name(item.value)}{wanted}"
    text = f"{found}{by(item.interpretations, '; ')}"
    return Node("finding", text, item.state, tuple(Node("fact", f, "met") for f in item.facts))


def remarks(explanation: Explanation, words: Wording) -> Iterator[str]:
    """Yield what must be said of a verdict as a whole."""
    if not explanation.in_scope:
        yield SCOPE
    if not explanation.ways:
        yield "No statement of the table offers it."
    elif all(_other_line(way) for way in explanation.ways):
        yield "No statement for this line of therapy offers it."
    for reason in explanation.lowered:
        yield f"No higher grade: {lowering(reason, words)}"


def _other_line(way: Reason) -> bool:
    return any(item.finding == "line" and item.state == "not_met" for item in way.conditions)


def changes(explanation: Explanation, words: Wording) -> list[str]:
    """Return what would make it eligible: each of these is enough."""

    def said(item: Change) -> str:
        to, now = words.names(item.to, "or"), words.name(item.value)
        return f"{words.name(item.finding)}: {to} (now {now})"

    return [listed([said(item) for item in items]) for items in explanation.changes]


def barred(explanation: Explanation) -> str:
    """Return what bars a therapy that no finding would make eligible; "" of any other."""
    if explanation.changes or explanation.status == "eligible" or not explanation.ways:
        return ""
    why = listed(explanation.barred_by) or "nothing of this patient, but the table itself"
    return f"No finding would make it eligible; what bars it: {why}."
