"""What the program says of itself: its statements and its words, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import Word, grouped, in_order, natural, row
from crcasp.program.wording import Wording


def phrases(solver: Solver) -> dict[tuple[str, str], str]:
    """Return how findings are said to have their values, by phrase/3."""
    found = solver.literals("phrase", 3)
    rows = (row(atom) for atom in found)
    return {(str(finding), str(value)): str(text) for finding, value, text in rows}


class Rules(NamedTuple):
    """By which rules an answer is given, and the words for it.

    Attributes:
        words: names and phrases for a person.
        texts: each statement, exclusion and interpretation in words.
        exclusions: the names of the exclusions.
        interpretations: the names of the interpretations.
        review: where the table stands.
        year: the year of the table.
        all_sources: the sources of overlays, each with its year, None where it gives none.
        unsourced: the overlays that add no source, and take nothing back of all patients.
        constrains_sets: whether constraints of overlays on sets ask for more than these.
        withdrawn: what overlays take back, of one patient what they take back there.
        constants: constants that are set.
        defaults: what they are otherwise.
        references: what each statement and source rests on.
        grades: the grades, best first.
        therapies: the therapies in the table's order.
        again: the statements that offer the initial therapy again.
        beside: therapies that are offered only beside another one, each with that.
        exempt: for each exclusion the later sources that it spares.
        of_patient: the exclusions that bar what failed before and what the patient cannot have.
    """

    words: Wording = Wording({})
    texts: Mapping[str, str] = {}
    exclusions: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    review: str = ""
    year: int = 0
    all_sources: Mapping[str, int | None] = {}
    unsourced: tuple[str, ...] = ()
    constrains_sets: bool = False
    withdrawn: tuple[str, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, str] = {}
    references: Mapping[str, tuple[Word, ...]] = {}
    grades: tuple[str, ...] = ()
    therapies: tuple[str, ...] = ()
    again: frozenset[str] = frozenset()
    beside: Mapping[str, str] = {}
    exempt: Mapping[str, tuple[str, ...]] = {}
    of_patient: tuple[str, ...] = ()

    @property
    def therapies_in_words(self) -> Wording:
        """Names of therapies as they are offered: of some, beside which other one."""
        words = self.words
        beside = {
            it: f"{words.name(it)} (only beside {words.name(x)})" for it, x in self.beside.items()
        }
        return words._replace(labels={**words.labels, **beside})

    @property
    def sources(self) -> dict[str, int | None]:
        """The sources of overlays that are in use, with their years."""
        return {name: year for name, year in self.all_sources.items() if name not in self.withdrawn}

    @property
    def newest(self) -> int:
        """The year of the newest source in use."""
        return max([self.year, *(year for year in self.sources.values() if year)])


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
        ranks = map(row, solver.literals("rank", 2))  # for some patients, where a rule says so
        self.ranks = {str(grade): int(rank) for grade, rank in ranks}
        self.locoregional = self.names("locoregional")
        self.places = self._places()
        self.order = {str(source): int(place) for source, place in solver.facts("place", 2)}

    @cached_property
    def words(self) -> Wording:
        """Names for a person."""
        limits = {str(name): str(text) for name, _, text in self.solver.facts("threshold", 3)}
        labels = {**self._texts("label"), **limits}
        return Wording(labels, phrases(self.solver), self._texts("heading"))

    def rules(self, program: Program, unsourced: tuple[str, ...]) -> Rules:
        """Return by which rules a program with this table answers; see `Rules`."""
        years = {str(source): int(year) for source, year in self.solver.facts("year", 2)}
        stated = [str(row[0]) for row in self.solver.facts("statement", 3)]
        own = dict.fromkeys([*stated, *self.exclusions, *years])
        reviews = self.solver.facts("review", 2)
        review, year = next(((str(text), int(year)) for text, year in reviews), ("", 0))
        spared = [(str(name), str(source)) for name, source in self.solver.facts("spares", 2)]
        later = sorted((pair for pair in spared if pair[1] not in self.order), key=str)
        return Rules(
            words=self.words,
            texts={**self.interpretations, **self.texts, **self.exclusions},
            exclusions=tuple(self.exclusions),
            interpretations=tuple(self.interpretations),
            review=review,
            year=year,
            all_sources={
                name: years.get(name) for name in sorted(own, key=natural) if name not in self.order
            },
            unsourced=unsourced,
            constrains_sets=bool(program.divided[2]),
            withdrawn=in_order(self.names("withdrawn")),
            constants=tuple(program.constants),
            defaults=program.known_constants() if program.constants else {},
            references=self.references,
            grades=tuple(sorted(self.ranks, key=lambda grade: -self.ranks[grade])),
            therapies=tuple(sorted(self.places, key=lambda name: self.places[name])),
            beside=self._beside(),
            exempt={name: tuple(own for of, own in later if of == name) for name, _ in later},
            of_patient=in_order(self._texts("lets_pass")),
            again=frozenset(str(statement) for statement, _ in self.solver.facts("reuses", 2)),
        )

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
        rows = self.solver.facts("reference", 2)
        found = grouped((str(statement), source) for statement, source in rows)
        return {statement: in_order(sources) for statement, sources in found.items()}

    def _beside(self) -> dict[str, str]:
        beside = {(source, name): x for source, name, x in self.solver.facts("only_beside", 3)}
        offers = [(source, name) for source, _, name in self.solver.facts("offers", 3)]
        return {
            str(name): str(x)
            for (_, name), x in beside.items()
            if str(x) in self.locoregional
            and all(pair in beside for pair in offers if pair[1] == name)
        }

    def _places(self) -> dict[str, int]:
        offered: dict[str, str] = {}
        for statement, _, therapy in self.solver.facts("offers", 3):
            name, key = str(therapy), str(statement)
            if name not in offered or natural(key) < natural(offered[name]):
                offered[name] = key
        places = sorted(offered, key=lambda name: (natural(offered[name]), name.count("+"), name))
        return {name: place for place, name in enumerate(places)}
