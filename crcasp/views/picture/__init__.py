"""Pictures: drawn from facts by the programs in `lp/picture/`, laid out by Graphviz."""

from crcasp.views.picture.derivation import derivation_svg
from crcasp.views.picture.map import map_dot, map_svg

__all__ = ["derivation_svg", "map_dot", "map_svg"]
