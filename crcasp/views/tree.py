"""The derivation of a verdict as a tree: from the patient's own facts to the therapy."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from crcasp.program.wording import Wording, listed
from crcasp.results.explanation import Check, Explanation, Passage, Way
from crcasp.views.wording import NO_VERDICT

PASSED = {"met": "passed", "unmet": "bars it", "unknown": "may bar it"}
HOLDS = {"met": "holds", "unmet": "does not hold", "unknown": "may hold"}


class Node(NamedTuple):
    """What is concluded, and what it rests on.

    Attributes:
        kind: "therapy", "statement", "exclusion", "finding" or "fact".
        text: what it says.
        state: "met", "unmet" or "unknown".
        children: what it rests on.
    """

    kind: str
    text: str
    state: str
    children: tuple[Node, ...] = ()


def tree(explanation: Explanation, wording: Wording) -> Node:
    """Return the tree of an explanation."""
    graded = f", grade {explanation.grade}" if explanation.grade else ""
    states = {"eligible": "met", "excluded": "unmet", "undetermined": "unknown"}
    return Node(
        "therapy",
        f"{wording.name(explanation.therapy)}: {explanation.status or NO_VERDICT}{graded}",
        states.get(str(explanation.status), "unmet"),
        tuple(_way(way, wording) for way in explanation.ways),
    )


def _way(way: Way, wording: Wording) -> Node:
    references = f" [{', '.join(map(str, way.references))}]" if way.references else ""
    relied = f"; by {', '.join(way.interpretations)}" if way.interpretations else ""
    idle = [item.exclusion for item in way.passages if not item.checks]
    children = [_check(check, wording) for check in way.checks]
    children += [_passage(item, wording) for item in way.passages if item.checks]
    if idle:
        them = "them" if len(idle) > 1 else "it"
        text = f"{listed(idle)} passed: nothing in the patient's facts concerns {them}"
        children.append(Node("exclusion", text, "met"))
    text = f"statement {way.statement} {HOLDS[way.state]}: {way.text}{references}{relied}"
    return Node("statement", text, way.state, tuple(children))


def _passage(passage: Passage, wording: Wording) -> Node:
    relied = f"; by {', '.join(passage.interpretations)}" if passage.interpretations else ""
    text = f"{passage.exclusion} {PASSED[passage.state]}: {passage.text}{relied}"
    checks = tuple(_check(check, wording) for check in passage.checks)
    return Node("exclusion", text, passage.state, checks)


def _check(check: Check, wording: Wording) -> Node:
    relied = f"; by {', '.join(check.interpretations)}" if check.interpretations else ""
    needs = ""
    if check.state != "met" and check.needs and check.needs != ("yes",):
        needs = f", needs {wording.names(check.needs, 'or')}"
    found = f"{wording.name(check.finding)}: {wording.name(check.value)}"
    facts = tuple(Node("fact", fact, "met") for fact in check.facts)
    not_met = "not met: " if check.state == "unmet" else ""  # of an unknown one the value says so
    return Node("finding", f"{not_met}{found}{needs}{relied}", check.state, facts)


def tree_text(node: Node, width: int, stem: str = "", last: bool | None = None) -> Iterator[str]:
    """Yield the lines of a tree, drawn with plain characters and wrapped to a width."""
    branch = "" if last is None else "`- " if last else "|- "
    below = "" if last is None else "   " if last else "|  "
    beside = "|  " if node.children else "   "
    yield from textwrap.wrap(
        node.text,
        width,
        initial_indent=stem + branch,
        subsequent_indent=stem + below + beside,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for index, child in enumerate(node.children):
        yield from tree_text(child, width, stem + below, index == len(node.children) - 1)


SHAPES = {
    "therapy": "box, style=bold",
    "statement": "box",
    "exclusion": "octagon",
    "finding": "ellipse",
    "fact": "note",
}
LINES = {"met": "solid", "unmet": "dashed", "unknown": "dotted"}


def tree_dot(root: Node) -> str:
    """Return a tree for Graphviz; what several nodes rest on is drawn once."""
    names: dict[object, str] = {}
    nodes: list[str] = []
    edges: dict[str, None] = {}

    def visit(node: Node) -> str:
        key = node if node.kind == "statement" else (node.kind, node.text)
        if key not in names:
            names[key] = f"n{len(names)}"
            label = "\\n".join(map(_quoted, textwrap.wrap(node.text, 32)))
            nodes.append(f'  {names[key]} [shape={SHAPES[node.kind]}, label="{label}"];')
        for child in node.children:
            edges[f"  {visit(child)} -> {names[key]} [style={LINES[child.state]}];"] = None
        return names[key]

    visit(root)
    lines = ["digraph explanation {", "  rankdir=RL;", '  node [fontname="sans-serif"];']
    return "\n".join([*lines, *nodes, *edges, "}"]) + "\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
