"""From the facts of a drawing to DOT and SVG, by clingraph and Graphviz."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from clingo import Control, Function, String, Symbol, SymbolType

from crcasp.errors import UsageError

if TYPE_CHECKING:
    from graphviz import Digraph

STYLE = os.path.join(os.path.dirname(__file__), "picture.css")
WIDTH = 34  # columns of a label
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "\\\\", '"': "&quot;"}

Naming = Callable[[Symbol], str]


def shown(control: Control) -> list[Symbol]:
    """Return what the one model of a grounded drawing program shows, in a fixed order."""
    with control.solve(yield_=True) as handle:
        for model in handle:
            return sorted(model.symbols(shown=True))
    return []


def digraph(facts: Iterable[Symbol], naming: Naming) -> Digraph:
    """Return the graph that the facts describe.

    Args:
        facts: graph, node, edge and attr as clingraph has them.
        naming: the words for a label that is no text.

    Raises:
        UsageError: clingraph is not installed.
    """
    try:
        from clingraph.graphviz import compute_graphs
        from clingraph.orm import Factbase
        from clorm import FactBase, unify
    except ImportError:
        raise UsageError(
            "Pictures need clingraph: install crcasp[graph], or ask for --format dot or text."
        ) from None
    base = Factbase()
    symbols = [_worded(fact, naming) for fact in facts]
    base.add_fb(FactBase(unify(base._unifiers, symbols, ordered=True)))
    return compute_graphs(base, graphviz_type="digraph")["default"]


def svg(graph: Digraph, name: str, *, alone: bool) -> str:
    """Return a graph as SVG.

    Args:
        graph: what is drawn.
        name: what a reader who does not see it is told instead.
        alone: whether it is a file of its own, which brings its style along.

    Raises:
        UsageError: Graphviz is not installed.
    """
    from graphviz import CalledProcessError, ExecutableNotFound

    try:
        text = graph.pipe(format="svg", encoding="utf-8")
    except ExecutableNotFound:
        raise UsageError(
            "Pictures need the program dot: install Graphviz, or ask for --format dot or text."
        ) from None
    except CalledProcessError as error:
        raise UsageError(f"dot cannot draw this: {error}.") from None
    text = text[text.index("<svg") :]
    # Of several pictures on one page the identifiers would clash; nothing refers to them.
    text = re.sub(r' id="[^"]*"', "", text)
    text = re.sub(r"<title>.*?</title>\n?|<!--.*?-->\n?", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"| (xlink:)?href="[^"]*"', "", text)
    label = re.sub(r'[&<>"]', lambda found: f"&#{ord(found[0])};", name)
    opened = f'<svg role="img" aria-label="{label}"'
    if not alone:
        return text.replace("<svg", f'{opened} class="picture"', 1)
    with open(STYLE, encoding="utf-8") as file:
        style = f"<style>{file.read()}</style>\n"
    namespace = ' xmlns="http://www.w3.org/2000/svg" class="picture alone"'
    text = text.replace("<svg", opened + namespace, 1)
    end = text.index(">", text.index("<svg")) + 1
    return f"{text[:end]}\n{style}{text[end:].lstrip()}"


def _worded(fact: Symbol, naming: Naming) -> Symbol:
    """Return a fact with its label in words, wrapped, and harmless in DOT."""
    if fact.name != "attr" or fact.arguments[2].arguments[:1] != [Function("label")]:
        return fact
    *others, value = fact.arguments
    text = value.string if value.type is SymbolType.String else naming(value)
    lines = [
        part
        for line in text.splitlines() or [""]
        for part in (
            textwrap.wrap(line, WIDTH, break_on_hyphens=False) if len(line) > WIDTH else [line]
        )
    ]
    escaped = "\n".join("".join(ENTITIES.get(sign, sign) for sign in line) for line in lines)
    return Function("attr", [*others, String(escaped)])
