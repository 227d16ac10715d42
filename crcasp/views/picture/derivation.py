"""The derivation of one verdict as a picture."""

from __future__ import annotations

from crcasp.program.wording import Wording
from crcasp.results.explanation import Explanation
from crcasp.views.groups.explanation import Node, tree
from crcasp.views.picture.dot import digraph, node, svg

LINES = {"met": "solid", "not_met": "dashed", "open": "dotted"}
LOOK = ("ranksep=0.35, nodesep=0.16", 'margin="0.16,0.08"', "arrowsize=0.7")


def derivation_dot(explanation: Explanation, words: Wording) -> str:
    """Return the tree of an explanation for Graphviz."""
    return tree_dot(tree(explanation, words))


def derivation_svg(explanation: Explanation, words: Wording, *, alone: bool = True) -> str:
    """Return the tree of an explanation as SVG; `alone` is a file that brings its style along.

    Raises:
        NotInstalledError: Graphviz is not.
    """
    root = tree(explanation, words)
    return svg(tree_dot(root), f"Derivation, in words beside it: {root.text}", alone=alone)


def tree_dot(root: Node) -> str:
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
