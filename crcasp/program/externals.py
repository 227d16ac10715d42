"""The external atoms of a grounding: what a patient's facts are assumed to be."""

from __future__ import annotations

from collections.abc import Iterable

from clingo import Control, Symbol


class Externals:
    """All externals of some predicates, assumed true or false for one call of solve().

    Assigned instead of assumed, they would make clasp prepare the whole program anew
    after each call.
    """

    def __init__(self, control: Control, predicates: Iterable[str]) -> None:
        self.atoms = control.symbolic_atoms
        self.absent: list[int] = []
        self.places: dict[Symbol, int | None] = {}
        names = set(predicates)
        signatures = self.atoms.signatures if names else ()
        for name, arity, positive in signatures:
            for atom in self.atoms.by_signature(name, arity, positive) if name in names else ():
                if atom.is_external:
                    self.places[atom.symbol] = len(self.absent)
                    self.absent.append(-atom.literal)
        for literal in self.absent:
            control.assign_external(-literal, None)

    def place(self, fact: Symbol) -> int | None:
        """Return the place of a fact among the externals, None if it holds of every patient.

        Raises:
            LookupError: it is neither.
        """
        if fact not in self.places:
            atom = self.atoms[fact]
            if atom is None or not atom.is_fact:
                raise LookupError(f"{fact}: the grounding has no such external")
            self.places[fact] = None
        return self.places[fact]

    def assuming(self, places: Iterable[int | None]) -> list[int]:
        """Return the assumptions by which these externals are true, and all others false."""
        literals = self.absent.copy()
        for place in places:
            if place is not None:
                literals[place] = -self.absent[place]
        return literals
