"""Two tables compared over all patients: what changes, for whom and why, and what does not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import cast

from clingo import Symbol, SymbolType

from crcasp.program.completions import stated
from crcasp.program.files import Program
from crcasp.program.implicants import minimal_subset
from crcasp.program.sets import (
    OF_VERDICTS,
    found_sets,
    set_verdicts,
    sets_grounded,
    table_facts,
)
from crcasp.program.solver import Solver
from crcasp.program.terms import in_order, natural, word
from crcasp.questions.both import FILES, Both
from crcasp.questions.cover import Cover
from crcasp.questions.patient import Constants, Overlays
from crcasp.questions.side_by_side import read_apart
from crcasp.results.comparison import Kind
from crcasp.results.diff import (
    AsGiven,
    Changed,
    Diff,
    ExamplePatient,
    PreferredChange,
    PreferredSets,
    Standing,
)
from crcasp.results.provenance import Provenance


def diff(
    *, overlays: Overlays = (), constants: Constants | None = None, old: Overlays = ()
) -> Diff:
    """Compare two versions of the table over all fully known patients.

    The patients are all for whom each finding that a table asks about is known: histories of
    up to four lines, any limits, any toxic agents. The names that an overlay adds (findings,
    values, therapies, classes) are read by both tables, its statements by its own one only.

    What is proved of verdicts and grades holds for partly known patients too, if both tables read
    the facts as they are given alike; of preferred sets it holds for fully known ones.

    Args:
        overlays: those of the new table, as for `recommend`.
        constants: those of the new table.
        old: the overlays of the old table; without them it is the table alone.

    Raises:
        UsageError: an overlay or a constant is not in order, or an overlay has choices or
            constraints.

    >>> diff(constants={"max_lines": 30}).same
    True
    """
    return compared(Program.build(old, called="old"), Program.build(overlays, constants))


def compared(old: Program, new: Program) -> Diff:
    """Return what changes from one program to another."""
    return TableComparison(Both(old, new)).diff()


class TableComparison:
    """What changes between two tables.

    Args:
        both: the tables.
    """

    def __init__(self, both: Both) -> None:
        self.both = both
        self.examples: dict[tuple[Symbol, ...], ExamplePatient] = {}

    def diff(self) -> Diff:
        """Return all of it."""
        start, both = time.perf_counter(), self.both
        about = sorted(both.about("change"), key=lambda it: both.place(str(word(it))))
        varying = [it for it in about if both.nameable(it)]
        changes = tuple(chain.from_iterable(self.changes(Cover(both, it)) for it in varying))
        moved = {it.therapy for it in changes}
        return Diff(
            changes,
            self.preferred(changes),
            tuple(name for name in both.offered if name not in moved),
            both.lines,
            tuple(str(word(it)) for it in about if it not in varying),
            tuple(self.as_given()),
            seconds=time.perf_counter() - start,
            provenance=tuple(map(Provenance.of, both.given)),
        )

    def as_given(self) -> Iterator[AsGiven]:
        """Yield what the facts as they are given do not say alike by both tables."""
        both = self.both
        rows = chain.from_iterable(one.declared.facts("derives_with", 3) for one in both.engines)
        read_by = [(finding, str(by)) for finding, _, by in rows]
        for it in map(str, read_apart(both.engines)):
            lapsed = {by for finding, by in read_by if finding == it and by in both.lapsed}
            yield AsGiven(it, in_order(lapsed))

    def changes(self, cover: Cover) -> Iterator[Changed]:
        """Yield the changes of one therapy, each with its conditions and a smallest patient."""
        for atom, literal in cover.changes.items():
            therapy, kind, before, after = atom.arguments
            ways = cover.alternatives(literal)
            facts = cover.example(literal, ways)
            words = self.both.words
            when = [
                (
                    cover.conditions(atom, way, words),
                    tuple(self.ordered(cover.sources("does", [literal, *way]))),
                )
                for way in ways
            ]
            when.sort(key=lambda it: (len(it[0]), [one[:2] for one in it[0]]))
            conditions, sources = zip(*when, strict=True)
            yield Changed(
                str(word(therapy)),
                cast(Kind, kind.name),
                standing(before),
                standing(after),
                conditions,
                self.example(facts),
                self.because(cover, literal),
                sources,
            )

    def example(self, facts: tuple[Symbol, ...]) -> ExamplePatient:
        """Return a patient with the preferred sets of both tables."""
        if facts not in self.examples:
            before, after = (preferred_sets(program, facts) for program in self.both.programs)
            self.examples[facts] = ExamplePatient(
                tuple(map(str, facts)), PreferredSets(before, after)
            )
        return self.examples[facts]

    # ---- why --------------------------------------------------------------------------------

    def because(self, cover: Cover, change: int) -> tuple[str, ...]:
        """Return what does a change: statements, exclusions, interpretations, constants."""
        both = self.both
        does, by_choice = (cover.sources(name, [change]) for name in ("does", "by_choice"))
        added = does & both.added
        constants = both.constants_behind(does)
        choices = by_choice or (set() if added or constants else both.lapsed)
        return (*self.ordered(does), *sorted(choices, key=natural), *constants)

    def ordered(self, sources: set[str]) -> list[str]:
        """Return statements and exclusions, those that the new table adds first."""
        added = self.both.added
        exclusions = {name for table in self.both.tables for name in table.exclusions}
        return sorted(sources, key=lambda it: (it not in added, it in exclusions, natural(it)))

    # ---- sets -------------------------------------------------------------------------------

    def preferred(self, changes: Sequence[Changed]) -> PreferredChange:
        """Return whether the preferred sets change, and for whom."""
        examples = [it.example for it in changes]
        found = [it for it in examples if {*it.preferred.before} != {*it.preferred.after}]
        if found:
            return PreferredChange(True, min(found, key=lambda it: (len(it.facts), it.facts)))
        both = self.both
        if not both.satisfiable([both.reset]):
            return PreferredChange(False)
        facts = both.smallest_patient(both.reset)
        fixed = [fact for fact in facts if fact in both.told or fact.name == "stopped"]
        given = minimal_subset(
            [fact for fact in facts if fact not in fixed],
            lambda some: some if self._differ((*fixed, *some)) else None,
        )
        example = self.example(in_order((*fixed, *given)))
        return PreferredChange(True, example)

    def _differ(self, facts: tuple[Symbol, ...]) -> bool:
        before, after = self.example(facts).preferred
        return before != after


def standing(grade: Symbol) -> Standing:
    """Return what a table says of a therapy by its grade, as lp/diff/changes.lp has it."""
    if grade.type is SymbolType.Infimum:
        return Standing("excluded")
    return Standing("eligible", grade.name if grade.type is SymbolType.Function else None)


def preferred_sets(program: Program, facts: Sequence[Symbol]) -> tuple[tuple[str, ...], ...]:
    """Return the preferred sets of a patient."""
    shown = " ".join(f"#show {name}/{arity}." for name, arity in OF_VERDICTS)
    text = f"{stated(facts)} {shown}"
    one = Solver(program.grounded(FILES, [], text, program.overlays))
    certain = one.consequences("cautious") or ()
    verdicts = set_verdicts(certain, lambda: one.consequences("brave") or ())
    sets = found_sets(program, sets_grounded(program, [*table_facts(one), *verdicts]))
    ranks = {str(grade): int(rank) for grade, rank in one.facts("rank", 2)}
    best = max((ranks.get(chosen.grade, 0) for chosen in sets), default=0)
    found = (chosen.therapies for chosen in sets if ranks.get(chosen.grade, 0) == best)
    return tuple(sorted(found))
