"""The derivation of one verdict as a picture."""

from __future__ import annotations

import os

from clingo import Control, String

from crcasp.program.files import program_directory
from crcasp.views.picture.drawing import digraph, shown, svg
from crcasp.views.tree import Node

PROGRAM = "picture/derivation.lp"


def derivation_svg(root: Node, *, alone: bool = False) -> str:
    """Return a tree as SVG; what several nodes rest on is drawn once.

    Args:
        root: the tree; see `crcasp.views.tree`.
        alone: whether it is a file of its own, which brings its style along.

    Raises:
        UsageError: clingraph or Graphviz is not installed.
    """
    control = Control(["--warn=none"])
    control.load(os.path.join(program_directory(), PROGRAM))
    control.add("base", [], _facts(root))
    control.ground([("base", [])])
    graph = digraph(shown(control), str)
    return svg(graph, f"Derivation, in words beside it: {root.text}", alone=alone)


def _facts(root: Node) -> str:
    numbers: dict[tuple[str, str], int] = {}
    facts: dict[str, None] = {}

    def visit(node: Node) -> int:
        key = (node.kind, node.text)
        if key not in numbers:
            number = numbers[key] = len(numbers)
            facts[f"drawn({number},{node.kind},{node.state},{String(node.text)})."] = None
        for child in node.children:
            facts[f"rests({numbers[key]},{visit(child)},{child.state})."] = None
        return numbers[key]

    visit(root)
    return "\n".join(facts)
