"""The whole table as a map."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import Row, grouped, natural
from crcasp.program.wording import Wording, listed
from crcasp.views.picture.dot import FONT, digraph, label, node, svg

PROGRAM = "picture/map.lp"
NAME = "Map of the table: findings, the statements that need them, the therapies offered"
LOOK = ("ranksep=0.7, nodesep=0.1", 'margin="0.14,0.06"', "fontsize=10, arrowsize=0.6")


def map_dot(program: Program) -> str:
    """Return the map of a program's table for Graphviz.

    Raises:
        OverlayError: something is wrong with an overlay.
    """
    engine(program)
    return digraph(_body(Solver(program.control(PROGRAM))), *LOOK)


def map_svg(program: Program) -> str:
    """Return the map of a program's table as an SVG file.

    Raises:
        NotInstalledError: Graphviz is not.
    """
    return svg(map_dot(program), NAME, alone=True)


def _body(drawn: Solver) -> Iterator[str]:
    """Yield the sections one below the other: an unseen node leads to the top of each."""
    words = Wording({str(name): str(text) for name, text in drawn.facts("label", 2)})
    texts = {name: f"{name}: {text}" for name, text in drawn.facts("exclusion", 2)}
    grades = {name: grade for name, _, grade in drawn.facts("statement", 3)}
    for name, text in drawn.facts("text", 2):
        texts[name] = f"{name} ({grades.get(name)})\n{text}"
    values = grouped((row[:3], words.name(row[3])) for row in _ordered(drawn, "as", 4))
    # Findings first: the top of a section is one, so that all sections begin below each other.
    boxes = sorted(_ordered(drawn, "box", 3), key=lambda box: box[1] != "finding")
    names = {box: f"n{index}" for index, box in enumerate(boxes)}
    yield 'start [style=invis, label="", width=0, ordering=out];'
    sections = [(number, str(title)) for number, title in _ordered(drawn, "section", 2)]
    for number, _ in sections:
        top = next((names[box] for box in boxes if box[0] == number), "start")
        yield f"start -> {top} [style=invis];"
    for number, title in sections:
        yield f"subgraph cluster_{number} {{"
        yield f"graph [class=group, {FONT}, fontsize=15, label={label(title)}, labeljust=l];"
        for section, kind, name in boxes:
            if section == number:
                text = texts.get(name) or words.name(name)
                yield node(names[section, kind, name], str(kind), text)
        for section, kind, name, other, target in _ordered(drawn, "leads", 5):
            if section == number:
                look = [f"label={label(listed(values.get((section, name, target), ()), 'or'))}"]
                if "exclusion" in (kind, other):
                    look += ["class=exclusion", "style=dashed"]
                arrow = f"{names[section, kind, name]} -> {names[section, other, target]}"
                yield f"{arrow} [{', '.join(look)}];"
        yield "}"


def _ordered(drawn: Solver, predicate: str, arity: int) -> list[Row]:
    rows = drawn.facts(predicate, arity)
    return sorted(rows, key=lambda row: [natural(value) for value in row])
