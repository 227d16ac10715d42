"""The whole table as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crcasp.program.files import Program
from crcasp.program.terms import word
from crcasp.program.wording import Wording
from crcasp.views.picture.drawing import digraph, shown, svg

if TYPE_CHECKING:
    from clingo import Symbol
    from graphviz import Digraph

PROGRAM = "picture/map.lp"


def map_dot(program: Program) -> str:
    """Return the map of a program's table for Graphviz.

    Raises:
        UsageError: clingraph is not installed.
    """
    return str(_graph(program).source)


def map_svg(program: Program) -> str:
    """Return the map of a program's table as an SVG file.

    Raises:
        UsageError: clingraph or Graphviz is not installed.
    """
    name = "Map of the table: findings, the statements that need them, the therapies offered"
    return svg(_graph(program), name, alone=True)


def _graph(program: Program) -> Digraph:
    from crcasp.questions.recommend import reader

    read = reader(program)
    wording = Wording(read.labels)

    def naming(term: Symbol) -> str:
        arguments = [str(word(argument)) for argument in term.arguments]
        if term.name == "stated":
            return f"{arguments[0]} ({arguments[1]})\n{read.texts[arguments[0]]}"
        if term.name == "barring":
            return ": ".join(arguments)
        return wording.name(word(term))

    return digraph(shown(program.control(PROGRAM)), naming)
