"""One therapy in two tables: the patients for whom it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from clingo import Function, Symbol, SymbolType

from crcasp.errors import UsageError
from crcasp.program.implicants import prime_implicants
from crcasp.program.terms import Word, bounds, natural, word
from crcasp.program.wording import Wording
from crcasp.questions.both import Both
from crcasp.questions.part import Part
from crcasp.results.diff import Only

TABLES = {"old": "before", "new": "now"}
WORSE = ("lost", "lowered")
HISTORY = (
    "diff cannot say for whom {} changes: a rule of an overlay asks for the history itself, or "
    "gives a need by it; let it need a finding such as earlier(A) or failed(A), in a fact."
)
NEVER = "never"  # the value of what some patient has no value of, see lp/diff/changes.lp
OTHERWISE = {"yes": "no", "denied": "allowed"}  # of findings that have one value or have not


class Feature(NamedTuple):
    """A finding of a patient.

    Attributes:
        finding: its name.
        values: what it may be, each with the literal that says so.
        may_lack: whether some patient has no value of it, as of a line that is not there.
    """

    finding: Symbol
    values: Mapping[Symbol, int]
    may_lack: bool = False

    @property
    def flag(self) -> bool:
        """Whether the finding has its one value or does not have it."""
        return len(self.values) == 1 and str(next(iter(self.values))) in OTHERWISE

    def literals(self) -> Iterator[int]:
        """Yield what conditions may say: that it is not one of its values, or is its only one."""
        for literal in self.values.values():
            yield -literal
            if self.flag:
                yield literal

    def only(self, held: set[int], words: Wording) -> Only | None:
        """Return the condition that some literals make, None where they make none."""
        chosen = held & {*self.values.values()}
        if not chosen and not held & {*self.literals()}:
            return None
        name = str(word(self.finding))
        if self.flag:
            ((value, literal),) = self.values.items()
            said = str(value) if literal in held else OTHERWISE[str(value)]
            return Only(name, (said,), words.said(name, [said]))
        values: dict[Word, bool] = {
            word(value): literal in chosen if chosen else -literal not in held
            for value, literal in self.values.items()
        }
        domain = sorted(values, key=natural)
        left = bounds(domain, [value for value in domain if values[value]])
        if self.may_lack and not chosen:
            left = (*left, NEVER)
        gone = [value for value in domain if value not in (*left, NEVER)]
        if not gone and NEVER in domain and NEVER not in left:
            gone = [NEVER]
        whole = words.phrases.get((name, f"but({gone[0]})")) if len(gone) == 1 < len(left) else None
        return Only(name, left, whole or words.said(name, left))


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
        super().__init__(both, asked)
        self.atoms = {atom: self.own[literal] for atom, literal in atoms.items()}
        self.changes = self._possible("change", 4)
        apart = {atom.arguments[0] for atom in self._possible("apart", 1)}
        self.features: list[Feature] = []
        for (table, finding), values in readings.items():
            name = Function(TABLES[table], [finding]) if table and finding in apart else finding
            if name not in (it.finding for it in self.features):
                here = {value: self.own[literal] for value, literal in values.items()}
                lacks = self.satisfiable([-literal for literal in here.values()])
                self.features.append(Feature(name, here, lacks))

    def _possible(self, predicate: str, arity: int) -> dict[Symbol, int]:
        """Return the atoms of a predicate that hold for some patient, with their literals."""
        found = {atom: lit for atom, lit in self.atoms.items() if atom.match(predicate, arity)}
        return {atom: lit for atom, lit in sorted(found.items()) if self.satisfiable([lit])}

    def sources(self, predicate: str, assumed: Sequence[int]) -> set[str]:
        """Return the sources of a change in some patient for whom literals hold, with its own."""
        return {
            atom.arguments[2].string
            for atom, literal in self.atoms.items()
            if atom.name == predicate and self.satisfiable([*assumed, literal])
        }

    def alternatives(self, change: int) -> list[list[int]]:
        """Return conditions of a change: it happens where all literals of one of them hold.

        Raises:
            UsageError: what becomes of the therapy hangs on more than its topics.
        """
        literals = [literal for feature in self.features for literal in feature.literals()]
        facts = [*self.told.values(), *self.turns_out.values()]
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

    def conditions(self, change: Symbol, way: Sequence[int], words: Wording) -> tuple[Only, ...]:
        """Return what the literals of an alternative say together, one condition a finding."""
        held = {*way}
        rest = [*way]
        worse = [*self._worse(change)]
        found = []
        for feature in self.features:
            values = feature.values.values()
            if held.isdisjoint(feature.literals()):
                continue
            lacks = feature.may_lack and self.satisfiable([*way, *(-it for it in values)])
            never = {-it for it in values if not feature.flag and not self.satisfiable([*way, it])}
            only = feature._replace(may_lack=lacks).only(held | never, words)
            if only is not None:
                others = [literal for literal in rest if abs(literal) not in values]
                needless = bool(worse) and not any(self.satisfiable([*others, *it]) for it in worse)
                rest = others if needless else rest  # what is unknown may be so together
                found.append(only._replace(or_unknown=needless))
        return tuple(found)

    def _worse(self, change: Symbol) -> Iterator[list[int]]:
        """Yield for each table, of what is lost or lowered, the literals of a lower grade."""
        _, kind, *grades = change.arguments
        if kind.name in WORSE:
            for table, grade in zip(TABLES, grades, strict=True):
                of_table = {
                    atom: literal
                    for atom, literal in self.atoms.items()
                    if atom.name == "graded" and atom.arguments[1].name == table
                }
                (rank,) = {it.arguments[3] for it in of_table if it.arguments[2] == grade}
                yield [-literal for it, literal in of_table.items() if it.arguments[3] >= rank]

    def example(self, change: int, ways: Iterable[Sequence[int]]) -> tuple[Symbol, ...]:
        """Return the facts of a smallest patient for whom a change happens.

        The history and the limits are complete; of the findings only those are given that
        the change does not happen without.
        """
        found = [self.smallest_patient(change, way) for way in ways]
        return min(found, key=lambda facts: (len(facts), str(facts)))
