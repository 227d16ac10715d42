"""Atoms of a ground program that hang on themselves through `not`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crcasp.program.ground import GroundRules

Edges = Mapping[int, set[int]]


def on_loops(rules: GroundRules, atoms: Iterable[int]) -> set[int]:
    """Return which of some atoms hang on themselves through `not`."""
    needs: dict[int, set[int]] = {}
    needed: dict[int, set[int]] = {}
    for _, head, (body, _, _) in rules.rules:
        for atom in head:
            needs.setdefault(atom, set()).update(body)
            for part in body:
                needed.setdefault(abs(part), set()).add(atom)
    starts = {(atom, False) for atom in atoms}
    between = {atom for atom, _ in _reached(starts, needs)} & {
        atom for atom, _ in _reached(starts, needed)
    }
    kept = {atom: {part for part in needs[atom] if abs(part) in between} for atom in between}
    return {atom for atom, _ in starts if (atom, True) in _reached({(atom, False)}, kept)}


def _reached(starts: set[tuple[int, bool]], edges: Edges) -> set[tuple[int, bool]]:
    """Return what is reached from some atoms, each with whether through `not`."""
    found: set[tuple[int, bool]] = set()
    ahead = [*starts]
    while ahead:
        atom, negated = ahead.pop()
        for part in edges.get(atom, ()):
            state = (abs(part), negated or part < 0)
            if state not in found:
                found.add(state)
                ahead.append(state)
    return found
