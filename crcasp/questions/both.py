"""Two tables side by side, grounded over all patients there can be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from clingo import Control, Function, Symbol

from crcasp.errors import UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program, program_directory
from crcasp.program.ground import FALSE, Ground, Rule, Rules
from crcasp.program.slices import Slice
from crcasp.program.terms import natural, row, word
from crcasp.program.wording import Wording
from crcasp.questions.conditions import GIVEN, only
from crcasp.questions.scope import comparable
from crcasp.questions.sides import FILES, SIDES, Side, interface, strange
from crcasp.questions.therapy import JOINT
from crcasp.results.diff import Only

LINES = 4  # of a history
JOINT_LINES = 2  # where offers complement each other: all completions are gone through

Literals: TypeAlias = dict[Symbol, int]


class Both:
    """All patients there can be, and what two tables say of each.

    Args:
        old: one table.
        new: the other.

    Raises:
        UsageError: one of them is not in order, or has choices, constraints or loops.
    """

    def __init__(self, old: Program, new: Program) -> None:
        self.programs = (old, new)
        engines = [engine(program) for program in self.programs]
        for program in self.programs:
            comparable(program)
        most = JOINT_LINES if any(one.jointly for one in engines) else LINES
        self.lines = min(most, *(one.vocabulary.lines for one in engines))
        self.ground = Ground()
        sides = [
            Side(name, program, self.lines, strange(one, other))
            for name, program, one, other in zip(
                SIDES, self.programs, engines, engines[::-1], strict=True
            )
        ]
        asked, possible = interface()
        text, links = ["compared(old). compared(new)."], list[tuple[Symbol, int]]()
        moved = [self.ground.add(one.rules) for one in sides]
        for one, by in zip(sides, moved, strict=True):
            for atom, literal in one.has(asked | possible):
                predicate = (atom.name, len(atom.arguments))
                if predicate in possible:
                    text.append(f"can({atom}).")
                if predicate in asked:
                    text.append(f"{atom}." if literal is None else f"#external {atom}.")
                    if literal is not None:
                        links.append((atom, literal + by))
            text += [f"may_tell({one.name}, {fact})." for fact in one.given]
        rules = Rules()
        self.control = Control(["0", "--warn=none"])
        self.control.register_observer(rules, replace=True)
        for name in FILES:
            self.control.load(os.path.join(program_directory(), name))
        self.control.add("base", [], " ".join(text))
        self.control.ground([("base", [])])
        by = self.ground.add(rules.taken)
        self.atoms = self.control.symbolic_atoms
        self.by = by
        for atom, literal in links:
            known = self.atoms[atom]
            assert known is not None
            self.ground.link(known.literal + by, literal)
        told = self.literals("told", 1)
        for one, side_by in zip(sides, moved, strict=True):
            for fact, literal in one.given.items():
                self.ground.link(literal + side_by, told[Function("told", [fact])])
        self.ground.merge()
        if self.ground.looped:
            names = ", ".join(name for program in self.programs for name, _ in program.overlays)
            raise UsageError(
                f"{names}: diff cannot compare tables with rules that lead back to themselves; "
                "state what holds without a loop."
            )
        self.told = dict(sorted(self.literals("told", 1).items()))
        self.constraints = self._constraints()
        self.tables = [one.table for one in engines]
        old_names, new_names = (set(one.vocabulary.therapies) for one in engines)
        self.strange = old_names ^ new_names
        self.topics: dict[Symbol, dict[Symbol, int]] = {}
        for topic in self.atoms.by_signature("topic", 3):
            therapy, finding, level = topic.symbol.arguments
            self.topics.setdefault(therapy, {})[finding] = level.number
        self.values: dict[Symbol, list[Symbol]] = {}
        for can_be in self.atoms.by_signature("can_be", 2):
            finding, value = can_be.symbol.arguments
            self.values.setdefault(finding, []).append(value)
        labels = {
            str(key): str(text)
            for key, text in (row(label.symbol) for label in self.atoms.by_signature("label", 2))
        }
        for table in self.tables:
            labels |= table.words.labels
        self.words = Wording(labels)
        self.cached: dict[tuple[str, int, int], dict[Symbol, Literals]] = {}

    # ---- what is asked of them ------------------------------------------------------------

    def grouped(self, predicate: str, arity: int, place: int = 0) -> dict[Symbol, Literals]:
        """Return the atoms of a predicate by what they have in one place, such as the therapy."""
        found = self.cached.get((predicate, arity, place))
        if found is None:
            found = self.cached[predicate, arity, place] = {}
            for atom, literal in self.literals(predicate, arity).items():
                found.setdefault(atom.arguments[place], {})[atom] = literal
        return found

    def offered(self) -> list[str]:
        """Return the therapies of both tables, those of the new one first."""
        return [*dict.fromkeys(name for table in self.tables[::-1] for name in table.places)]

    def compared(self, therapy: Symbol) -> bool:
        """Return whether a therapy is compared.

        It is not if no table offers it by name, and it has a part that only one table knows:
        that table lets it be given again, and the other never heard of it.
        """
        name = str(word(therapy))
        return name in self.offered() or self.strange.isdisjoint(name.split(JOINT))

    def place(self, therapy: str) -> tuple[int, str]:
        """Return a sort key: the therapies that are offered, then what may be given again."""
        names = self.offered()
        return names.index(therapy) if therapy in names else len(names), therapy

    # ---- in words -------------------------------------------------------------------------

    def described(self, therapy: Symbol, features: Iterable[Symbol]) -> tuple[Only, ...]:
        """Return what features of a patient say together, one condition a finding."""
        ruled_out: dict[Symbol, list[Symbol]] = {}
        for feature in features:
            ruled_out.setdefault(feature.arguments[1], []).append(feature.arguments[2])
        topics = self.topics[therapy]
        order = sorted(ruled_out, key=lambda it: (topics.get(it, 9), natural(str(word(it)))))
        return tuple(
            only(it, self.values.get(it, GIVEN), ruled_out[it], self.words) for it in order
        )

    def because(self, sources: Iterable[str], choices: Sequence[str]) -> tuple[str, ...]:
        """Return what does a change: statements, exclusions, interpretations, constants."""
        old, new = ({*table.texts, *table.exclusions} for table in self.tables)
        found = set(sources)
        lapsed = [atom.symbol.arguments[0].string for atom in self.atoms.by_signature("lapsed", 1)]
        added = found & (old ^ new)
        named = [*choices] or ([] if added or self.constants else lapsed)
        exclusions = {name for table in self.tables for name in table.exclusions}
        ordered = sorted(found, key=lambda it: (it not in added, it in exclusions, natural(it)))
        return (*ordered, *sorted(set(named), key=natural), *self.constants)

    @cached_property
    def constants(self) -> list[str]:
        """The constants that differ, as the new table has them."""
        old, new = (
            program.known_constants() | dict(program.constants) for program in self.programs
        )
        return [
            f"{name}={new.get(name, old.get(name))}"
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]

    def literals(self, predicate: str, arity: int) -> Literals:
        """Return the atoms of a predicate that some patient may have, with their literals."""
        same = self.ground.same
        found = {
            atom.symbol: same.get(atom.literal + self.by, atom.literal + self.by)
            for atom in self.atoms.by_signature(predicate, arity)
        }
        return {atom: literal for atom, literal in found.items() if literal != FALSE}

    def _constraints(self) -> list[tuple[Rule, frozenset[int]]]:
        """Return what patients are subject to, and not what sets are: none is made."""
        ground = self.ground
        made = ground.depending([atom for atom in ground.choices if atom < self.by])
        left = [
            rule
            for rule in ground.constraints
            if not any(abs(literal) in made for literal, _ in rule.body)
        ]
        return [(rule, ground.open_in(rule)) for rule in left]

    def slice(self, named: Mapping[Symbol, int], *, ties: bool = True) -> Slice:
        """Return the part of both tables that some atoms depend on."""
        return Slice(self.ground, self.constraints, named, self.told, ties=ties)
