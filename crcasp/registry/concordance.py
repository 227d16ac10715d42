"""How the therapies that were given compare with what the table says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from itertools import compress
from typing import NamedTuple

import numpy as np

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import Row, grouped, natural, row, word
from crcasp.registry.answers import Consequences, MayStand, Sets
from crcasp.registry.outcome import LIST, OR, Coded, Places, packed, patterns, together


class Standing(NamedTuple):
    """What the table says of one therapy for one patient.

    Attributes:
        status: "eligible", "undetermined" or "excluded"; "" if it does not know it.
        reason: why it is excluded, in words.
        missing: what may alone decide, where it is undetermined.
        support: the statements that may support it.
    """

    status: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    support: tuple[str, ...] = ()


class Judgement(NamedTuple):
    """How what was given compares, and the reason that decides it."""

    concordance: str
    reason: str | None = None


class Concordance:
    """Compares what was given with what the table of a program says."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def needs(self) -> dict[tuple[str, ...], list[str]]:
        """The values that each branch of a statement needs of each finding, and each its line."""
        solver = engine(self.program).table.solver
        lines = ((statement, "line", line) for statement, line, _ in solver.facts("statement", 3))
        needs = [tuple(map(str, it)) for it in (*map(row, solver.literals("needs", 4)), *lines)]
        return grouped((need[:-1], need[-1]) for need in needs)

    def of(
        self, answers: Consequences, places: Places, given: Coded, in_scope: Coded, sets: Coded
    ) -> Coded:
        """Return the judgements on what was given to some patients, each pattern judged once."""
        look = together([given, in_scope, sets], _look)
        unlisted = look.are(lambda it: not it)
        every = {Standing(): 0}
        told = [names or () for names in given.values]
        own = np.zeros((max(map(len, told)), len(places)), np.intp)
        for name in {name for names in told for name in names}:
            slots = np.array([names.index(name) if name in names else -1 for names in told])
            slots = slots[given.codes]
            those = np.flatnonzero((slots >= 0) & unlisted)
            found = self._standings(answers, name, places[those])
            own_codes = [every.setdefault(standing, len(every)) for standing in found.values]
            own[slots[those], those] = np.array(own_codes, np.intp)[found.codes]
        standings = [Coded([*every], codes) for codes in own]
        judged = partial(self._judged, sets.values[0].may_stand)
        return together([given, look, *standings], judged)

    def _judged(
        self, may_stand: MayStand, given: Sequence[str], look: str, *standings: Standing
    ) -> Judgement:
        """Return the concordance and the reason that decides it."""
        if look:
            return Judgement(look)
        each = [*zip(given, standings, strict=False)]
        strange = [name for name, standing in each if not standing.status]
        if strange:
            return Judgement("not_in_table", f"{', '.join(strange)}: not in the table")
        barred = [(name, standing) for name, standing in each if standing.status == "excluded"]
        if barred:
            reasons = (f"{name}: {standing.reason}" for name, standing in barred)
            return Judgement("excluded", OR.join(reasons))
        is_open = any(standing.status == "undetermined" for _, standing in each)
        if is_open and may_stand(tuple((name, standing.support) for name, standing in each)):
            missing = {name for _, standing in each for name in standing.missing}
            return Judgement("undetermined", f"missing: {LIST.join(sorted(missing, key=natural))}")
        if len(given) > 1:
            each_is = "" if is_open else "each is eligible, but "
            return Judgement("excluded", f"{each_is}they do not stand in one set")
        table = engine(self.program).table
        other = table.beside.get(given[0])
        where = f"only beside {table.words.name(other)}" if other else "in no set"
        return Judgement("excluded", f"it {'' if is_open else 'is eligible, but '}stands {where}")

    def _needed(self, statement: str, branch: str, finding: str) -> str:
        """Return what a branch of a statement needs of a finding, in words."""
        words = engine(self.program).table.words
        of_branch = self.needs.get((statement, branch, finding))
        needs = sorted({*(of_branch or self.needs.get((statement, finding), []))} - {"yes"})
        values = f" {words.names(needs, 'or')}" if needs else ""
        return f"statement {statement} needs: {words.name(finding)}{values}"

    # ---- what the table says of a therapy ---------------------------------------------------

    def _standings(self, answers: Consequences, therapy: str, places: Places) -> Coded:
        """Return the standing of a therapy for some patients."""
        asked = np.zeros(answers.rows, bool)
        asked[places] = True

        def about(name: str, arity: int, place: int, mask: int) -> dict[Row, tuple[int, int]]:
            return {
                row(atom): answers.ask(atom, mask)
                for atom in answers.atoms(name, arity)
                if word(atom.arguments[place]) == therapy
            }

        mask = packed(asked)
        eligible, possible = about("eligible", 1, 0, mask).get((therapy,), (0, 0))
        offered, _ = about("offered", 1, 0, mask).get((therapy,), (0, 0))
        because = about("because", 2, 0, mask).items()
        atoms: list[tuple[Row, bool, int]] = [
            *((("", "", source), True, some) for (_, source), (_, some) in because),
            (("eligible",), True, eligible),
            *((("", name), True, whom) for name, whom in answers.missing(therapy).items()),
            (("undetermined",), True, possible & ~eligible),
        ]
        if mask := mask & offered & ~possible:
            against = about("deciding", 2, 0, mask) | about("unmet", 5, 2, mask)
            for key, (certain, some) in against.items():
                atoms += [(key, True, certain), (key, False, some)]
        found = patterns([whom for *_, whom in atoms], answers.rows, places)
        return found.each(lambda bits: self._standing(compress(atoms, bits)))

    def _standing(self, atoms: Iterable[tuple[Row, bool, int]]) -> Standing:
        """Return a standing by the status, after what is missing, or by deciding/2 and unmet/5."""
        table = engine(self.program).table
        missing: list[str] = []
        support: list[str] = []
        deciding: dict[bool, set[str]] = {True: set(), False: set()}
        unmet: dict[Row, dict[bool, set[tuple[str, str]]]] = {}
        for key, sure, _ in atoms:
            if len(key) == 1:
                return Standing(str(key[0]), "", tuple(sorted(missing)), tuple(sorted(support)))
            if len(key) == 3:
                support.append(str(key[2]))
            elif key[0] == "":
                missing.append(str(key[1]))
            elif len(key) == 2:
                deciding[sure].add(str(key[1]))
            else:
                offer = unmet.setdefault(key[:3], {True: set(), False: set()})
                offer[sure].add((str(key[3]), str(key[4])))
        findings: dict[str, set[tuple[str, str]]] = {}
        barring = {*table.exclusions}
        for (statement, branch, *_), kinds in unmet.items():
            line = (str(statement), "line")
            against = {line} if line in kinds[False] else kinds[True] or kinds[False]
            for source, finding in against:
                findings.setdefault(source, set()).add((finding, str(branch)))
                barring |= {source} - {str(statement)}
        ranked = (deciding[True], deciding[False], barring, {*findings})
        sources = next((x & findings.keys() for x in ranked if x & findings.keys()), None)
        if not sources:
            return Standing()
        source = min(sources, key=table.place)
        if source in barring:
            text = table.exclusions.get(source) or table.texts.get(source)
            return Standing("excluded", f"{source}, {text}")
        # In the order of terms, names come before what has arguments.
        finding, branch = min(findings[source], key=lambda it: ("(" in it[0], it))
        return Standing("excluded", self._needed(source, branch, finding))


def _look(given: Sequence[str], in_scope: bool, sets: Sets) -> str:
    """Return the concordance that shows at a first look, "" if none does."""
    names = frozenset(given)
    if not in_scope:
        return "out_of_scope"
    if names in sets.every:
        return "preferred" if names in sets.best else "eligible"
    return ""
