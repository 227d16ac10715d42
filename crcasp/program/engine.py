"""Groundings of one program, made when they are needed, asked for one patient after another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from threading import Lock, RLock

from clingo import Symbol

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.program.grounding import Answer, Grounding
from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.terms import Row
from crcasp.program.vocabulary import Vocabulary

PATIENT_CHECK = "check/patient.lp"
# What is loaded to read an answer: the atoms that are shown, and whether facts contradict.
READ = ("wrapper/show.lp", PATIENT_CHECK)
CAPACITY = 64  # groundings of one program that are kept
REMEMBERED = 10_000  # histories that are remembered as seen


class Engine:
    """All groundings of one program.

    A grounding for any history of up to some lines answers a patient whose history
    is new; one for a single history, which is several times smaller, is made when
    the history comes again.

    Attributes:
        program: what is grounded.
        vocabulary: what its facts may say.
        declared: the grounding that the vocabulary was read from.
        jointly: whether offers may complement each other, so that completions are gone
            through one by one: for one patient at a time, and not for all there can be.
    """

    def __init__(
        self, program: Program, vocabulary: Vocabulary, declared: Solver, *, jointly: bool = False
    ) -> None:
        self.program = program
        self.vocabulary = vocabulary
        self.declared = declared
        self.jointly = jointly
        self.lock = RLock()
        self.groundings: OrderedDict[object, Grounding] = OrderedDict()
        self.seen: set[frozenset[Symbol]] = set()

    @cached_property
    def lexicon(self) -> Table:
        """The names of therapies, and words for a person, without the table itself."""
        return Table(self.declared)

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

        The first such grounding is kept, for `table`.

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
        OverlayError: something is wrong with an overlay.
        UsageError: a constant is.
    """
    with _engine_lock:
        return _engine(program)


@lru_cache(maxsize=16)
def _engine(program: Program) -> Engine:
    jointly = False
    if program.overlays:
        from crcasp.program.flaws import Overlays

        jointly = bool(Overlays(program).checked().facts("jointly", 1))
    declared = Solver(program.vocabulary_control())
    vocabulary = Vocabulary.of(declared)
    if not vocabulary.lines:
        raise UsageError("max_lines must be at least 1.")
    return Engine(program, vocabulary, declared, jointly=jointly)
