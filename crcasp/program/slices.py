"""A ground program of which a solver is asked only what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clingo import Control, Symbol

from crcasp.program.ground import Ground, Rule
from crcasp.program.solver import Solver


class Slice(Solver):
    """The part of a ground program that some atoms depend on, as a program of its own.

    Args:
        ground: the whole.
        constraints: the constraints that it is subject to, with the choices of each.
        named: the atoms that are asked about, by their symbols.
        costs: atoms of which as few as possible are to hold where that is asked for.
        ties: whether, of as few, those that are named last are avoided first.
    """

    def __init__(
        self,
        ground: Ground,
        constraints: Sequence[tuple[Rule, frozenset[int]]],
        named: Mapping[Symbol, int],
        costs: Mapping[Symbol, int],
        *,
        ties: bool = True,
    ) -> None:
        super().__init__(Control(["0", "--opt-mode=ignore"]))
        atoms = ground.cone(named.values())
        rules = ground.bound(atoms, constraints)
        self.costs = {symbol: atom for symbol, atom in costs.items() if atom in atoms}
        with self.control.backend() as backend:
            new = {atom: backend.add_atom() for atom in sorted(atoms)}
            shown = {
                symbol: (backend.add_atom(symbol), new[atom])
                for symbol, atom in (*self.costs.items(), *named.items())
            }
            for literal, atom in shown.values():
                backend.add_rule([literal], [atom])
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
            places = enumerate(counted if ties else (), 1)
            backend.add_minimize(1, [(literal, place) for place, literal in places])
        self.atoms = {symbol: new[atom] for symbol, atom in named.items()}
        self.told = {symbol: new[atom] for symbol, atom in self.costs.items()}
