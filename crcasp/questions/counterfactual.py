"""One patient with some findings other than they are: what would change, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import prod
from typing import TypeAlias, cast

from clingo import Configuration, Function, Number, Symbol

from crcasp.facts import FactBase
from crcasp.program.engine import Grounding
from crcasp.program.files import ANY_FINDING, Program
from crcasp.program.terms import Word, natural, word
from crcasp.program.vocabulary import Vocabulary

FILES = ("any/findings.lp", "any/variants.lp")
MOST = 1_000  # combinations of values that are looked at one by one

Values: TypeAlias = dict[str, tuple[str, ...]]


class Variants:
    """The variants of one patient, as the stable models of one grounding.

    Args:
        program: the logic program.
        vocabulary: its vocabulary.
        base: the patient's facts.
        grounding: what is grounded for this patient alone.
        extra: the file in a subfolder of `lp/` that says which variants are looked for.
        asked: facts for that file.
    """

    def __init__(
        self,
        program: Program,
        vocabulary: Vocabulary,
        base: FactBase,
        grounding: Grounding,
        extra: str,
        asked: str,
    ) -> None:
        self.vocabulary = vocabulary
        text = [asked, program.added(vocabulary.findings, *ANY_FINDING)]
        text += [f"told({fact})." for fact in base.facts]
        for finding, value, fact in grounding.given():  # by the patient or by an overlay
            text.append(f"told({finding},{value},{fact}).")
        self.control = program.control(*FILES, extra, facts=" ".join(text))
        self.solving = cast(Configuration, self.control.configuration.solve)
        self.bands = self._bands()
        self.dropped = self._atoms("dropped", 1)
        self.kept = [-literal for literal in self.dropped.values()]

    def _atoms(self, predicate: str, arity: int) -> dict[Symbol, int]:
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return {atom.symbol: atom.literal for atom in atoms}

    def _bands(self) -> dict[str, list[tuple[int, int]]]:
        """Return the bands of each number, lowest first, that the table tells apart."""
        bands: dict[str, list[tuple[int, int]]] = {}
        for atom in self._atoms("band", 3):
            finding, low, top = atom.arguments
            bands.setdefault(str(finding), []).append((low.number, top.number))
        return {finding: sorted(pairs) for finding, pairs in bands.items()}

    # ---- what would change a verdict ----------------------------------------------------

    def reachable(self, kept: Sequence[int] | None = None) -> bool:
        """Return whether any change of findings reaches the goal, with these facts kept."""
        with self.control.solve(
            assumptions=self.kept if kept is None else kept, yield_=True
        ) as handle:
            return handle.model() is not None

    def changes(self) -> Iterator[Values]:
        """Yield each minimal set of findings with all values of them that reach the goal.

        Sets of fewer findings come first. Where the values of a set depend on each other,
        the set comes once for each combination.
        """
        changes = self._atoms("change", 1)
        found = []
        # Minimal by heuristic: prefer findings as they are, and record each set that is found.
        cast(Configuration, self.control.configuration.solver).heuristic = "Domain"
        self.solving.enum_mode = "domRec"
        with self.control.solve(assumptions=self.kept, yield_=True) as handle:
            for model in handle:
                found.append([atom for atom in changes if model.contains(atom)])
        self.solving.enum_mode = "auto"
        found.sort(key=lambda atoms: (len(atoms), sorted(map(str, atoms))))
        for chosen in found:
            exactly = [literal if atom in chosen else -literal for atom, literal in changes.items()]
            yield from self._values([*self.kept, *exactly])

    def _values(self, assumptions: Sequence[int]) -> Iterator[Values]:
        columns = self._columns(assumptions)
        names = sorted(columns, key=natural)
        expected = prod(map(len, columns.values()))
        combinations: list[dict[str, Word]] = []
        if expected <= MOST:
            with self.control.solve(assumptions=assumptions, yield_=True) as handle:
                for model in handle:
                    combinations.append(_row(model.symbols(shown=True)))
        if expected > MOST or len(combinations) == expected:
            yield {name: self.in_words(name, values) for name, values in columns.items()}
        else:
            for row in combinations:
                yield {name: self.in_words(name, {row[name]}) for name in names}

    def _columns(self, assumptions: Sequence[int]) -> dict[str, set[Word]]:
        """Return every value that a changed finding has in some variant: brave consequences."""
        shown: Sequence[Symbol] = ()
        self.solving.enum_mode = "brave"
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            for model in handle:
                shown = model.symbols(shown=True)
        self.solving.enum_mode = "auto"
        columns: dict[str, set[Word]] = {}
        for atom in filter(_valued, shown):
            columns.setdefault(str(atom.arguments[0]), set()).add(word(atom.arguments[1]))
        return columns

    def in_words(self, finding: str, values: Iterable[Word]) -> tuple[str, ...]:
        """Return values in the order of the vocabulary; of a number, bounds in words."""
        chosen = set(values)
        bands = self.bands.get(finding)
        if bands is None:
            domain = self.vocabulary.findings.get(finding, self.vocabulary.reasons)
            return tuple(str(value) for value in domain if value in chosen)
        runs = groupby(bands, key=lambda band: band[1] in chosen)
        spans = [list(run) for is_chosen, run in runs if is_chosen]
        return tuple(self._span(bands, run[0][0], run[-1][1]) for run in spans)

    def _span(self, bands: Sequence[tuple[int, int]], low: int, top: int) -> str:
        first, last = bands[0][0], bands[-1][1]
        if low == first:
            return f"at most {top}"
        return f"at least {low}" if top == last else f"{low} to {top}"

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
        while core := self._core(kept):
            barred += core
            kept = [literal for literal in kept if literal not in core]
        return tuple(sorted((facts[literal] for literal in barred), key=natural))

    def _core(self, kept: Sequence[int]) -> list[int]:
        """Return a minimal part of the facts that rules the goal out, () if they do not."""
        if self.reachable(kept) or not self.reachable([]):
            return []
        core = list(kept)
        for literal in kept:
            fewer = [other for other in core if other != literal]
            if not self.reachable(fewer):
                core = fewer
        return core

    # ---- what is missing ----------------------------------------------------------------

    def probes(self) -> Iterator[tuple[Symbol, list[str], list[str]]]:
        """Yield each unknown finding with the therapies that it decides, and that it raises.

        It does so in some completion of all the others: the brave consequences.
        """
        self.solving.enum_mode = "brave"
        for probe, literal in self._atoms("probe", 1).items():
            atoms: Sequence[Symbol] = ()
            with self.control.solve(assumptions=[literal], yield_=True) as handle:
                for model in handle:
                    atoms = model.symbols(shown=True)
            decided = [str(word(atom.arguments[0])) for atom in atoms if atom.name == "decided"]
            raised = [str(word(atom.arguments[0])) for atom in atoms if atom.name == "raised"]
            yield probe.arguments[0], decided, raised

    def values(self, finding: Symbol, avoided: Mapping[str, set[str]]) -> dict[str, Symbol]:
        """Return, for each value that an unknown finding may have, the fact that says so.

        Args:
            finding: its name as a term, such as ras or stopped(1).
            avoided: values that are never assumed of a finding.
        """
        name = str(finding)
        if name in self.bands:
            tops = [top for _, top in self.bands[name]]
            return {self.in_words(name, [top])[0]: Function(name, [Number(top)]) for top in tops}
        domain: Iterable[Word] = self.vocabulary.findings.get(name, self.vocabulary.reasons)
        never = avoided.get(finding.name, set())
        return {
            str(value): Function(finding.name, [*finding.arguments, Function(str(value))])
            for value in domain
            if str(value) not in never
        }


def _row(symbols: Sequence[Symbol]) -> dict[str, Word]:
    rows = (atom.arguments for atom in symbols if _valued(atom))
    return {str(finding): word(value) for finding, value in rows}


def _valued(atom: Symbol) -> bool:
    return atom.name == "value_of"
