"""What is certain and possible of some patients, and the sets of what is certain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from operator import and_, or_
from typing import NamedTuple, TypeAlias

from clingo import Symbol

from crcasp.errors import NoAnswerError
from crcasp.program.completions import SHOW, Completions
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import VOCABULARY, Program
from crcasp.program.ground import GroundRules
from crcasp.program.sets import (
    OF_TABLE,
    OF_VERDICTS,
    found_sets,
    preferred,
    ranked,
    sets_grounded,
    table_facts,
)
from crcasp.program.solver import Solver
from crcasp.program.terms import Word, row, word
from crcasp.program.vocabulary import externals_of
from crcasp.registry.circuit import TRUE, Body, Circuit, Facts, Unevaluable
from crcasp.registry.outcome import AND, OR

MOST = 20_000  # assignments that one question may come to
ROOM = 1 << 30  # bits that the answers under all assignments may take
ANSWER = "cohort/answer.lp"
ANYONE = "cohort/anyone.lp"
ANY_SETS = "cohort/sets.lp"
KEPT = 100_000  # patterns of verdicts whose sets are remembered


class Groundings:
    """Groundings of one program: first for the facts that are needed, then for all.

    Args:
        program: the program.
        check: whether it is the check of facts that is grounded, and not the verdicts.
    """

    def __init__(self, program: Program, check: bool = False) -> None:
        self.program = program
        self.check = check
        self.externals = externals_of(engine(program).vocabulary.findings)
        self.made: dict[int, tuple[Circuit, frozenset[Symbol] | None]] = {}

    def of(self, facts: Iterable[Symbol], lines: int) -> Circuit:
        """Return a grounding for facts of up to so many lines."""
        needed = frozenset(facts)
        if lines not in self.made:
            text = " ".join(f"#external {fact}." for fact in needed)
            self.made[lines] = self._grounded(text), needed
        circuit, known = self.made[lines]
        if known is not None and not needed <= known:
            circuit = self._grounded(f"{self.externals} any_line(1..{lines}).", ANYONE)
            self.made[lines] = circuit, None
        return circuit

    def _grounded(self, text: str, *files: str) -> Circuit:
        program, rules = self.program, GroundRules()
        if self.check:
            names = (*VOCABULARY, PATIENT_CHECK, *files)
            return Circuit(program.grounded(names, [], text, program.overlays, rules), rules)
        return Circuit(program.control(SHOW, ANSWER, *files, facts=text, observer=rules), rules)


class OfMany:
    """What the completions of many patients say.

    Of each node of the circuit it holds one number, whose bits are the patients. Numbers of
    Python are quick at this: most nodes are true of nobody, and cost nothing.

    Args:
        circuit: the program.
        facts: for each fact the patients of whom it is given.
        rows: how many patients there are.
        mask: those of whom anything is asked.
    """

    def __init__(self, circuit: Circuit, facts: Facts, rows: int, mask: int) -> None:
        self.circuit = circuit
        self.atoms = circuit.atoms
        self.rows = rows
        self.mask = mask
        self.given = circuit.given(facts)
        self.everybody = (1 << rows) - 1
        self.values = {TRUE: self.everybody, -TRUE: 0}
        self.valued = len(self.values)
        self.options: dict[tuple[Symbol, tuple[int, ...], bool], int] = {}
        self.asked: dict[int, tuple[int, int]] = {}
        self.flips: dict[int, dict[Symbol, int]] = {}

    def table(self, asked: Collection[tuple[str, int]] = ()) -> tuple[list[Symbol], list[Symbol]]:
        """Return what `sets.lp` reads of the table: what holds of all, and what of some."""
        found: tuple[list[Symbol], list[Symbol]] = [], []
        for signature in {*OF_TABLE, *asked} - {*OF_VERDICTS}:
            for atom in self.atoms(*signature):
                # What a therapy consists of matters only where it is eligible.
                sure = atom.name == "consists" or self.circuit.node(atom) == TRUE
                found[not sure].append(atom)
        return found

    def ask(self, atom: Symbol, mask: int | None = None) -> tuple[int, int]:
        """Return of whom an atom holds in all completions, and of whom in some."""
        node = self.circuit.node(atom)
        if mask is not None:
            return self._ask(node, mask & self.mask)
        if node not in self.asked:
            flips = self.flips.setdefault(node, {}) if atom.name == "eligible" else None
            self.asked[node] = self._ask(node, self.mask, flips)
        return self.asked[node]

    def missing(self, therapy: str | None = None) -> Mapping[str, int]:
        """Return for each finding those for whom it alone may decide one therapy, or some."""
        found = Counter[str]()
        for atom in self.atoms("eligible", 1):
            if therapy in (None, word(atom.arguments[0])):
                self.ask(atom)
                for finding, whom in self.flips.get(self.circuit.node(atom), {}).items():
                    found[str(word(finding))] |= whom
        return found

    # ---- completions ------------------------------------------------------------------------

    def value(self, literal: int) -> int:
        """Return the patients of whom a node holds that depends on no finding."""
        circuit = self.circuit
        for node in range(self.valued, len(circuit.gates)):
            if not circuit.support[node]:
                ways = circuit.gates[node]
                self.values[node] = self._evaluated(ways) if ways else self.given.get(node, 0)
        self.valued = len(circuit.gates)
        return self._now(literal)

    def _evaluated(self, ways: Sequence[Body]) -> int:
        values, everybody = self.values, self.everybody
        whole = 0
        for body in ways:
            part = everybody
            for literal in body:
                value = values[literal] if literal in values else self._now(literal)
                part = value if part is everybody else part & value
                if not part:
                    break
            whole = whole | part if whole else part
        return whole

    def _allowed(self, finding: Symbol, leaves: tuple[int, ...], unused: bool) -> int:
        """Return the patients whose finding may have one of some values, or has none at all."""
        key = finding, leaves, unused
        if key not in self.options:
            whom = (self.value(self.circuit.could_be[leaf]) for leaf in leaves)
            self.options[key] = reduce(or_, whom, 0)
            if unused:
                every = tuple(self.circuit.inputs[finding])
                self.options[key] |= self.everybody ^ self._allowed(finding, every, False)
        return self.options[key]

    @property
    def inconsistent(self) -> int:
        """The patients without a completion, as far as single constraints leave them none."""
        left = (self._ask(-check, self.mask)[1] for check in self.circuit.checks)
        return self.mask & ~reduce(and_, left, self.mask)

    def _ask(
        self, literal: int, mask: int, flips: dict[Symbol, int] | None = None
    ) -> tuple[int, int]:
        """Return of whom a node holds in all completions, and of whom in some."""
        circuit, values, everybody = self.circuit, self.values, self.everybody
        root = abs(literal)
        if not circuit.support[root]:
            found = self.value(literal) & mask
            return found, found
        question = circuit.question(root)
        self.value(TRUE)
        last = len(question.findings)
        options = []
        for finding, classes in zip(question.findings, question.classes, strict=True):
            options.append([(leaf, self._allowed(finding, its, not leaf)) for leaf, its in classes])
            for leaf in circuit.inputs[finding]:
                values[leaf], values[-leaf] = 0, everybody
        leaves: list[tuple[tuple[int, ...], int, int]] = []
        possible = refuted = count = 0

        def walk(level: int, those: int, path: tuple[int, ...]) -> None:
            nonlocal possible, refuted, count
            for node in question.steps[level]:
                values.pop(-node, None)
                values[node] = self._evaluated(circuit.gates[node])
            for check in question.checks[level]:
                those &= ~self._now(check)
            if not those:
                return
            if level == last:
                met = those & self._now(literal)
                possible |= met
                refuted |= those ^ met
                count += 1
                if flips is not None:
                    leaves.append((path, met, those ^ met))
                if count > MOST or len(leaves) * self.rows > ROOM:
                    raise Unevaluable("some rows have too many completions")
                return
            for number, (leaf, whom) in enumerate(options[level]):
                if part := those & whom:
                    if leaf:
                        values[leaf], values[-leaf] = everybody, 0
                    walk(level + 1, part, (*path, number))
                    if leaf:
                        values[leaf], values[-leaf] = 0, everybody

        walk(0, mask, ())
        if flips is not None and possible & refuted:
            for place, finding in enumerate(question.findings):
                if whom := _decided(leaves, place):
                    flips[finding] = flips.get(finding, 0) | whom
        return mask & ~refuted & possible, possible

    def _now(self, literal: int) -> int:
        """Return the patients of whom a node holds that has been evaluated, negated or not."""
        if literal not in self.values:
            value = self.values[-literal]
            self.values[literal] = self.everybody ^ value if value else self.everybody
        return self.values[literal]


def _decided(leaves: Iterable[tuple[tuple[int, ...], int, int]], place: int) -> int:
    """Return for whom two assignments that differ in one place alone have two answers."""
    met: defaultdict[tuple[int, ...], int] = defaultdict(int)
    unmet: defaultdict[tuple[int, ...], int] = defaultdict(int)
    for path, holds, fails in leaves:
        rest = path[:place] + path[place + 1 :]
        met[rest] |= holds
        unmet[rest] |= fails
    decided = 0
    for rest, whom in met.items():
        decided |= whom & unmet[rest]
    return decided


class OfOne:
    """What the completions of one patient say, by the solver; see `OfMany`."""

    rows = mask = 1

    def __init__(self, program: Program, facts: Iterable[Symbol]) -> None:
        self.completions = Completions(program, facts, ANSWER)
        self.certain = {*self.completions.certain}
        self.possible = {*self.completions.possible}

    def atoms(self, name: str, arity: int) -> Sequence[Symbol]:
        """Return the atoms of a predicate that may hold."""
        return [atom for atom in self.possible if atom.match(name, arity)]

    def table(self, asked: Collection[tuple[str, int]] = ()) -> tuple[list[Symbol], list[Symbol]]:
        """Return what `sets.lp` reads of the table, and what else an overlay asks."""
        return table_facts(self.completions, asked), []

    def ask(self, atom: Symbol, mask: int = 1) -> tuple[int, int]:
        """Return whether an atom holds in all completions, and whether in some."""
        return mask * (atom in self.certain), mask * (atom in self.possible)

    def missing(self, therapy: str | None = None) -> Mapping[str, int]:
        """Return the findings each of which may alone decide one therapy, or some."""
        decides = self.completions.missing["decides"]
        return {str(finding): 1 for it, finding in decides if therapy in (None, it)}


Consequences: TypeAlias = OfMany | OfOne

# ---- sets -------------------------------------------------------------------------------------


Support: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
MayStand: TypeAlias = Callable[[Support], bool]


class Sets(NamedTuple):
    """The sets that some patients have.

    Attributes:
        every: all sets.
        best: the preferred sets.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
        may_stand: returns whether therapies may be a set, each by the statements that may
            support it.
    """

    every: frozenset[frozenset[str]]
    best: frozenset[frozenset[str]]
    grade: str | None
    preferred: str
    may_stand: MayStand


class SetEnumerator:
    """The program of the sets, grounded once for all verdicts.

    Args:
        program: the program.
        facts: what it reads of the table.
        verdicts: what it may read beside these.

    Attributes:
        inputs: the verdicts that the sets depend on.
    """

    def __init__(
        self, program: Program, facts: Iterable[Symbol], verdicts: Iterable[Symbol]
    ) -> None:
        self.program = program
        rules = GroundRules()
        self.given = [*facts], [*verdicts]
        self.solver = sets_grounded(program, *self.given, rules=rules)
        control = self.solver.control
        read = self.solver.literals("recommended", 1) | self.solver.literals("set_grade", 1)
        chosen = (part for choice, _, (body, _, _) in rules.rules if choice for part in body)
        _, needed = rules.below([*read.values(), *chosen])
        found = [atom for atom in control.symbolic_atoms if atom.is_external]
        literals = {atom.symbol: atom.literal for atom in found if atom.literal in needed}
        self.inputs = sorted(literals)
        self.literals = [literals[atom] for atom in self.inputs]
        for atom in found:
            if atom.literal not in needed:
                control.assign_external(atom.literal, False)
        self.sets = lru_cache(KEPT)(self._sets)
        self.may_stand = lru_cache(KEPT)(self._may_stand)

    @cached_property
    def any_sets(self) -> Solver:
        """The sets of any patient."""
        return sets_grounded(self.program, *self.given, [ANY_SETS])

    def _may_stand(self, therapies: Support) -> bool:
        """Return whether verdicts may be such that these therapies are a set."""
        solver = self.any_sets
        support: dict[Word, tuple[str, ...]] = dict(therapies)
        chosen = {row(atom)[0]: it for atom, it in solver.literals("recommended", 1).items()}
        because = {row(atom): it for atom, it in solver.literals("because", 2).items()}
        assumed = [it if name in support else -it for name, it in chosen.items()]
        assumed += [-it for (name, by), it in because.items() if by not in support.get(name, [by])]
        return support.keys() <= chosen.keys() and solver.satisfiable(assumed)

    def _sets(self, values: bytes) -> Sets | None:
        """Return the sets where the inputs have these values, None if nothing is left."""
        inputs = zip(self.literals, values, strict=True)
        assumed = [literal if value else -literal for literal, value in inputs]
        try:
            found = found_sets(self.program, self.solver, assumed)
        except NoAnswerError:
            return None
        sets = ranked(found, engine(self.program).table)
        best = preferred(sets)
        return Sets(
            every=frozenset(frozenset(chosen.therapies) for _, chosen in sets),
            best=frozenset(frozenset(chosen.therapies) for chosen in best),
            grade=best[0].grade if best else None,
            preferred=OR.join(dict.fromkeys(AND.join(chosen.therapies) for chosen in best)),
            may_stand=self.may_stand,
        )
