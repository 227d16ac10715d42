"""Graphs as DOT, and from DOT to SVG by Graphviz; the colors are left to a style sheet."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from collections.abc import Iterable

from crcasp.errors import NotInstalledError, UsageError

STYLE = os.path.join(os.path.dirname(__file__), "picture.css")
WIDTH = 34  # columns of a label
PATIENCE = 120  # seconds for Graphviz
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "\\\\"}
FONT = 'fontname="Helvetica,Arial,sans-serif"'
SHAPES = {
    "therapy": "shape=box",
    "statement": "shape=box",
    "exclusion": "shape=octagon",
    "finding": "shape=box, style=rounded",
    "fact": "shape=note",
}


def label(text: str) -> str:
    """Return a text as a label, wrapped, and harmless whatever it holds."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, WIDTH, break_on_hyphens=False) or [""]
    return '"' + "\\n".join("".join(ENTITIES.get(c, c) for c in line) for line in lines) + '"'


def node(name: str, kind: str, text: str, state: str = "") -> str:
    """Return a node of a kind in `SHAPES`, whose class is the kind and the state."""
    return f'{name} [{SHAPES[kind]}, class="{f"{kind} {state}".rstrip()}", label={label(text)}];'


def digraph(body: Iterable[str], graph: str, nodes: str, edges: str) -> str:
    """Return a graph from left to right, with further attributes of it, its nodes and edges."""
    look = [
        f'graph [rankdir=LR, bgcolor="transparent", {graph}];',
        f"node [{FONT}, fontsize=12, {nodes}];",
        f"edge [{FONT}, {edges}];",
    ]
    return "\n  ".join(["digraph crcasp {", *look, *body]) + "\n}\n"


def style() -> str:
    """Return the style sheet of pictures."""
    with open(STYLE, encoding="utf-8") as file:
        return file.read()


def svg(dot: str, name: str, *, alone: bool) -> str:
    """Return a graph as SVG.

    Args:
        dot: the graph.
        name: what a reader who does not see it is told instead.
        alone: whether it is a file of its own, which brings its style along.

    Raises:
        NotInstalledError: Graphviz is not.
        UsageError: it fails, or takes too long.
    """
    try:
        run = subprocess.run(
            ["dot", "-Tsvg"], input=dot.encode(), capture_output=True, timeout=PATIENCE
        )
    except OSError:
        command = "apt-get install graphviz, or as graphviz.org says"
        raise NotInstalledError("A picture", "the program dot of Graphviz", command) from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"dot did not draw this in {PATIENCE} s: ask for --format dot.") from None
    if run.returncode:
        said = " ".join(run.stderr.decode(errors="replace").split())
        raise UsageError(f"dot cannot draw this: {said or f'status {run.returncode}'}.")
    text = run.stdout.decode()
    text = text[text.index("<svg") :]
    # Of several pictures on one page the identifiers would clash; nothing refers to them.
    text = re.sub(r' id="[^"]*"| xmlns(:\w+)?="[^"]*"| (xlink:)?href="[^"]*"', "", text)
    text = re.sub(r"<title>.*?</title>\n?|<!--.*?-->\n?", "", text, flags=re.DOTALL)
    said = re.sub(r'[&<>"]', lambda found: f"&#{ord(found[0])};", name)
    look = (
        'xmlns="http://www.w3.org/2000/svg" class="picture alone"' if alone else 'class="picture"'
    )
    text = text.replace("<svg", f'<svg role="img" aria-label="{said}" {look}', 1)
    return text.replace(">", f">\n<style>{style()}</style>", 1) if alone else text
