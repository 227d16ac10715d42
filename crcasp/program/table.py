"""What the program says of itself: its statements and its words, read once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from crcasp.program.solver import Solver
from crcasp.program.terms import Word, natural
from crcasp.program.wording import Wording


class Table:
    """The table as the program has it.

    Attributes:
        texts: each statement in words.
        exclusions: each exclusion in words.
        references: the sources of each statement, in order.
        ranks: the rank of each grade.
        locoregional: the locoregional therapies.
        places: the place of each therapy, by the first statement that offers it.
        order: the place of each statement and exclusion of the table.
    """

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.texts = self._texts("text")
        self.exclusions = self._texts("exclusion")
        self.references = self._references()
        self.ranks = {str(grade): int(rank) for grade, rank in solver.facts("rank", 2)}
        self.locoregional = self.names("locoregional")
        self.places = self._places()
        self.order = {str(source): int(place) for source, place in solver.facts("place", 2)}

    @cached_property
    def words(self) -> Wording:
        """Names for a person."""
        return Wording(self._texts("label"))

    @cached_property
    def interpretations(self) -> dict[str, str]:
        """Each interpretation in words."""
        return self._texts("interpretation")

    def names(self, predicate: str) -> tuple[str, ...]:
        """Return what a predicate of one argument holds of."""
        return tuple(str(name) for (name,) in self.solver.facts(predicate, 1))

    def ordered(self, therapies: Iterable[str]) -> tuple[str, ...]:
        """Return therapies in the table's order."""
        last = len(self.places)
        return tuple(sorted(therapies, key=lambda name: (self.places.get(name, last), name)))

    def place(self, source: str) -> tuple[int, str]:
        """Return a sort key for sources: those of an overlay stand behind the table's own."""
        return self.order.get(source, len(self.order) + 1), source

    def _texts(self, predicate: str) -> dict[str, str]:
        return {str(key): str(text) for key, text in self.solver.facts(predicate, 2)}

    def _references(self) -> dict[str, tuple[Word, ...]]:
        found: dict[str, list[Word]] = {}
        for statement, source in self.solver.facts("reference", 2):
            found.setdefault(str(statement), []).append(source)
        return {
            statement: tuple(sorted(sources, key=lambda source: natural(str(source))))
            for statement, sources in found.items()
        }

    def _places(self) -> dict[str, int]:
        offered: dict[str, str] = {}
        for statement, _, therapy in self.solver.facts("offers", 3):
            name, key = str(therapy), str(statement)
            if name not in offered or natural(key) < natural(offered[name]):
                offered[name] = key
        places = sorted(offered, key=lambda name: (natural(offered[name]), name.count("+"), name))
        return {name: place for place, name in enumerate(places)}
