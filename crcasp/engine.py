"""The solver: a program grounded once, asked for one patient after another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import TypeAlias

from clingo import Control, Symbol, SymbolType

from crcasp.errors import Fault, InputError, Place, UsageError
from crcasp.facts import FactBase
from crcasp.program import Program
from crcasp.vocabulary import Vocabulary

Atoms: TypeAlias = dict[str, list[tuple[Symbol, ...]]]

HISTORY = "received"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver says of one patient.

    Attributes:
        atoms: arguments of the shown verdicts and reasons, by predicate.
        sets: every recommendation set: its therapies, and what it relies on.
    """

    atoms: Atoms
    sets: tuple[tuple[tuple[Symbol, ...], tuple[Symbol, ...]], ...]


@dataclass(slots=True)
class Grounding:
    """One grounded control with its facts as externals; a lock makes it safe to share."""

    control: Control
    lock: Lock = field(default_factory=Lock)
    choices: dict[Symbol, int] = field(default_factory=dict)
    relies: dict[Symbol, int] = field(default_factory=dict)
    split: dict[Symbol, tuple[str, tuple[Symbol, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.choices = self._literals("recommended")
        self.relies = self._literals("set_relies")

    def _literals(self, predicate: str) -> dict[Symbol, int]:
        atoms = self.control.symbolic_atoms.by_signature(predicate, 1)
        return {atom.symbol.arguments[0]: atom.literal for atom in atoms}

    def ask(self, facts: Iterable[Symbol] = ()) -> Answer:
        """Solve for the patient with these facts, true for this call only."""
        held = list(facts)
        with self.lock:
            for fact in held:
                self.control.assign_external(fact, True)
            try:
                return self._solve()
            finally:
                for fact in held:
                    self.control.assign_external(fact, False)

    def _solve(self) -> Answer:
        atoms: Atoms = {}
        sets = []
        candidates: list[tuple[Symbol, int]] = []
        with self.control.solve(yield_=True) as handle:
            for model in handle:
                if not atoms:
                    atoms = self._sorted_out(model.symbols(shown=True))
                    eligible = {arguments[0] for arguments in atoms.get("eligible", ())}
                    candidates = [
                        (therapy, literal)
                        for therapy, literal in self.choices.items()
                        if therapy in eligible
                    ]
                chosen = tuple(therapy for therapy, literal in candidates if model.is_true(literal))
                if chosen:
                    relied = [name for name, lit in self.relies.items() if model.is_true(lit)]
                    sets.append((chosen, tuple(relied)))
        return Answer(atoms, tuple(sets))

    def _sorted_out(self, symbols: Sequence[Symbol]) -> Atoms:
        atoms: Atoms = {}
        split = self.split
        for symbol in symbols:
            known = split.get(symbol)
            if known is None:
                known = split[symbol] = (symbol.name, tuple(symbol.arguments))
            atoms.setdefault(known[0], []).append(known[1])
        return atoms

    def table(self, predicate: str, arity: int) -> list[tuple[Symbol, ...]]:
        """Return the arguments of each fact of a predicate of the program."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return [tuple(atom.symbol.arguments) for atom in atoms if atom.is_fact]


@dataclass(slots=True)
class Engine:
    """All groundings of one program, and its input check.

    A grounding for any history of up to some lines answers a patient whose history
    is new; one for a single history, which is several times smaller, is made when
    the history comes again.

    Attributes:
        program: what is grounded.
        vocabulary: what its facts may say.
    """

    program: Program
    vocabulary: Vocabulary
    check: Grounding
    lock: Lock = field(default_factory=Lock)
    groundings: OrderedDict[object, Grounding] = field(default_factory=OrderedDict)
    seen: set[frozenset[Symbol]] = field(default_factory=set)

    CAPACITY = 64

    def ask(self, facts: Sequence[Symbol]) -> Answer:
        """Return the answer for the patient with these checked facts."""
        history = frozenset(fact for fact in facts if fact.name == HISTORY)
        with self.lock:
            again = not history or history in self.seen
            if len(self.seen) > 10_000:
                self.seen.clear()
            self.seen.add(history)
        if again:
            findings = [fact for fact in facts if fact.name != HISTORY]
            return self.for_history(history).ask(findings)
        lines = max(fact.arguments[0].number for fact in history)
        return self.for_lines(max(2, 1 << (lines - 1).bit_length())).ask(facts)

    def for_history(self, history: frozenset[Symbol]) -> Grounding:
        """Return the grounding in which the lines of therapy are facts."""
        lines = max((fact.arguments[0].number for fact in history), default=0)
        facts = "\n".join(f"{fact}." for fact in sorted(history))
        return self._grounding(history, lines, facts)

    def for_lines(self, lines: int) -> Grounding:
        """Return the grounding for any history of up to so many lines."""
        return self._grounding(lines, lines, "")

    def _grounding(self, key: object, lines: int, facts: str) -> Grounding:
        with self.lock:
            known = self.groundings.get(key)
            if known is None:
                extra = ["wrapper/externals.lp", "wrapper/show.lp"]
                if not facts and lines:
                    extra.append("wrapper/histories.lp")
                control = self.program.control(*extra, lines=lines, facts=facts)
                known = self.groundings[key] = Grounding(control)
                while len(self.groundings) > self.CAPACITY:
                    self.groundings.popitem(last=False)
            else:
                self.groundings.move_to_end(key)
            return known

    def any_grounding(self) -> Grounding:
        """Return some grounding of the whole program, one that is there if there is one."""
        with self.lock:
            for grounding in self.groundings.values():
                return grounding
        return self.for_history(frozenset())

    def once(self, facts: Sequence[Symbol]) -> Answer:
        """Answer one patient with a grounding of its own: the quickest single answer."""
        text = "\n".join(f"{fact}." for fact in facts)
        control = self.program.control("wrapper/show.lp", facts=text + "\ninquiry.")
        grounding = Grounding(control)
        with self.lock:
            self.groundings.setdefault(None, grounding)
        return grounding.ask()

    def accepted(self, base: FactBase) -> tuple[Symbol, ...]:
        """Return the facts in order if nothing is wrong with them.

        Raises:
            InputError: with every fault of the input at once.
        """
        faults = list(base.faults)
        facts = []
        for fact, place in base.facts.items():
            if fact.name in (HISTORY, "stopped"):
                line = fact.arguments[0].number
                if line > self.vocabulary.lines:
                    most = self.vocabulary.lines
                    message = f"{fact}: a line is numbered 1 to {most}; a history has no more."
                    faults.append(Fault(place, message))
                    continue
            facts.append(fact)
        issues = self.check.ask(facts).atoms.get("issue", ())
        for fact, other, text in sorted(issues):
            against = "" if fact == other else f" contradicts {other}{_seen_at(base, other)}"
            joint = ": " if fact == other else ", "
            message = f"{fact}{against}{joint}{text.string}."
            faults.append(Fault(base.facts.get(fact, Place("facts", None, None)), message))
        if faults:
            raise InputError(faults)
        return tuple(facts)


def _seen_at(base: FactBase, fact: Symbol) -> str:
    place = base.facts.get(fact)
    return f" (line {place.line})" if place and place.line else ""


def engine(program: Program) -> Engine:
    """Return the engine of a program, made once in a process.

    Raises:
        UsageError: an overlay is not whole, or clingo refuses it.
    """
    with _engine_lock:
        return _engine(program)


_engine_lock = Lock()


@lru_cache(maxsize=16)
def _engine(program: Program) -> Engine:
    if program.overlays:
        table = Grounding(program.control("check/table.lp"))
        flaws = sorted(f"{_bare(term)} {text.string}" for term, text in table.table("flaw", 2))
        if flaws:
            names = ", ".join(name for name, _ in program.overlays)
            raise UsageError(f"{names}: {'; '.join(flaws)}.")
    check = Grounding(program.input_check())
    return Engine(program, _vocabulary(check), check)


def _bare(term: Symbol) -> str:
    return term.string if term.type is SymbolType.String else str(term)


def _vocabulary(grounding: Grounding) -> Vocabulary:
    def names(predicate: str) -> tuple[str, ...]:
        return tuple(str(arguments[0]) for arguments in grounding.table(predicate, 1))

    findings: dict[str, list[str | int]] = {}
    for finding, value in grounding.table("value", 2):
        read = value.number if value.type is SymbolType.Number else str(value)
        findings.setdefault(str(finding), []).append(read)
    return Vocabulary(
        findings={finding: tuple(values) for finding, values in findings.items()},
        therapies=names("therapy_name"),
        reasons=names("stop_reason"),
        limits=names("limitable"),
        lines=max(arguments[0].number for arguments in grounding.table("line", 1)),
        meanings={str(name): text.string for name, text in grounding.table("means", 2)},
    )
