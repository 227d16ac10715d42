"""One patient with some findings other than they are: what would change, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import prod
from typing import TypeAlias

from clingo import Function, Number, Symbol

from crcasp.program.grounding import Grounding
from crcasp.program.solver import Solver, indispensable
from crcasp.program.terms import Word, natural, word
from crcasp.questions.patient import Patient

FILE = "any/variants.lp"
MOST = 1_000  # combinations of values that are looked at one by one

Values: TypeAlias = dict[str, tuple[str, ...]]


class Counterfactual(Solver):
    """The variants of one patient, as the stable models of one grounding.

    Args:
        patient: the patient.
        grounding: what is grounded for this patient alone.
        extra: the file in a subfolder of `lp/` that says which variants are looked for.
        asked: facts for that file.
    """

    def __init__(
        self,
        patient: Patient,
        grounding: Grounding,
        extra: str,
        asked: str,
    ) -> None:
        self.vocabulary = patient.engine.vocabulary
        text = [asked, self.vocabulary.choices()]
        text += [f"told({fact})." for fact in patient.base.facts]
        for atom in grounding.control.symbolic_atoms.by_signature("given", 3):
            if atom.is_fact:  # by the patient or by an overlay
                finding, value, fact = atom.symbol.arguments
                text.append(f"told({finding},{value},{fact}).")
        super().__init__(patient.program.control(FILE, extra, facts=" ".join(text)))
        self.bands: dict[str, list[tuple[int, int]]] = {}  # of a number, lowest first
        for symbol in sorted(self.literals("band", 3)):
            finding, low, top = symbol.arguments
            self.bands.setdefault(str(finding), []).append((low.number, top.number))
        self.dropped = self.literals("dropped", 1)
        self.kept = [-literal for literal in self.dropped.values()]

    # ---- what would change a verdict ----------------------------------------------------

    def reachable(self) -> bool:
        """Return whether any change of findings reaches the goal."""
        return self.satisfiable(self.kept)

    def changes(self) -> Iterator[Values]:
        """Yield each minimal set of findings with all values of them that reach the goal.

        Sets of fewer findings come first. Where the values of a set depend on each other,
        the set comes once for each combination.
        """
        changes = self.literals("change", 1)
        found = self.minimal(self.kept, changes)  # the program prefers findings as they are
        found.sort(key=lambda atoms: (len(atoms), sorted(map(str, atoms))))
        for chosen in found:
            exactly = [literal if atom in chosen else -literal for atom, literal in changes.items()]
            yield from self._values([*self.kept, *exactly])

    def _values(self, assumptions: Sequence[int]) -> Iterator[Values]:
        columns: dict[str, set[Word]] = {}
        for finding, value in _valued(self.brave(assumptions)):
            columns.setdefault(finding, set()).add(value)
        names = sorted(columns, key=natural)
        expected = prod(map(len, columns.values()))
        combinations: list[dict[str, Word]] = []
        if expected <= MOST:
            models = self.models(assumptions)
            combinations = [dict(_valued(model.symbols(shown=True))) for model in models]
        if expected > MOST or len(combinations) == expected:
            yield {name: self.in_words(name, columns[name]) for name in names}
        else:
            for row in combinations:
                yield {name: self.in_words(name, {row[name]}) for name in names}

    def in_words(self, finding: str, values: Iterable[Word]) -> tuple[str, ...]:
        """Return values in the order of the vocabulary; of a number, bounds in words."""
        chosen = set(values)
        bands = self.bands.get(finding)
        if bands is None:
            return tuple(str(value) for value in self._domain(finding) if value in chosen)
        runs = groupby(bands, key=lambda band: band[1] in chosen)
        spans = [list(run) for is_chosen, run in runs if is_chosen]
        return tuple(self._span(bands, run[0][0], run[-1][1]) for run in spans)

    def _domain(self, finding: str) -> Iterable[Word]:
        return self.vocabulary.findings.get(finding, self.vocabulary.reasons)

    def _span(self, bands: Sequence[tuple[int, int]], low: int, top: int) -> str:
        if low == bands[0][0]:
            return f"at most {top}"
        return f"at least {low}" if top == bands[-1][1] else f"{low} to {top}"

    def barred_by(self, weights: Mapping[str, int]) -> tuple[str, ...]:
        """Return facts of history and limits without some of which some finding would help.

        It is () where none would help although nothing of the history is in the way.

        Args:
            weights: facts by how much they explain; others are named only where these
                do not explain it.
        """
        facts = {-literal: str(atom.arguments[0]) for atom, literal in self.dropped.items()}
        kept = sorted(facts, key=lambda literal: (weights.get(facts[literal], 0), facts[literal]))
        barred: list[int] = []
        if self.satisfiable():
            while not self.satisfiable(kept):
                core = indispensable(kept, lambda parts: not self.satisfiable(parts))
                barred += core
                kept = [literal for literal in kept if literal not in core]
        return tuple(sorted((facts[literal] for literal in barred), key=natural))

    # ---- what is missing ----------------------------------------------------------------

    def probes(self) -> Iterator[tuple[Symbol, list[str], list[str]]]:
        """Yield each unknown finding with the therapies that it decides, and that it raises.

        It does so in some completion of all the others.
        """
        for probe, literal in self.literals("probe", 1).items():
            found: dict[str, list[str]] = {"decided": [], "raised": []}
            for atom in self.brave([literal]):
                found[atom.name].append(str(word(atom.arguments[0])))
            yield probe.arguments[0], found["decided"], found["raised"]

    def assumable(self, finding: Symbol, avoided: Iterable[Word]) -> dict[str, Symbol]:
        """Return, for each value that an unknown finding may have, the fact that says so.

        Args:
            finding: its name as a term, such as ras or stopped(1).
            avoided: values that are never assumed of it.
        """
        name = str(finding)
        if name in self.bands:
            tops = [top for _, top in self.bands[name]]
            return {self.in_words(name, [top])[0]: Function(name, [Number(top)]) for top in tops}
        return {
            str(value): Function(finding.name, [*finding.arguments, Function(str(value))])
            for value in self._domain(name)
            if value not in avoided
        }


def _valued(shown: Iterable[Symbol]) -> Iterator[tuple[str, Word]]:
    for atom in shown:
        if atom.name == "value_of":
            yield str(atom.arguments[0]), word(atom.arguments[1])
