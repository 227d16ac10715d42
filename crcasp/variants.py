"""One patient with some findings other than they are: what would change, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from typing import TypeAlias, cast

from clingo import Configuration, Function, Number, Symbol

from crcasp.facts import FactBase
from crcasp.order import natural
from crcasp.program import Program
from crcasp.terms import Word, word
from crcasp.vocabulary import Vocabulary

FILES = ("any/findings.lp", "any/variants.lp")

Values: TypeAlias = dict[str, tuple[str, ...]]


class Variants:
    """The variants of one patient, as the stable models of one grounding.

    Args:
        program: the logic program.
        vocabulary: its vocabulary.
        base: the patient's facts.
        known: what each finding is as told; a finding that is unknown is absent.
        extra: the file in a subfolder of `lp/` that says which variants are looked for.
        asked: a fact for that file.
    """

    def __init__(
        self,
        program: Program,
        vocabulary: Vocabulary,
        base: FactBase,
        known: Mapping[str, Word],
        extra: str,
        asked: str = "",
    ) -> None:
        self.vocabulary = vocabulary
        findings = [fact for fact in base.facts if fact.name in vocabulary.findings]
        text = [asked]
        text += [f"told({fact})." for fact in base.facts]
        text += [f"told({fact.name},{fact.arguments[0]},{fact})." for fact in findings]
        text += [f"was({finding},{value})." for finding, value in known.items()]
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
        combinations: list[dict[str, Word]] = []
        with self.control.solve(assumptions=assumptions, yield_=True) as handle:
            for model in handle:
                rows = (atom.arguments for atom in model.symbols(shown=True) if _valued(atom))
                combinations.append({str(finding): word(value) for finding, value in rows})
        names = sorted(combinations[0], key=natural)
        columns = {name: {row[name] for row in combinations} for name in names}
        if len(combinations) == len(list(product(*columns.values()))):
            yield {name: self.in_words(name, values) for name, values in columns.items()}
        else:
            for row in combinations:
                yield {name: self.in_words(name, {row[name]}) for name in names}

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

    def barred_by(self) -> tuple[str, ...]:
        """Return a smallest part of the history and limits that rules the goal out.

        It is () where no finding helps although nothing of the history is in the way.
        """
        kept = {-literal: atom.arguments[0] for atom, literal in self.dropped.items()}
        core: list[int] = []
        self.control.solve(assumptions=list(kept), on_core=core.extend)
        core = [literal for literal in core if literal in kept]
        for literal in list(core):
            fewer = [other for other in core if other != literal]
            if not self.reachable(fewer):
                core = fewer
        return tuple(sorted((str(kept[literal]) for literal in core), key=natural))

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


def _valued(atom: Symbol) -> bool:
    return atom.name == "value_of"
