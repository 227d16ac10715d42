"""A ground program as a circuit: of each atom one number, whose bits are the patients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from clingo import Observer

Body: TypeAlias = tuple[int, ...]

WIDEST = 4_096  # rules that one body with weights may come to


class GroundRules(Observer):
    """The rules of a program, taken down while it is grounded.

    Attributes:
        bodies: the bodies of each atom's rules; the empty one is a fact.
        others: choices, disjunctions and constraints, which a solver is for: whether it is
            a choice, heads and body.
        externals: atoms that are given from outside.
        beyond: what there is that neither a circuit nor a set of rules can hold, "" if nothing.
    """

    def __init__(self) -> None:
        self.bodies: dict[int, list[Body]] = {}
        self.others: list[tuple[bool, Body, Body]] = []
        self.externals: set[int] = set()
        self.beyond = ""
        self._last = 1 << 30  # above every atom of the program

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take down a rule."""
        if choice or len(head) != 1:
            self.others.append((choice, tuple(head), tuple(body)))
        else:
            self.bodies.setdefault(head[0], []).append(tuple(body))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take down a rule with a sum as rules without, which count it part by part."""
        if lower_bound * len(body) > WIDEST:
            self.beyond = "it has sums that are too large"
            return
        reached: dict[int, Body] = {0: ()}  # for each bound, a body: the sum so far is no less
        for literal, weight in body:
            before, reached = reached, {0: ()}
            for bound in range(1, lower_bound + 1):
                rest = before.get(max(0, bound - weight))
                ways = [before[bound]] if bound in before else []
                ways += [(*rest, literal)] if rest is not None else []
                if ways:
                    self._last += 1
                    reached[bound] = (self._last,)
                    self.bodies[self._last] = ways
        if max(0, lower_bound) in reached:
            self.rule(choice, head, reached[max(0, lower_bound)])

    def external(self, atom: int, value: object) -> None:
        """Take down an atom that is given from outside."""
        self.externals.add(atom)

    def _theory(self, *_: object, **__: object) -> None:
        self.beyond = "it has a theory"

    theory_atom = theory_atom_with_guard = acyc_edge = _theory

    def settled(self) -> list[int]:
        """Return the atoms that the externals settle, each behind what it rests on.

        They depend neither on a choice nor on themselves.
        """
        users: defaultdict[int, list[int]] = defaultdict(list)
        waits = dict.fromkeys(self.externals, 0)
        for atom, bodies in self.bodies.items():
            parts = {abs(part) for body in bodies for part in body}
            waits[atom] = len(parts)
            for part in parts:
                users[part].append(atom)
        chosen = {atom for _, head, _ in self.others for atom in head}
        known = waits.keys() | chosen
        ready = [atom for atom, count in waits.items() if not count and atom not in chosen]
        ready += users.keys() - known  # what has no rule is false
        for atom in ready:  # which grows meanwhile
            for user in users[atom]:
                waits[user] -= 1
                if not waits[user] and user not in chosen:
                    ready.append(user)
        return ready


class Circuit:
    """Computes settled atoms for many patients at once.

    Numbers of Python are quick at this: most atoms are true of nobody, and cost nothing.

    Args:
        rules: the ground program.
        settled: atoms, each behind what it rests on.
        outputs: those of them that are asked for.
    """

    def __init__(self, rules: GroundRules, settled: Sequence[int], outputs: Iterable[int]) -> None:
        needed = set(outputs)
        self.steps: list[tuple[int, Sequence[Body]]] = []
        for atom in reversed(settled):
            if atom in needed:
                bodies = rules.bodies.get(atom, ())
                needed.update(abs(part) for body in bodies for part in body)
                self.steps.append((atom, bodies))
        self.steps.reverse()

    def values(self, given: Mapping[int, int], patients: int) -> dict[int, int]:
        """Return the number of each atom: bit n is whether it is true of patient n.

        Args:
            given: the numbers of externals; those that are not given are false.
            patients: how many there are.
        """
        everybody = (1 << patients) - 1
        values: dict[int, int] = {}
        for atom, bodies in self.steps:
            whole = given.get(atom, 0)
            for body in bodies:
                part = everybody
                for literal in body:
                    try:
                        value = values[literal]
                    except KeyError:  # negated for the first time
                        value = values[-literal]
                        value = values[literal] = everybody ^ value if value else everybody
                    part = value if part is everybody else part & value
                    if not part:
                        break
                whole = whole | part if whole else part
            values[atom] = whole
        return values
