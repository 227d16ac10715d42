"""An explanation in words: a tree from the therapy down to the patient's own facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crcasp.program.wording import Wording, listed
from crcasp.results.explanation import Change, Check, Explanation, Passage, Way
from crcasp.views.wording import NO_VERDICT, SCOPE, by, cited, lowering, needs

PASSED = {"met": "passed", "unmet": "bars it", "unknown": "may bar it"}
HOLDS = {"met": "holds", "unmet": "does not hold", "unknown": "may hold"}
STATES = {"eligible": "met", "undetermined": "unknown"}


class Node(NamedTuple):
    """What is concluded, and what it rests on."""

    kind: str  # therapy, statement, exclusion, finding or fact
    text: str
    state: str  # met, unmet or unknown
    children: tuple[Node, ...] = ()


def tree(explanation: Explanation, words: Wording) -> Node:
    """Return the tree of an explanation."""
    graded = f", grade {explanation.grade}" if explanation.grade else ""
    text = f"{words.name(explanation.therapy)}: {explanation.status or NO_VERDICT}{graded}"
    state = STATES.get(str(explanation.status), "unmet")
    return Node("therapy", text, state, tuple(_way(way, words) for way in explanation.ways))


def _way(way: Way, words: Wording) -> Node:
    idle = [item.exclusion for item in way.passages if not item.checks]
    children = [_check(check, words) for check in way.checks]
    children += [_passage(item, words) for item in way.passages if item.checks]
    if idle:
        them = "them" if len(idle) > 1 else "it"
        text = f"{listed(idle)} passed: nothing in the patient's facts concerns {them}"
        children.append(Node("exclusion", text, "met"))
    relied = by(way.interpretations, "; ")
    said = f"{way.text}{cited(way.references)}{relied}"
    text = f"statement {way.statement} {HOLDS[way.state]}: {said}"
    return Node("statement", text, way.state, tuple(children))


def _passage(passage: Passage, words: Wording) -> Node:
    relied = by(passage.interpretations, "; ")
    text = f"{passage.exclusion} {PASSED[passage.state]}: {passage.text}{relied}"
    checks = tuple(_check(check, words) for check in passage.checks)
    return Node("exclusion", text, passage.state, checks)


def _check(check: Check, words: Wording) -> Node:
    not_met = "not met: " if check.state == "unmet" else ""  # of an unknown one the value says so
    found = f"{not_met}{words.name(check.finding)}: {words.name(check.value)}"
    wanted = "" if check.state == "met" else needs(check, words)
    text = f"{found}{wanted}{by(check.interpretations, '; ')}"
    return Node("finding", text, check.state, tuple(Node("fact", f, "met") for f in check.facts))


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


def _other_line(way: Way) -> bool:
    return any(check.finding == "line" and check.state == "unmet" for check in way.checks)


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
