"""Groundings of one program, made when they are needed, asked for one patient after another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from threading import Lock, RLock
from typing import NamedTuple, TypeAlias

from clingo import Control, Symbol

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.terms import Row, Word, row
from crcasp.program.vocabulary import Vocabulary

Atoms: TypeAlias = dict[str, list[Row]]

PATIENT_CHECK = "check/patient.lp"
READ = ("wrapper/show.lp", PATIENT_CHECK)
CAPACITY = 64  # groundings of one program that are kept
REMEMBERED = 10_000  # histories that are remembered as seen


class Answer(NamedTuple):
    """What the solver says of one patient.

    Attributes:
        atoms: arguments of the shown verdicts and reasons, by predicate.
        sets: every recommendation set: its therapies, and what it relies on.
    """

    atoms: Atoms
    sets: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


class Grounding(Solver):
    """The program grounded for one patient, or with externals for many.

    The facts of a patient are assumed true, and all other externals false. Assigned
    instead of assumed, they would make clasp prepare the whole program anew each time.

    Args:
        control: what was grounded.
        predicates: those whose atoms are externals, if any are.
    """

    def __init__(self, control: Control, predicates: Collection[str] = ()) -> None:
        super().__init__(control)
        self.lock = Lock()
        self.choices = self._by_word("recommended")
        self.relies = self._by_word("set_relies")
        self.rows: dict[Symbol, tuple[str, Row]] = {}
        self.absent: list[int] = []
        self.places: dict[Symbol, int | None] = {}
        atoms = control.symbolic_atoms
        for name, arity, positive in atoms.signatures if predicates else ():
            for atom in atoms.by_signature(name, arity, positive) if name in predicates else ():
                if atom.is_external:
                    self.places[atom.symbol] = len(self.absent)
                    self.absent.append(-atom.literal)
        for literal in self.absent:
            control.assign_external(-literal, None)

    def _by_word(self, predicate: str) -> dict[Word, int]:
        return {row(atom)[0]: literal for atom, literal in self.literals(predicate, 1).items()}

    def answer(self, facts: Iterable[Symbol] = ()) -> Answer:
        """Solve for the patient with these facts, true for this call only.

        Raises:
            LookupError: a fact is neither an external nor true of every patient.
        """
        with self.lock:
            return self._solve(self._assuming(facts))

    def _assuming(self, facts: Iterable[Symbol]) -> list[int]:
        literals = self.absent.copy()
        for fact in facts:
            if fact not in self.places:
                atom = self.control.symbolic_atoms[fact]
                if atom is None or not atom.is_fact:
                    raise LookupError(f"{fact}: the grounding has no such external")
                self.places[fact] = None
            place = self.places[fact]
            if place is not None:
                literals[place] = -self.absent[place]
        return literals

    def _solve(self, assumptions: list[int]) -> Answer:
        atoms: Atoms = {}
        sets: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        options: list[tuple[Word, int]] = []
        for model in self.models(assumptions):
            is_true = model.is_true
            if not atoms:  # the same in every model
                atoms = self._sorted_out(model.symbols(shown=True))
                eligible = {therapy for (therapy,) in atoms.get("eligible", ())}
                options = [item for item in self.choices.items() if item[0] in eligible]
            chosen = tuple(str(therapy) for therapy, literal in options if is_true(literal))
            if chosen:
                relied = (str(name) for name, literal in self.relies.items() if is_true(literal))
                sets[chosen, tuple(relied)] = None
        return Answer(atoms, tuple(sets))

    def _sorted_out(self, symbols: Iterable[Symbol]) -> Atoms:
        atoms: Atoms = {}
        for symbol in symbols:
            known = self.rows.get(symbol)
            if known is None:
                known = self.rows[symbol] = (symbol.name, row(symbol))
            atoms.setdefault(known[0], []).append(known[1])
        return atoms


class Engine:
    """All groundings of one program.

    A grounding for any history of up to some lines answers a patient whose history
    is new; one for a single history, which is several times smaller, is made when
    the history comes again.

    Attributes:
        program: what is grounded.
        vocabulary: what its facts may say.
        jointly: whether offers may complement each other, so that completions are gone
            through one by one: for one patient at a time, and not for all there can be.
    """

    def __init__(self, program: Program, vocabulary: Vocabulary, *, jointly: bool = False) -> None:
        self.program = program
        self.vocabulary = vocabulary
        self.jointly = jointly
        self.lock = RLock()
        self.groundings: OrderedDict[object, Grounding] = OrderedDict()
        self.seen: set[frozenset[Symbol]] = set()

    @cached_property
    def table(self) -> Table:
        """What the program says of itself, read from a grounding that is there if there is one."""
        with self.lock:
            made = next(iter(self.groundings.values()), None)
            return Table(made or self._for_history(frozenset(), 0))

    def answer(self, facts: Collection[Symbol]) -> Answer:
        """Answer for the patient with these facts, of which each by itself is allowed.

        Where they contradict each other, the answer has atoms of issue/3.

        Raises:
            UsageError: the constraints of an overlay leave no answer.
        """
        if self.jointly:
            return self.fresh(facts)[0]
        history, findings, lines = _divided(facts)
        with self.lock:
            again = not history or history in self.seen
            if len(self.seen) >= REMEMBERED:
                self.seen.clear()
            self.seen.add(history)
        try:
            if again:
                return self._whole(self._for_history(history, lines).answer(findings))
            grounding = self.for_lines(1 << (lines - 1).bit_length())
            return self._whole(grounding.answer(facts))
        except LookupError:  # a fact that an overlay derives too is no external
            return self.fresh(facts)[0]

    def fresh(
        self, facts: Iterable[Symbol], *extra: str, text: str = ""
    ) -> tuple[Answer, Grounding]:
        """Answer as `answer` does, by a grounding of its own: the quickest single answer.

        Args:
            facts: the patient's facts.
            extra: further files in subfolders of `lp/`.
            text: facts for them.
        """
        whole = f"inquiry. {text} {stated(facts)}"
        grounding = Grounding(self.program.control(*READ, *extra, facts=whole))
        with self.lock:
            self.groundings.setdefault(None, grounding)
        return self._whole(grounding.answer()), grounding

    def issues(self, facts: Iterable[Symbol]) -> list[Row]:
        """Return which facts contradict each other and why, without an answer: issue/3."""
        check = self.program.vocabulary_control(PATIENT_CHECK, stated(facts))
        return Solver(check).facts("issue", 3)

    def _whole(self, answer: Answer) -> Answer:
        if not answer.atoms:
            raise self.program.without_answer()
        return answer

    def _for_history(self, history: frozenset[Symbol], lines: int) -> Grounding:
        """Return the grounding in which the lines of therapy are facts."""
        return self._grounding((history, lines), lines, history, "wrapper/externals.lp")

    def for_lines(self, lines: int) -> Grounding:
        """Return the grounding for any history of up to so many lines."""
        externals = ("wrapper/externals.lp", "wrapper/histories.lp")
        return self._grounding(lines, lines, (), *externals)

    def _grounding(
        self, key: object, lines: int, facts: Iterable[Symbol], *externals: str
    ) -> Grounding:
        with self.lock:
            known = self.groundings.get(key)
            if known is None:
                text = f"{self.vocabulary.externals()} {stated(facts)}"
                control = self.program.control(*READ, *externals, lines=lines, facts=text)
                known = self.groundings[key] = Grounding(control, self.vocabulary.predicates())
                while len(self.groundings) > CAPACITY:
                    self.groundings.popitem(last=False)
            else:
                self.groundings.move_to_end(key)
            return known


def _divided(facts: Iterable[Symbol]) -> tuple[frozenset[Symbol], list[Symbol], int]:
    """Return what was received, all other facts, and the highest line they speak of."""
    history, others, lines = [], [], 0
    for fact in facts:
        arguments = fact.arguments
        if len(arguments) > 1:
            lines = max(lines, arguments[0].number)
        if fact.match("received", 2):
            history.append(fact)
        else:
            others.append(fact)
    return frozenset(history), others, lines


def stated(facts: Iterable[Symbol]) -> str:
    """Return facts as the text of a program."""
    return " ".join(f"{fact}." for fact in facts)


_engine_lock = Lock()


def engine(program: Program) -> Engine:
    """Return the engine of a program, made once in a process.

    Raises:
        UsageError: an overlay is not whole, or clingo refuses it.
    """
    with _engine_lock:
        return _engine(program)


@lru_cache(maxsize=16)
def _engine(program: Program) -> Engine:
    jointly = False
    if program.overlays:
        table = Solver(program.control("check/table.lp"))
        flaws = sorted(f"{term} {text}" for term, text in table.facts("flaw", 2))
        if flaws:
            raise UsageError(f"{program.names()}: {'; '.join(flaws)}.")
        jointly = bool(table.facts("jointly", 1))
    vocabulary = _vocabulary(Solver(program.vocabulary_control()))
    if not vocabulary.lines:
        raise UsageError("max_lines must be at least 1.")
    return Engine(program, vocabulary, jointly=jointly)


def _vocabulary(solver: Solver) -> Vocabulary:
    def names(predicate: str) -> tuple[str, ...]:
        return tuple(str(name) for (name,) in solver.facts(predicate, 1))

    findings: dict[str, list[str | int]] = {}
    for finding, value in solver.facts("value", 2):
        findings.setdefault(str(finding), []).append(value)
    return Vocabulary(
        findings={finding: tuple(values) for finding, values in findings.items()},
        therapies=names("therapy_name"),
        reasons=names("stop_reason"),
        agents=names("agent"),
        limits=names("limitable"),
        lines=max((int(line) for (line,) in solver.facts("line", 1)), default=0),
        meanings={str(name): str(text) for name, text in solver.facts("means", 2)},
    )
