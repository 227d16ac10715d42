"""The solver: a program grounded once, asked for one patient after another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple, TypeAlias

from clingo import Control, Symbol

from crcasp.errors import Fault, InputError, UsageError
from crcasp.facts import FactBase
from crcasp.program.externals import Externals
from crcasp.program.files import EXTERNAL_FINDING, Program
from crcasp.program.terms import Row, Word, row
from crcasp.program.vocabulary import Vocabulary

Atoms: TypeAlias = dict[str, list[Row]]

HISTORY = "received"
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


class Grounding:
    """One grounded control; a lock makes it safe to share.

    Args:
        control: what was grounded.
        predicates: those whose atoms are externals, if any are.
    """

    def __init__(self, control: Control, predicates: Iterable[str] = ()) -> None:
        self.control = control
        self.lock = Lock()
        self.choices = self._literals("recommended")
        self.relies = self._literals("set_relies")
        self.externals = Externals(control, predicates)
        self.rows: dict[Symbol, tuple[str, Row]] = {}

    def _literals(self, predicate: str) -> dict[Word, int]:
        atoms = self.control.symbolic_atoms.by_signature(predicate, 1)
        return {row(atom.symbol)[0]: atom.literal for atom in atoms}

    def ask(self, facts: Iterable[Symbol] = ()) -> Answer:
        """Solve for the patient with these facts, true for this call only."""
        with self.lock:
            places = map(self.externals.place, facts)
            return self._solve(self.externals.assuming(places))

    def _solve(self, assumptions: Sequence[int]) -> Answer:
        atoms: Atoms = {}
        sets: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        options: list[tuple[Word, int]] = []
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            for model in handle:
                is_true = model.is_true
                if not atoms:
                    atoms = self._sorted_out(model.symbols(shown=True))
                    eligible = {therapy for (therapy,) in atoms.get("eligible", ())}
                    options = [item for item in self.choices.items() if item[0] in eligible]
                chosen = tuple(str(therapy) for therapy, literal in options if is_true(literal))
                if chosen:
                    relied = (str(name) for name, lit in self.relies.items() if is_true(lit))
                    sets.append((chosen, tuple(relied)))
        return Answer(atoms, tuple(dict.fromkeys(sets)))

    def _sorted_out(self, symbols: Sequence[Symbol]) -> Atoms:
        atoms: Atoms = {}
        rows = self.rows
        for symbol in symbols:
            known = rows.get(symbol)
            if known is None:
                known = rows[symbol] = (symbol.name, row(symbol))
            atoms.setdefault(known[0], []).append(known[1])
        return atoms

    def given(self) -> list[tuple[Symbol, Symbol, Symbol]]:
        """Return each finding that a fact gives, with its value and the fact."""
        atoms = self.control.symbolic_atoms.by_signature("given", 3)
        found = []
        for atom in atoms:
            if atom.is_fact:
                finding, value, fact = atom.symbol.arguments
                found.append((finding, value, fact))
        return found

    def table(self, predicate: str, arity: int) -> list[Row]:
        """Return the arguments of each fact of a predicate of the program."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return [row(atom.symbol) for atom in atoms if atom.is_fact]


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
        self.lock = Lock()
        self.groundings: OrderedDict[object, Grounding] = OrderedDict()
        self.seen: set[frozenset[Symbol]] = set()

    def ask(self, base: FactBase) -> Answer:
        """Return the answer for the patient with these facts.

        Raises:
            InputError: with every fault of the input at once.
        """
        if base.faults:
            raise InputError([*base.faults, *self._contradictions(base)])
        if self.jointly:
            return self.once(base)
        history, findings, lines = _divided(base.facts)
        with self.lock:
            again = not history or history in self.seen
            if len(self.seen) >= REMEMBERED:
                self.seen.clear()
            self.seen.add(history)
        try:
            if again:
                return self._checked(self.for_history(history, lines).ask(findings), base)
            grounding = self.for_lines(1 << (lines - 1).bit_length())
            return self._checked(grounding.ask(base.facts), base)
        except LookupError:  # a fact that an overlay derives too is no external
            return self.once(base)

    def once(self, base: FactBase) -> Answer:
        """Answer as `ask` does, by a grounding of its own: the quickest single answer."""
        return self.alone(base)[0]

    def alone(self, base: FactBase, *extra: str, facts: str = "") -> tuple[Answer, Grounding]:
        """Return an answer and the grounding it comes from, made for it alone.

        Args:
            base: the patient's facts.
            extra: further files in subfolders of `lp/`.
            facts: facts for them, as text.

        Raises:
            InputError: with every fault of the input at once.
        """
        if base.faults:
            raise InputError([*base.faults, *self._contradictions(base)])
        text = f"inquiry. {facts} {_program_text(base.facts)}"
        grounding = Grounding(self.program.control(*READ, *extra, facts=text))
        with self.lock:
            self.groundings.setdefault(None, grounding)
        return self._checked(grounding.ask(), base), grounding

    def check(self, base: FactBase) -> None:
        """Raise InputError if anything is wrong with the facts, without solving for them."""
        faults = [*base.faults, *self._contradictions(base)]
        if faults:
            raise InputError(faults)

    def _contradictions(self, base: FactBase) -> list[Fault]:
        check = Grounding(self.program.vocabulary_control(PATIENT_CHECK, _program_text(base.facts)))
        return _faults(check.table("issue", 3), base)

    def _checked(self, answer: Answer, base: FactBase) -> Answer:
        if not answer.atoms:
            raise self.program.without_answer()
        issues = answer.atoms.get("issue")
        if issues:
            raise InputError(_faults(issues, base))
        return answer

    def for_history(self, history: frozenset[Symbol], lines: int) -> Grounding:
        """Return the grounding in which the lines of therapy are facts."""
        return self._grounding((history, lines), lines, history, "wrapper/externals.lp")

    def for_lines(self, lines: int) -> Grounding:
        """Return the grounding for any history of up to so many lines."""
        externals = ("wrapper/externals.lp", "wrapper/histories.lp")
        return self._grounding(lines, lines, (), *externals)

    def any_grounding(self) -> Grounding:
        """Return some grounding of the whole program, one that is there if there is one."""
        with self.lock:
            for grounding in self.groundings.values():
                return grounding
        return self.for_history(frozenset(), 0)

    def _grounding(
        self, key: object, lines: int, facts: Iterable[Symbol], *externals: str
    ) -> Grounding:
        with self.lock:
            known = self.groundings.get(key)
            if known is None:
                added = self.program.added(self.vocabulary.findings, *EXTERNAL_FINDING)
                text = f"{added} {_program_text(facts)}"
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
        if len(arguments) > 1 and fact.name == HISTORY:
            history.append(fact)
        else:
            others.append(fact)
    return frozenset(history), others, lines


def _program_text(facts: Iterable[Symbol]) -> str:
    return " ".join(f"{fact}." for fact in facts)


def _faults(issues: Iterable[Row], base: FactBase) -> list[Fault]:
    """Return a fault for each contradiction that the program derives."""
    places = {str(fact): place for fact, place in base.facts.items()}
    faults = []
    for fact, other, text in issues:
        place = places.get(str(other))
        seen = f" ({place})" if place and place.line and other != fact else ""
        against = ":" if fact == other else f" contradicts {other}{seen}:"
        faults.append(Fault(places.get(str(fact)), f"{fact}{against} {text}."))
    return faults


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
        table = Grounding(program.control("check/table.lp"))
        flaws = sorted(f"{term} {text}" for term, text in table.table("flaw", 2))
        if flaws:
            raise UsageError(f"{program.names()}: {'; '.join(flaws)}.")
        jointly = bool(table.table("jointly", 1))
    vocabulary = _vocabulary(Grounding(program.vocabulary_control()))
    if not vocabulary.lines:
        raise UsageError("max_lines must be at least 1.")
    return Engine(program, vocabulary, jointly=jointly)


def _vocabulary(grounding: Grounding) -> Vocabulary:
    def names(predicate: str) -> tuple[str, ...]:
        return tuple(str(name) for (name,) in grounding.table(predicate, 1))

    findings: dict[str, list[str | int]] = {}
    for finding, value in grounding.table("value", 2):
        findings.setdefault(str(finding), []).append(value)
    return Vocabulary(
        findings={finding: tuple(values) for finding, values in findings.items()},
        therapies=names("therapy_name"),
        reasons=names("stop_reason"),
        agents=names("agent"),
        limits=names("limitable"),
        lines=max((int(line) for (line,) in grounding.table("line", 1)), default=0),
        meanings={str(name): str(text) for name, text in grounding.table("means", 2)},
    )
