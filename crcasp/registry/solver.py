"""Answers to profiles: a grounding for each history, read for what a registry asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple, TypeAlias, cast

from clingo import Configuration, Model, Symbol, parse_term

from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.externals import Externals
from crcasp.program.files import Program
from crcasp.program.terms import natural, word
from crcasp.registry.outcome import AND, LIST, OR, Outcome

FILES = ("wrapper/externals.lp", "cohort/profile.lp")
CAPACITY = 256  # groundings that are kept
BOUND = ("dependent", "solitary", "choosy")  # what sets depend on beside the verdicts
REMEMBERED = 20_000  # outcomes of one history that are kept

Facts: TypeAlias = tuple[str, ...]
Pair: TypeAlias = tuple[str, str]
Ballot: TypeAlias = dict[frozenset[str], bool]
Outcomes: TypeAlias = list[Outcome | None]


class Sets(NamedTuple):
    """The sets that some verdicts allow.

    Attributes:
        ballot: every set, with whether it is preferred.
        grade: of the preferred sets, None where there is none.
        preferred: the preferred sets, written out.
    """

    ballot: Ballot
    grade: str | None
    preferred: str


class History:
    """All patients of one history, as the externals of one grounding."""

    def __init__(self, program: Program, received: Facts, lines: int) -> None:
        vocabulary = engine(program).vocabulary
        added = vocabulary.externals()
        text = " ".join([added, *(f"{fact}." for fact in received)])
        self.program = program
        # The facts of a patient have been checked, but not against what an overlay derives.
        checks = (PATIENT_CHECK,) if program.overlays else ()
        self.control = program.control(*FILES, *checks, lines=lines, facts=text)
        self.solving = cast(Configuration, self.control.configuration.solve)
        self.solving.models = 1  # verdicts are the same in every model
        self.externals = Externals(self.control, vocabulary.predicates())
        self.places: dict[str, int | None] = {}
        self.outcomes: dict[tuple[Symbol, ...], Outcome | None] = {}
        self.rows: dict[Symbol, tuple[str, Pair]] = {}
        self.relevant = frozenset(str(atom.arguments[0]) for atom in self.atoms("relevant", 1))
        self.local = {str(atom.arguments[0]) for atom in self.atoms("locoregional", 1)}
        self.ranks = {
            str(atom.arguments[0]): atom.arguments[1].number for atom in self.atoms("rank", 2)
        }
        self.choices = {
            str(word(atom.symbol.arguments[0])): atom.literal
            for atom in self.control.symbolic_atoms.by_signature("recommended", 1)
        }
        self.empty = [-literal for literal in self.choices.values()]  # the empty set

    def atoms(self, predicate: str, arity: int) -> list[Symbol]:
        """Return the atoms of a predicate."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return [atom.symbol for atom in atoms]

    def outcome(self, facts: Sequence[str], known: dict[object, Sets]) -> Outcome | None:
        """Return the outcome for the patient with these facts beside the history.

        It is None where they contradict each other.

        Args:
            facts: the facts, each an external of the grounding.
            known: the sets for verdicts that were seen before, to which new ones are added.
        """
        return self._read(self.assuming(facts), known)

    def assuming(self, facts: Sequence[str]) -> list[int]:
        """Return the assumptions by which these facts hold, and no others of a patient."""
        places = self.places
        for fact in facts:
            if fact not in places:
                places[fact] = self.externals.place(parse_term(fact))
        return self.externals.assuming(places[fact] for fact in facts)

    def _read(self, assumptions: Sequence[int], known: dict[object, Sets]) -> Outcome | None:
        key = self._shown([*assumptions, *self.empty]) or self._shown(assumptions)
        if not key:
            raise self.program.without_answer()
        if key not in self.outcomes:
            if len(self.outcomes) > REMEMBERED:
                self.outcomes.clear()
            self.outcomes[key] = self._built(key, assumptions, known)
        return self.outcomes[key]

    def _shown(self, assumptions: Sequence[int]) -> tuple[Symbol, ...]:
        """Return what one model shows, () if there is none."""
        shown: Sequence[Symbol] = ()

        def first(model: Model) -> bool:
            nonlocal shown
            shown = model.symbols(shown=True)
            return False

        self.control.solve(assumptions=assumptions, on_model=first)
        return tuple(shown)

    def _built(
        self, shown: Sequence[Symbol], assumptions: Sequence[int], known: dict[object, Sets]
    ) -> Outcome | None:
        """Return the outcome that the shown atoms come to."""
        atoms: dict[str, list[Pair]] = {}
        for symbol in shown:
            name, pair = self.rows.get(symbol) or self._row(symbol)
            atoms.setdefault(name, []).append(pair)
        if "issue" in atoms:
            return None
        eligible = sorted(therapy for therapy, _ in atoms.get("eligible", ()))
        grades = sorted(atoms.get("grade", ()))
        bound = (tuple(sorted(atoms.get(name, ()))) for name in BOUND)
        verdicts = (tuple(eligible), tuple(grades), *bound)
        sets = known.get(verdicts)
        if sets is None:
            sets = known[verdicts] = self._sets(eligible, dict(grades), assumptions)
        undetermined = sorted(therapy for therapy, _ in atoms.get("undetermined", ()))
        missing = sorted({finding for _, finding in atoms.get("missing", ())}, key=natural)
        return Outcome(
            in_scope="out_of_scope" not in atoms,
            line=atoms["line_of"][0][0],
            grade=sets.grade,
            preferred=sets.preferred,
            eligible=LIST.join(eligible),
            undetermined=LIST.join(undetermined),
            missing=LIST.join(missing),
            sets=sets.ballot,
            against=_against(atoms.get("deciding", ()), dict(atoms.get("decided_on", ()))),
        )

    def _row(self, symbol: Symbol) -> tuple[str, Pair]:
        """Return the name of an atom, and its first two arguments."""
        first, second, *_ = (*(str(word(term)) for term in symbol.arguments), "", "")
        self.rows[symbol] = (symbol.name, (first, second))
        return self.rows[symbol]

    def _sets(
        self, eligible: Sequence[str], grades: dict[str, str], assumptions: Sequence[int]
    ) -> Sets:
        """Enumerate the sets of the patient of whom this is assumed."""
        options = [(name, self.choices[name]) for name in eligible if name in self.choices]
        found: list[tuple[str, ...]] = []
        self.solving.models = 0
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            for model in handle:
                chosen = [name for name, literal in options if model.is_true(literal)]
                chosen.sort(key=lambda name: (name in self.local, name))
                found.append(tuple(chosen))
        self.solving.models = 1
        graded = {chosen: grades.get(chosen[0], "") for chosen in found if chosen}
        best = max((self.ranks.get(grade, 0) for grade in graded.values()), default=None)
        ballot = {
            frozenset(chosen): self.ranks.get(grade, 0) == best for chosen, grade in graded.items()
        }
        preferred = sorted(chosen for chosen in graded if ballot[frozenset(chosen)])
        return Sets(
            ballot,
            graded[preferred[0]] if preferred else None,
            OR.join(AND.join(chosen) for chosen in preferred),
        )


def _against(sources: Iterable[Pair], findings: dict[str, str]) -> dict[str, Pair]:
    """Return the deciding source of each therapy with the finding that it rests on, if any."""
    return {therapy: (source, findings.get(therapy, "")) for therapy, source in sources}


class Solver:
    """All histories of one program, solved for one caller at a time."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lock = Lock()
        self.histories: OrderedDict[tuple[Facts, int], History] = OrderedDict()
        self.sets: dict[object, Sets] = {}

    def history(self, received: Facts, lines: int) -> History:
        """Return the grounding for what was received in so many lines."""
        key = (received, lines)
        history = self.histories.get(key)
        if history is None:
            history = self.histories[key] = History(self.program, received, lines)
            if len(self.histories) > CAPACITY:
                self.histories.popitem(last=False)
        else:
            self.histories.move_to_end(key)
        return history

    def outcomes(self, received: Facts, lines: int, profiles: Iterable[Facts]) -> Outcomes:
        """Return the outcome for each profile of one history, None where it contradicts itself."""
        with self.lock:
            return self._outcomes(received, lines, profiles)

    def _outcomes(self, received: Facts, lines: int, profiles: Iterable[Facts]) -> Outcomes:
        found: Outcomes = []
        history = None if engine(self.program).jointly else self.history(received, lines)
        for facts in profiles:
            try:
                if history is not None:
                    found.append(history.outcome(facts, self.sets))
                    continue
            except LookupError:  # a fact that an overlay derives too is no external
                pass
            alone = History(self.program, (*received, *facts), lines)
            found.append(alone.outcome((), self.sets))
        return found
