"""One therapy in two tables: the patients for whom it changes, covered by conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from clingo import Function, Symbol

from crcasp.errors import UsageError
from crcasp.program.solver import indispensable
from crcasp.program.terms import natural, word
from crcasp.questions.both import Both
from crcasp.results.advice import Status
from crcasp.results.comparison import KINDS, Kind
from crcasp.results.diff import Changed, Only, Standing

# What is asked about a therapy: a predicate, its arity and the place of the therapy.
TOLD = (
    ("change", 2, 0),
    ("feature", 3, 0),
    ("does", 3, 0),
    ("by_choice", 3, 0),
    ("status", 3, 1),
    ("grade", 3, 1),
)
LEVELS = (2, 3, 4, 5)  # how particular features are, with single facts last
PLACES = {kind: place for place, kind in enumerate(KINDS)}


class Cover:
    """What two tables say of one therapy, and for whom.

    Args:
        both: the tables.
        therapy: the therapy.
    """

    def __init__(self, both: Both, therapy: Symbol) -> None:
        self.both = both
        self.therapy = therapy
        topics = both.topics[therapy]
        named = dict[Symbol, int]()
        for predicate, arity, place in TOLD:
            named |= both.grouped(predicate, arity, place).get(therapy, {})
        for finding, atoms in both.grouped("otherwise", 1).items():
            named |= atoms if finding in topics else {}
        self.asked = both.slice(named)
        literals = self.asked.atoms
        two = {
            atom.arguments[0]
            for atom, literal in literals.items()
            if atom.name == "otherwise" and self.asked.satisfiable([literal])
        }
        self.features = {
            atom: literal
            for atom, literal in literals.items()
            if atom.name == "feature" and _used(atom.arguments[1], two)
        }
        self.order = sorted(self.features, key=lambda it: (-topics[it.arguments[1]], it))
        self.raw: dict[Symbol, int] = {
            Function("feature", [therapy, atom.arguments[0], Function(value)]): sign * literal
            for atom, literal in self.asked.told.items()
            for value, sign in (("given", -1), ("not_given", 1))
        }

    def changes(self, atoms: Sequence[Symbol]) -> Iterator[Changed]:
        """Yield the changes of some kinds, in the order of kinds."""
        for atom in sorted(atoms, key=lambda it: PLACES[cast(Kind, it.arguments[1].name)]):
            yield self.change(atom)

    def change(self, atom: Symbol) -> Changed:
        """Return one change, with a smallest patient and the conditions of it."""
        literal = self.asked.atoms[atom]
        shown = [it for it in self.asked.atoms if it.name not in ("feature", "otherwise")]
        found = self.asked.smallest([literal], [*self.asked.told, *shown])
        assert found is not None
        facts = tuple(
            sorted((str(it.arguments[0]) for it in found if it.name == "told"), key=natural)
        )
        before, after = (self._standing(found, table) for table in ("old", "new"))
        kind = cast(Kind, atom.arguments[1].name)
        return Changed(
            str(word(self.therapy)),
            kind,
            before,
            after,
            tuple(self._when(literal)),
            facts,
            self.both.because(self._sources("does", kind), self._sources("by_choice", kind)),
        )

    def _sources(self, predicate: str, kind: str) -> list[str]:
        """Return what does a change, in some patient."""
        return [
            atom.arguments[2].string
            for atom, literal in self.asked.atoms.items()
            if atom.name == predicate
            and atom.arguments[1].name == kind
            and self.asked.satisfiable([literal])
        ]

    def _standing(self, found: Sequence[Symbol], table: str) -> Standing:
        status, grades = "excluded", list[str]()
        for atom in found:
            if atom.name in ("status", "grade") and atom.arguments[0].name == table:
                if atom.name == "status":
                    status = atom.arguments[2].name
                else:
                    grades.append(atom.arguments[2].name)
        grade = min(grades, key=natural) if grades and status == "eligible" else None
        return Standing(cast(Status, status), grade)

    # ---- for whom ---------------------------------------------------------------------------

    def _when(self, change: int) -> list[tuple[Only, ...]]:
        alternatives = list(self._alternatives(change))
        for one in list(alternatives):  # what others cover together is said by them
            others = [other for other in alternatives if other is not one]
            if self._covered(change, [self._literal(it) for it in one], others):
                alternatives = others
        described = [self.both.described(self.therapy, one) for one in alternatives]
        return sorted(
            described, key=lambda one: (len(one), [(it.finding, it.values) for it in one])
        )

    def _alternatives(self, change: int) -> Iterator[list[Symbol]]:
        """Yield minimal sets of features that imply a change, until no patient is left.

        Raises:
            UsageError: a patient is left whom nothing describes.
        """
        guard = self.asked.guard()
        while (
            true := self.asked.first([change, guard], [*self.features, *self.asked.told])
        ) is not None:
            held = set(true)
            given = {atom.arguments[0] for atom in held if atom.name == "told"}
            chosen = None
            for most in LEVELS:  # the more general ones alone, if they imply it
                features = [it for it in self.order if it in held and self.level(it) <= most]
                if most == LEVELS[-1]:
                    features = [it for it in self.raw if _true(it, given)] + features
                chosen = self._core(change, features)
                if chosen is not None:
                    break
            if chosen is None:
                raise UsageError(
                    f"{word(self.therapy)}: no feature of lp/diff/conditions.lp says when it "
                    "changes; add one."
                )
            yield chosen
            self.asked.exclude([guard, *map(self._literal, chosen)])

    def level(self, feature: Symbol) -> int:
        """Return how particular a feature is."""
        return self.both.topics[self.therapy][feature.arguments[1]]

    def _literal(self, feature: Symbol) -> int:
        return self.features[feature] if feature in self.features else self.raw[feature]

    def _core(self, change: int, features: Sequence[Symbol]) -> list[Symbol] | None:
        """Return a minimal part of some features that implies a change, None if they do not."""
        core = self.asked.core([-change, *map(self._literal, features)])
        if core is None:
            return None
        blamed = set(core)
        small = [feature for feature in features if self._literal(feature) in blamed]
        return indispensable(
            small, lambda some: not self.asked.satisfiable([-change, *map(self._literal, some)])
        )

    def _covered(self, change: int, one: Sequence[int], others: Sequence[Sequence[Symbol]]) -> bool:
        guard = self.asked.guard()
        for other in others:
            self.asked.exclude([guard, *map(self._literal, other)])
        return not self.asked.satisfiable([change, guard, *one])


def _used(finding: Symbol, two: set[Symbol]) -> bool:
    """Return whether a finding describes patients: of one that is read in two ways, each."""
    if finding.name in ("before", "now") and len(finding.arguments) == 1:
        return finding.arguments[0] in two
    return finding not in two


def _true(fact: Symbol, given: set[Symbol]) -> bool:
    """Return whether a single fact is as a feature says: not given, or given."""
    _, which, what = fact.arguments
    return (which in given) == (what.name == "not_given")
