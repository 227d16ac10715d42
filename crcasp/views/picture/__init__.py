"""Pictures: written as DOT, laid out by Graphviz."""

from crcasp.views.picture.derivation import derivation_dot, derivation_svg
from crcasp.views.picture.map import map_dot, map_svg

__all__ = ["derivation_dot", "derivation_svg", "map_dot", "map_svg"]
