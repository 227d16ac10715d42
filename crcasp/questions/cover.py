"""One therapy in two tables: the patients for whom it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clingo import Function, Symbol, SymbolType

from crcasp.errors import UsageError
from crcasp.program.implicants import prime_implicants
from crcasp.program.terms import natural, word
from crcasp.program.wording import Wording
from crcasp.questions.both import Both
from crcasp.questions.conditions import Feature
from crcasp.questions.part import Part, fact_of
from crcasp.results.diff import Only, Standing

TABLES = {"old": "before", "new": "now"}
# The kinds of a therapy that is eligible by the old table, and by the new one.
ONE_SIDED = (("lost", "raised", "lowered"), ("gained", "raised", "lowered"))
WORSE = ("lost", "lowered")
HISTORY = (
    "diff cannot say for whom {} changes: a rule of an overlay asks for the history itself; "
    "let it need a finding such as earlier(A) or failed(A)."
)


class Cover(Part):
    """The part of two tables that says what becomes of a therapy.

    Args:
        both: the tables.
        therapy: the therapy.
    """

    def __init__(self, both: Both, therapy: Symbol) -> None:
        topics = both.topics.get(therapy, {})
        self.therapy = both.words.name(str(word(therapy)))
        own = {it for it in topics if it.arguments and it.arguments[0].type is SymbolType.String}
        own = {it for it in own if it.arguments[0].string in both.added}  # they are named first
        order = sorted(topics, key=lambda it: (topics[it], it not in own, natural(str(word(it)))))
        readings = {
            (table, finding): both.readings[table, finding]
            for finding in order
            for table in ("", *TABLES)
            if (table, finding) in both.readings
        }
        atoms = {
            atom: literal
            for predicate in ("change", "does", "by_choice", "graded")
            for atom, literal in both.about(predicate).get(therapy, {}).items()
        }
        for finding in order:
            atoms |= both.about("apart").get(finding, {})
        asked = {*atoms.values()}.union(*(values.values() for values in readings.values()))
        super().__init__(both.rules, asked, both.told, both.turns_out)
        self.atoms = {atom: self.own[literal] for atom, literal in atoms.items()}
        self.changes = self._possible("change")
        apart = {atom.arguments[0] for atom in self._possible("apart")}
        self.features: list[Feature] = []
        for (table, finding), values in readings.items():
            name = Function(TABLES[table], [finding]) if table and finding in apart else finding
            if name not in (it.finding for it in self.features):
                here = {value: self.own[literal] for value, literal in values.items()}
                lacks = self.satisfiable([-literal for literal in here.values()])
                self.features.append(Feature(name, here, lacks))

    def _possible(self, predicate: str) -> dict[Symbol, int]:
        """Return the atoms of a predicate that hold for some patient, with their literals."""
        found = {atom: lit for atom, lit in self.atoms.items() if atom.name == predicate}
        return {atom: lit for atom, lit in sorted(found.items()) if self.satisfiable([lit])}

    def standings(self, change: int, facts: Iterable[Symbol]) -> tuple[Standing, Standing]:
        """Return what both tables say of the therapy, of a patient for whom it changes."""
        given = {*facts}
        assumed = [lit if atom in given else -lit for atom, lit in self.told.items()]
        assumed += [lit for lit, atom in self.turns_out.items() if fact_of(atom) in given]
        (kind,) = (atom.arguments[1].name for atom, lit in self.changes.items() if lit == change)
        before, after = (
            Standing("eligible", self._grade(table, [change, *assumed]))
            if kind in kinds
            else Standing("excluded")
            for table, kinds in (("old", ONE_SIDED[0]), ("new", ONE_SIDED[1]))
        )
        return before, after

    def _grade(self, table: str, assumed: Sequence[int]) -> str | None:
        """Return the lowest grade that the therapy has, None where it has none."""
        ranked = sorted(
            (atom.arguments[3].number, atom.arguments[2].name, literal)
            for atom, literal in self.atoms.items()
            if atom.name == "graded" and atom.arguments[1].name == table
        )
        possible = (name for _, name, literal in ranked if self.satisfiable([*assumed, literal]))
        return next(possible, None)

    def grades(self, change: int, way: Sequence[int]) -> tuple[str, ...]:
        """Return the grades by the new table of those for whom one alternative holds."""
        found = [
            (-atom.arguments[3].number, atom.arguments[2].name)
            for atom, literal in self.atoms.items()
            if atom.name == "graded" and atom.arguments[1].name == "new"
            if self.satisfiable([change, *way, literal])
        ]
        return tuple(dict.fromkeys(name for _, name in sorted(found)))

    def sources(self, predicate: str, kind: str, way: Sequence[int] = ()) -> set[str]:
        """Return the sources of a change in some patient who meets an alternative."""
        found = [it for it in self.atoms.items() if it[0].name == predicate]
        of_kind = [it for it in found if it[0].arguments[1].name == kind]
        return {
            atom.arguments[2].string
            for atom, literal in of_kind
            if self.satisfiable([*way, literal])
        }

    def alternatives(self, change: int) -> list[list[int]]:
        """Return conditions of a change: it happens where all literals of one of them hold.

        Raises:
            UsageError: what becomes of the therapy hangs on more than its topics.
        """
        literals = [literal for feature in self.features for literal in feature.literals()]
        facts = [*self.told.values(), *self.turns_out]
        rest = [sign * literal for literal in facts for sign in (1, -1)]
        found = [*prime_implicants(self, change, literals, rest=rest)]
        if any(literal not in literals for way in found for literal in way):
            raise UsageError(HISTORY.format(self.therapy))
        for one in list(found):
            others = [other for other in found if other is not one]
            if others and self._covered([change, *one], others):
                found = others
        return found

    def _covered(self, assumed: Sequence[int], others: Iterable[Sequence[int]]) -> bool:
        guard = self.guard()
        for other in others:
            self.exclude([guard, *other])
        return not self.satisfiable([*assumed, guard])

    def conditions(self, change: int, way: Sequence[int], words: Wording) -> tuple[Only, ...]:
        """Return what the literals of an alternative say together, one condition a finding."""
        held = {*way}
        worse = self._worse_before(change)
        found = []
        for feature in self.features:
            values = feature.values.values()
            if held.isdisjoint(feature.literals()):
                continue
            lacks = feature.may_lack and self.satisfiable([*way, *(-it for it in values)])
            never = {-it for it in values if not feature.flag and not self.satisfiable([*way, it])}
            only = feature._replace(may_lack=lacks).only(held | never, words)
            if only is not None:
                own = {sign * literal for literal in values for sign in (1, -1)}
                rest = [literal for literal in way if literal not in own]
                needless = bool(worse) and not self.satisfiable([*rest, *worse])
                found.append(only._replace(or_unknown=needless))
        return tuple(found)

    def _worse_before(self, change: int) -> list[int]:
        """Return, of what is lost or lowered, the literals that it was worth less before."""
        (kind,) = (atom.arguments[1].name for atom, lit in self.changes.items() if lit == change)
        graded = [
            (atom.arguments[3].number, literal)
            for atom, literal in self.atoms.items()
            if atom.name == "graded" and atom.arguments[1].name == "old"
        ]
        lowest = 0
        if kind == "lowered":
            ranks = (rank for rank, it in graded if self.satisfiable([change, it]))
            lowest = min(ranks, default=0)
        return [-it for rank, it in graded if rank >= lowest] if kind in WORSE else []

    def example(self, change: int, ways: Iterable[Sequence[int]]) -> tuple[Symbol, ...]:
        """Return the facts of a smallest patient for whom a change happens.

        The history and the limits are complete; of the findings only those are given that
        the change does not happen without.
        """
        found = [self.smallest_patient(change, way) for way in ways]
        return min(found, key=lambda facts: (len(facts), str(facts)))
