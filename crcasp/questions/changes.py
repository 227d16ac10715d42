"""What would have to change about a patient for a therapy to be eligible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod

from clingo import Function, Symbol

from crcasp.program.implicants import minimal_subset
from crcasp.program.solver import Solver
from crcasp.program.terms import Word, bounds, in_order, natural, word
from crcasp.questions.patient import Patient

OPTIONAL = "explain/patient.lp"

# For each finding its values, each with the literal that says so.


class Changes(Solver):
    """One patient whose findings are open, and whose history and limits may be dropped.

    Args:
        patient: the patient.
        known: what the findings are for this patient, as far as they are known.
        therapy: what is to be eligible.
    """

    def __init__(self, patient: Patient, known: Mapping[str, Word], therapy: Symbol) -> None:
        findings = patient.engine.vocabulary.findings
        own = [fact for fact in patient.base.facts if fact.name not in findings]
        text = " ".join(f"told({fact})." for fact in own)
        super().__init__(patient.program.control(OPTIONAL, facts=text))
        self.constrained = patient.engine.constrained
        self.goal = self.literals("eligible", 1).get(Function("eligible", [therapy]))
        kept = self.literals("kept", 1)
        self.told = {literal: str(atom.arguments[0]) for atom, literal in kept.items()}
        self.domains: dict[str, dict[Word, int]] = {}
        for atom, literal in self.literals("turns_out", 2).items():
            self.domains.setdefault(str(atom.arguments[0]), {})[word(atom.arguments[1])] = literal
        self.known: dict[str, int] = {}
        self.untenable: set[str] = set()  # findings that are known to be what is never eligible
        for finding, values in self.domains.items():
            same = _literal(values, known.get(finding))
            if same is not None:
                self.known[finding] = same
            elif finding in known:
                self.untenable.add(finding)

    def reachable(self) -> bool:
        """Return whether any change of findings makes the therapy eligible."""
        return self.goal is not None and self.satisfiable([*self.told, self.goal])

    def found(self) -> list[dict[str, tuple[str, ...]]]:
        """Return the smallest sets of findings that make it eligible, each with its values.

        They are the prime implicants of its eligibility, less what is known already.
        """
        assert self.goal is not None
        guard = self.guard()
        sets: dict[frozenset[str], list[dict[str, int]]] = {}
        while True:
            atoms = [literal for values in self.domains.values() for literal in values.values()]
            model = self.literals_in_model([*self.told, self.goal, guard], atoms)
            if model is None:
                break
            true = {*model}
            whole = {
                finding: literal
                for finding, values in self.domains.items()
                for literal in values.values()
                if literal in true and self.known.get(finding) != literal
            }
            change = self._smallest(whole)
            self.exclude([guard, *change.values()])
            for one in (change, *self._by_cause(change)):
                known = sets.setdefault(frozenset(one), [])
                if one not in known:
                    known.append(one)
        return self._worded(sets)

    def _by_cause(self, change: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Yield changes in which a finding gives way to one that entails it.

        A model with the latter has the former too, so that the search excludes both together.
        """
        for finding, given, cause, literal in self._causes(change):
            if change.get(finding) == given and cause not in change:
                rest = {name: it for name, it in change.items() if name != finding}
                if self._enough({**rest, cause: literal}):
                    yield self._smallest({**rest, cause: literal})

    def _causes(self, change: Mapping[str, int]) -> Iterator[tuple[str, int, str, int]]:
        """Yield values of findings, as literals, each with one that may entail it."""
        if self.constrained:  # what constraints of an overlay tie together is not looked into
            for (name, it), (other, values) in product(change.items(), self.domains.items()):
                yield from ((name, it, other, literal) for literal in values.values())
        for atom in self.literals("entails", 4):
            cause, value, finding, entailed = map(word, atom.arguments)
            literal = self.domains.get(str(cause), {}).get(value)
            given = self.domains.get(str(finding), {}).get(entailed)
            if literal and given:
                yield str(finding), given, str(cause), literal

    def _smallest(self, whole: Mapping[str, int]) -> dict[str, int]:
        """Return a change within a change that is enough, of which no part is."""
        names = minimal_subset(
            sorted(whole),
            lambda part: part if self._enough({name: whole[name] for name in part}) else None,
        )
        for size in range(len(names)):
            for part in combinations(names, size):
                change = {name: whole[name] for name in part}
                if self._enough(change):
                    return change
        return {name: whole[name] for name in names}

    def _enough(self, change: Mapping[str, int]) -> bool:
        """Return whether the therapy is eligible after a change, whatever is unknown then."""
        assert self.goal is not None
        if not self.untenable <= change.keys():
            return False
        kept = {**self.known, **change}.values()
        assumed = [*self.told, *kept]
        return self.satisfiable(assumed) and not self.satisfiable([*assumed, -self.goal])

    def _worded(
        self, sets: Mapping[frozenset[str], Sequence[Mapping[str, int]]]
    ) -> list[dict[str, tuple[str, ...]]]:
        """Return the changes of the same findings as one, if every combination is among them."""
        found = []
        smallest = {names for names in sets if not any(other < names for other in sets)}
        for names, changes in ((names, sets[names]) for names in smallest):
            ordered = sorted(names, key=natural)
            values = {name: {change[name] for change in changes} for name in ordered}
            each = [values]
            if prod(map(len, values.values())) > len(changes):
                each = [{name: {change[name]} for name in ordered} for change in changes]
            found += [{name: self._values(name, of[name]) for name in ordered} for of in each]
        found.sort(key=lambda change: (len(change), [(natural(n), v) for n, v in change.items()]))
        return found

    def _values(self, finding: str, literals: Iterable[int]) -> tuple[str, ...]:
        chosen = {*literals}
        domain = self.domains[finding]
        return bounds(domain, [value for value, literal in domain.items() if literal in chosen])

    def barred_by(self, weights: Mapping[str, int]) -> tuple[str, ...]:
        """Return facts of history and limits without some of which some finding would help.

        It is () where none would help although nothing of the history is in the way.

        Args:
            weights: facts by how much they explain; others are named only where these do not.
        """
        if self.goal is None or not self.satisfiable([self.goal]):
            return ()
        told, goal = self.told, self.goal
        kept = sorted(told, key=lambda literal: (weights.get(told[literal], 0), told[literal]))
        barred: list[int] = []
        while not self.satisfiable([*kept, goal]):
            core = minimal_subset(kept, lambda parts: self.core([*parts, goal]))
            barred += core
            kept = [literal for literal in kept if literal not in core]
        return in_order(self.told[literal] for literal in barred)


def _literal(values: Mapping[Word, int], known: Word | None) -> int | None:
    """Return the literal of a value; of a number, that of the band in which it lies."""
    if isinstance(known, int):
        above = [value for value in values if isinstance(value, int) and value >= known]
        return values[min(above)] if above else None
    return None if known is None else values.get(known)
