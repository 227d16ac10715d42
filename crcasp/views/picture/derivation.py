"""The derivation of one verdict as a picture: from the therapy down to the patient's own facts."""

from __future__ import annotations

from typing import NamedTuple

from crcasp.program.wording import Wording
from crcasp.results.advice import Condition, Reason
from crcasp.results.explanation import Explanation
from crcasp.views import phrases
from crcasp.views.frame import rules_of
from crcasp.views.picture.dot import digraph, node, svg

LINES = {"met": "solid", "not_met": "dashed", "open": "dotted"}
LOOK = ("ranksep=0.35, nodesep=0.16", 'margin="0.16,0.08"', "arrowsize=0.7")
PASSED = {"met": "lets it pass", "not_met": "bars it", "open": "may bar it"}
APPLIES = {"met": "applies", "not_met": "does not apply", "open": "may apply"}
STATES = {"eligible": "met", "undetermined": "open"}


class Node(NamedTuple):
    """What is concluded, and what it rests on.

    Attributes:
        kind: therapy, statement, exclusion, finding or fact.
        text: in words.
        state: met, not_met or open.
        children: what it rests on.
    """

    kind: str
    text: str
    state: str
    children: tuple[Node, ...] = ()


def derivation_dot(explanation: Explanation) -> str:
    """Return the derivation of a verdict for Graphviz."""
    return _tree_dot(tree(explanation))


def derivation_svg(explanation: Explanation, *, alone: bool = True) -> str:
    """Return the derivation of a verdict as SVG; `alone` is a file that brings its style along.

    Raises:
        NotInstalledError: Graphviz is not.
    """
    root = tree(explanation)
    return svg(_tree_dot(root), f"Derivation, in words beside it: {root.text}", alone=alone)


def tree(explanation: Explanation) -> Node:
    """Return the derivation of a verdict."""
    words = rules_of(explanation.provenance).words
    graded = f", {explanation.grade}" if explanation.grade else ""
    text = f"{words.name(explanation.therapy)}: {explanation.status or 'no verdict'}{graded}"
    state = STATES.get(str(explanation.status), "not_met")
    return Node("therapy", text, state, tuple(_way(way, words) for way in explanation.ways))


def _way(way: Reason, words: Wording) -> Node:
    children = [_condition(item, words) for item in way.conditions]
    children += [_exclusion(item, words) for item in way.exclusions or ()]
    codes = phrases.coded(way.interpretations)
    text = f"{way.statement} {APPLIES[way.state]}: {way.text}{phrases.cited(way.references)}{codes}"
    return Node("statement", text, way.state, tuple(children))


def _exclusion(reason: Reason, words: Wording) -> Node:
    said = reason.text if reason.conditions else reason.passed
    codes = phrases.coded(reason.interpretations)
    text = f"{reason.exclusion} {PASSED[reason.state]}: {said}{codes}"
    children = tuple(_condition(item, words) for item in reason.conditions)
    return Node("exclusion", text, reason.state, children)


def _condition(item: Condition, words: Wording) -> Node:
    said = words.said(item.finding, [item.value]) if item.value is not None else "not known"
    needs = "" if item.state == "met" else f"; needs {phrases.needed(item, words)}"
    text = f"{said}{needs}{phrases.coded(item.interpretations)}"
    return Node("finding", text, item.state, tuple(Node("fact", f, "met") for f in item.facts))


def _tree_dot(root: Node) -> str:
    """Return a tree for Graphviz; what several nodes rest on is drawn once."""
    names: dict[object, str] = {}
    nodes: list[str] = []
    edges: dict[str, None] = {}

    def visit(item: Node) -> str:
        key = item if item.kind == "statement" else (item.kind, item.text)
        if key not in names:
            names[key] = f"n{len(names)}"
            nodes.append(node(names[key], item.kind, item.text, item.state))
        for child in item.children:
            look = f'style={LINES[child.state]}, class="{child.state}"'
            edges[f"{visit(child)} -> {names[key]} [{look}];"] = None
        return names[key]

    bold = f"{visit(root)} [style=bold];"
    return digraph([*nodes, bold, *edges], *LOOK)
