"""What an update of the table touches in a registry: both tables asked about every patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crcasp.errors import NoAnswerError, UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import grouped, word
from crcasp.questions.both import shared_words
from crcasp.questions.compare import EXCLUDED
from crcasp.registry.answers import Consequences
from crcasp.registry.circuit import Facts
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.outcome import Bits, Coded, Places, patterns, together, unpacked
from crcasp.results.advice import Verdict
from crcasp.results.comparison import KINDS, kind_of


@dataclass(frozen=True, slots=True)
class Touched:
    """How many patients of a registry an update of the table touches.

    Attributes:
        old: the overlays of the old table, of which there are none in the table alone.
        compared: patients whom both tables answer.
        left_out: patients whom only the new one answers: to the old one they contradict
            themselves, or it cannot read of them what it alone asks for.
        patients: of those compared, to whom the tables do not say the same.
        preferred: of those compared, who have other preferred sets.
        therapies: for each therapy that changes, in the table's order, patients by how it
            changes, in the words of `compare`.
    """

    old: tuple[str, ...]
    compared: int
    left_out: int
    patients: int
    preferred: int
    therapies: Mapping[str, Mapping[str, int]]

    def text(self) -> str:
        """Return how many patients it touches, as a sentence."""
        left = f"; {self.left_out:,} whom the old table cannot answer are excluded"
        return (
            f"{self.patients:,} of {self.compared:,} patients; {self.preferred:,} with other "
            f"preferred sets{left if self.left_out else ''}."
        )


class UpdateImpact:
    """Counts the patients to whom an old table does not say the same as the new one.

    The old table reads the vocabulary of the new one. What it alone asks for is unknown to
    the new one.

    Args:
        old: the old table.
        new: the new one.
    """

    def __init__(self, old: Program, new: Program) -> None:
        self.programs = (old, new)
        self.old = Evaluator(with_words(old, new))
        self.ranks = [engine(program).table.ranks for program in self.programs]
        self.counts = dict.fromkeys(("compared", "left_out", "patients", "preferred"), 0)
        self.therapies: Counter[tuple[str, str]] = Counter()

    def add(
        self,
        unclear: Bits,
        facts: Facts,
        places: Places,
        lines: int | None,
        new: Consequences,
        sets: Coded,
    ) -> None:
        """Count some patients of whom the old table may not read something; see `Seen`."""
        answered = unpacked(new.mask, new.rows)
        issues = self.old.issues(facts, new.rows).values()
        bad = np.logical_or.reduce([unclear[places], ~answered, *issues])
        both = np.flatnonzero(~bad)
        self.counts["left_out"] += int(answered.sum()) - len(both)
        self.counts["compared"] += len(both)
        if not len(both):
            return
        try:
            old = self.old.answered(facts, bad, lines)
            old_sets = self.old.sets(old)
        except NoAnswerError as error:  # of the old table: its rows are not those of the output
            raise UsageError(str(error)) from None
        pair = [old_sets, sets.of(~bad[answered])]
        other = together(pair, lambda one, another: one.best != another.best).are(bool)
        touched = other
        tables = zip((old, new), self.ranks, strict=True)
        before, after = (_verdicts(answers, ranks, both) for answers, ranks in tables)
        nobody = Coded([EXCLUDED], np.zeros(len(both), np.intp))
        for therapy in before.keys() | after.keys():
            pair = [before.get(therapy, nobody), after.get(therapy, nobody)]
            kinds = together(pair, self._change)
            touched = touched | kinds.are(lambda kind: kind is not None)
            for kind, patients in zip(kinds.values, np.bincount(kinds.codes).tolist(), strict=True):
                if kind:
                    self.therapies[therapy, kind] += patients
        self.counts["patients"] += int(touched.sum())
        self.counts["preferred"] += int(other.sum())

    def _change(self, old: Verdict, new: Verdict) -> str | None:
        """Return how a verdict changes, "" if it does in no way that has a name."""
        if old == new:
            return None  # a grade of the same name is the same, whatever its rank
        before, after = self.ranks
        ranks = before.get(str(old.grade), 0), after.get(str(new.grade), 0)
        return kind_of(old.status, new.status, ranks) or ""

    def touched(self) -> Touched:
        """Return the counts."""
        tables = [engine(program).table for program in self.programs[::-1]]
        changed = {therapy for (therapy, _), patients in self.therapies.items() if patients}
        offered = dict.fromkeys(name for table in tables for name in table.places)
        ordered = [*(name for name in offered if name in changed), *sorted(changed - {*offered})]
        return Touched(
            old=tuple(name for name, _ in self.programs[0].overlays),
            **self.counts,
            therapies={
                name: {kind: n for kind in KINDS if (n := self.therapies[name, kind])}
                for name in ordered
            },
        )


def with_words(program: Program, other: Program) -> Program:
    """Return a program that reads the vocabulary of another one, too."""
    engines = engine(program), engine(other)
    own, strange = (one.vocabulary.findings for one in engines)
    given = (f"given({x}, V, {x}(V)) :- {x}(V). #defined {x}/1." for x in strange if x not in own)
    words = " ".join([shared_words(*engines), *given]).strip()
    return program._replace(overlays=(*program.overlays, ("words", words))) if words else program


def _verdicts(answers: Consequences, ranks: Mapping[str, int], places: Places) -> dict[str, Coded]:
    """Return the verdicts of a table on each therapy for some patients."""
    pairs = ((atom.arguments, answers.ask(atom)[0]) for atom in answers.atoms("has_grade", 2))
    grades = grouped((therapy, (rank.number, whom)) for (therapy, rank), whom in pairs)
    names = {rank: grade for grade, rank in ranks.items()}
    found = {}
    for atom in answers.atoms("eligible", 1):
        certain, possible = answers.ask(atom)
        kinds = [
            (Verdict("", "eligible", names[rank]), whom)
            for rank, whom in sorted(grades.get(atom.arguments[0], ()), reverse=True)
        ]
        kinds += [(Verdict("", "eligible"), certain), (Verdict("", "undetermined"), possible)]
        coded = patterns([whom for _, whom in kinds], answers.rows, places)
        every = [*(verdict for verdict, _ in kinds), EXCLUDED]
        values = [every[np.argmax([*bits, True])] for bits in coded.values]
        found[str(word(atom.arguments[0]))] = Coded(values, coded.codes)
    return found
