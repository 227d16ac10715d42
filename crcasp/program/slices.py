"""A ground program, taken down rule by rule, of which a solver is asked only what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from clingo import Control, Observer, Symbol

from crcasp.program.solver import Solver

MOST = 1 << 28  # atoms of one part of a ground program
Weighted = tuple[tuple[int, int], ...]


class Rule(NamedTuple):
    """A ground rule; with a bound, its body is a sum that must reach it."""

    head: tuple[int, ...]
    body: Weighted
    choice: bool = False
    bound: int | None = None


class Rules(Observer):
    """The rules of a program, taken down while it is grounded."""

    def __init__(self) -> None:
        self.taken: list[Rule] = []

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take down a rule."""
        self.taken.append(Rule(tuple(head), tuple((literal, 1) for literal in body), choice))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take down a rule with a sum."""
        self.taken.append(Rule(tuple(head), tuple(body), choice, lower_bound))


class Ground:
    """Several ground programs side by side, with rules that link their atoms.

    Attributes:
        rules: the rules of each atom.
        constraints: the rules without a head.
        choices: the atoms that some rule leaves open.
    """

    def __init__(self) -> None:
        self.rules: dict[int, list[Rule]] = {}
        self.constraints: list[Rule] = []
        self.choices: set[int] = set()
        self.parts = 0
        self.reached: dict[int, frozenset[int]] = {}

    def add(self, rules: Iterable[Rule]) -> int:
        """Add a ground program, and return what its atoms are moved by."""
        moved = self.parts * MOST
        self.parts += 1
        for rule in rules:
            head = tuple(atom + moved for atom in rule.head)
            body = tuple(
                (atom + moved if atom > 0 else atom - moved, weight) for atom, weight in rule.body
            )
            self._put(Rule(head, body, rule.choice, rule.bound))
        return moved

    def link(self, atom: int, to: int) -> None:
        """Let an atom hold where another one does."""
        self._put(Rule((atom,), ((to, 1),)))

    def _put(self, rule: Rule) -> None:
        if not rule.head:
            self.constraints.append(rule)
        if rule.choice or len(rule.head) > 1:
            self.choices.update(rule.head)
        for atom in rule.head:
            self.rules.setdefault(atom, []).append(rule)

    def cone(self, atoms: Iterable[int], found: set[int] | None = None) -> set[int]:
        """Return all atoms that some atoms depend on, with these, added to what was found."""
        found = set() if found is None else found
        left = [atom for atom in atoms if atom not in found]
        found.update(left)
        while left:
            for rule in self.rules.get(left.pop(), ()):
                for literal, _ in rule.body:
                    atom = abs(literal)
                    if atom not in found:
                        found.add(atom)
                        left.append(atom)
        return found

    def depending(self, atoms: Iterable[int]) -> set[int]:
        """Return all atoms that depend on some atoms, with these."""
        uses: dict[int, set[int]] = {}
        for atom, rules in self.rules.items():
            for rule in rules:
                for literal, _ in rule.body:
                    uses.setdefault(abs(literal), set()).add(atom)
        found = set(atoms)
        left = list(found)
        while left:
            more = uses.get(left.pop(), set()) - found
            found |= more
            left += more
        return found

    def bound(self, atoms: set[int], constraints: Sequence[tuple[Rule, frozenset[int]]]) -> list[Rule]:
        """Add to a cone what constraints link it to, and return these constraints.

        A constraint on choices that are all outside is left out: these choices are made
        on their own, and some way to make them is allowed.
        """
        chosen: list[Rule] = []
        left = list(constraints)
        while True:
            near = [pair for pair in left if not pair[1] or pair[1] & atoms]
            if not near:
                return chosen
            left = [pair for pair in left if pair[1] and not pair[1] & atoms]
            for rule, _ in near:
                chosen.append(rule)
                self.cone((abs(literal) for literal, _ in rule.body), atoms)

    def open_in(self, rule: Rule) -> frozenset[int]:
        """Return the choices that a constraint depends on."""
        return frozenset(self.cone(abs(literal) for literal, _ in rule.body) & self.choices)


class Slice(Solver):
    """The part of a ground program that some atoms depend on, as a program of its own.

    Args:
        ground: the whole.
        constraints: the constraints that it is subject to, with the choices of each.
        named: the atoms that are asked about, by their symbols.
        costs: atoms of which as few as possible are to hold where that is asked for, with
            those that are named last avoided first.
    """

    def __init__(
        self,
        ground: Ground,
        constraints: Sequence[tuple[Rule, frozenset[int]]],
        named: Mapping[Symbol, int],
        costs: Mapping[Symbol, int],
    ) -> None:
        super().__init__(Control(["0", "--opt-mode=ignore"]))
        atoms = ground.cone(named.values())
        rules = ground.bound(atoms, constraints)
        self.costs = {symbol: atom for symbol, atom in costs.items() if atom in atoms}
        symbols = {atom: symbol for symbol, atom in (*self.costs.items(), *named.items())}
        with self.control.backend() as backend:
            new = {
                atom: backend.add_atom(symbols[atom]) if atom in symbols else backend.add_atom()
                for atom in sorted(atoms)
            }
            for atom in sorted(atoms):
                rules += [rule for rule in ground.rules.get(atom, ()) if rule.head[0] == atom]
            for rule in rules:
                head = [new[atom] for atom in rule.head]
                body = [(new[a] if a > 0 else -new[-a], weight) for a, weight in rule.body]
                if rule.bound is None:
                    backend.add_rule(head, [literal for literal, _ in body], rule.choice)
                else:
                    backend.add_weight_rule(head, rule.bound, body, rule.choice)
            counted = [new[atom] for atom in self.costs.values()]
            backend.add_minimize(2, [(literal, 1) for literal in counted])
            ranked = list(enumerate(counted, 1))
            backend.add_minimize(1, [(literal, place) for place, literal in ranked])
        self.atoms = {symbol: new[atom] for symbol, atom in named.items()}
        self.told = {symbol: new[atom] for symbol, atom in self.costs.items()}
