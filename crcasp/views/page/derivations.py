"""The derivations of therapies, in words and as pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crcasp.errors import UsageError
from crcasp.program.wording import Wording
from crcasp.questions.explain import explained
from crcasp.results.explanation import Explanation
from crcasp.results.provenance import Origin
from crcasp.views.picture import derivation_svg
from crcasp.views.tree import Node, tree


@dataclass(frozen=True, slots=True)
class Derivation:
    """Why a therapy has its verdict.

    Attributes:
        therapy: its name.
        root: the derivation as a tree.
        picture: the same as SVG, None where it cannot be drawn.
        remedy: where there is no picture, why, in one sentence.
    """

    therapy: str
    root: Node
    picture: str | None
    remedy: str


def derivation(explanation: Explanation, wording: Wording) -> Derivation:
    """Return the derivation of a verdict that was explained."""
    root = tree(explanation, wording)
    try:
        return Derivation(explanation.therapy, root, derivation_svg(root), "")
    except UsageError as error:
        return Derivation(explanation.therapy, root, None, str(error))


def derivations(origin: Origin, therapies: Iterable[str], wording: Wording) -> list[Derivation]:
    """Return the derivation of each therapy for one patient."""
    base = origin.base()
    return [derivation(explained(base, therapy, origin.program), wording) for therapy in therapies]
