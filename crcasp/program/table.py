"""What the program says of itself: its statements and its words, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.terms import Word, grouped, in_order, natural, row
from crcasp.program.wording import Wording


class Table(NamedTuple):
    """What the program says of itself: by which rules it answers, and the words for it.

    Attributes:
        solver: the program, grounded without a patient.
        words: names and phrases for a person.
        texts: each statement, exclusion and interpretation in words.
        exclusions: each exclusion in words.
        interpretations: each interpretation in words.
        references: what each statement and source rests on, in order.
        ranks: the rank of each grade, the best first.
        locoregional: the locoregional therapies.
        places: the place of each therapy, by the first statement that offers it, in order.
        order: the place of each statement and exclusion of the table.
        review: where the table stands.
        year: the year of the table.
        all_sources: the sources of overlays, each with its year, None where it gives none.
        unsourced: the overlays that add no source, and take nothing back of all patients.
        constrains_sets: whether constraints of overlays on sets ask for more than these.
        withdrawn: what overlays take back, of one patient what they take back there.
        constants: constants that are set.
        defaults: what they are otherwise.
        again: the statements that offer the initial therapy again.
        beside: therapies that are offered only beside another one, each with that.
        exempt: for each exclusion the later sources that it spares.
        lets_pass: what the exclusions that bar what failed before, and what the patient cannot
            have, do not find in a therapy that they let pass.
    """

    solver: Solver
    words: Wording = Wording({})
    texts: Mapping[str, str] = {}
    exclusions: Mapping[str, str] = {}
    interpretations: Mapping[str, str] = {}
    references: Mapping[str, tuple[Word, ...]] = {}
    ranks: Mapping[str, int] = {}
    locoregional: tuple[str, ...] = ()
    places: Mapping[str, int] = {}
    order: Mapping[str, int] = {}
    review: str = ""
    year: int = 0
    all_sources: Mapping[str, int | None] = {}
    unsourced: tuple[str, ...] = ()
    constrains_sets: bool = False
    withdrawn: tuple[str, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, str] = {}
    again: frozenset[str] = frozenset()
    beside: Mapping[str, str] = {}
    exempt: Mapping[str, tuple[str, ...]] = {}
    lets_pass: Mapping[str, str] = {}

    @classmethod
    def of(cls, solver: Solver, program: Program, unsourced: tuple[str, ...]) -> Table:
        """Return what a program says of itself that was grounded without a patient."""
        facts, it = solver.facts, cls(solver)

        def texts(predicate: str) -> dict[str, str]:
            return {str(key): str(text) for key, text in facts(predicate, 2)}

        limits = {str(name): str(text) for name, _, text in facts("threshold", 3)}
        exclusions, interpretations = texts("exclusion"), texts("interpretation")
        references = grouped((str(name), source) for name, source in facts("reference", 2))
        ranks = {str(grade): int(rank) for grade, rank in map(row, solver.literals("rank", 2))}
        locoregional = it.names("locoregional")
        order = {str(source): int(place) for source, place in facts("place", 2)}
        years = {str(source): int(year) for source, year in facts("year", 2)}
        stated = [str(row[0]) for row in facts("statement", 3)]
        own = dict.fromkeys([*stated, *exclusions, *years])
        reviews = facts("review", 2)
        review, year = next(((str(text), int(year)) for text, year in reviews), ("", 0))
        spared = [(str(name), str(source)) for name, source in facts("spares", 2)]
        later = sorted((pair for pair in spared if pair[1] not in order), key=str)
        return it._replace(
            words=Wording({**texts("label"), **limits}, phrases(solver), texts("heading")),
            texts={**interpretations, **texts("text"), **exclusions},
            exclusions=exclusions,
            interpretations=interpretations,
            references={name: in_order(sources) for name, sources in references.items()},
            ranks=dict(sorted(ranks.items(), key=lambda item: -item[1])),  # some for some patients
            locoregional=locoregional,
            places=_places(solver),
            order=order,
            review=review,
            year=year,
            all_sources={
                name: years.get(name) for name in sorted(own, key=natural) if name not in order
            },
            unsourced=unsourced,
            constrains_sets=bool(program.divided[2]),
            withdrawn=in_order(it.names("withdrawn")),
            constants=tuple(program.constants),
            defaults=program.known_constants() if program.constants else {},
            again=frozenset(str(statement) for statement, _ in facts("reuses", 2)),
            beside=_beside(solver, locoregional),
            exempt={name: tuple(own for of, own in later if of == name) for name, _ in later},
            lets_pass=texts("lets_pass"),
        )

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

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades, best first."""
        return tuple(self.ranks)

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


def phrases(solver: Solver) -> dict[tuple[str, str], str]:
    """Return how findings are said to have their values, by phrase/3."""
    found = solver.literals("phrase", 3)
    rows = (row(atom) for atom in found)
    return {(str(finding), str(value)): str(text) for finding, value, text in rows}


def _beside(solver: Solver, locoregional: tuple[str, ...]) -> dict[str, str]:
    beside = {(source, name): x for source, name, x in solver.facts("only_beside", 3)}
    offers = [(source, name) for source, _, name in solver.facts("offers", 3)]
    return {
        str(name): str(x)
        for (_, name), x in beside.items()
        if str(x) in locoregional and all(pair in beside for pair in offers if pair[1] == name)
    }


def _places(solver: Solver) -> dict[str, int]:
    offered: dict[str, str] = {}
    for statement, _, therapy in solver.facts("offers", 3):
        name, key = str(therapy), str(statement)
        if name not in offered or natural(key) < natural(offered[name]):
            offered[name] = key
    places = sorted(offered, key=lambda name: (natural(offered[name]), name.count("+"), name))
    return {name: place for place, name in enumerate(places)}
