"""Ground programs, taken down rule by rule, with what they have in common there once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from clingo import Observer

MOST = 1 << 28  # atoms of one part of a ground program
TRUE, FALSE = MOST * 8, MOST * 8 + 1  # atoms beyond all parts
Weighted: TypeAlias = tuple[tuple[int, int], ...]


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
        same: for each atom one that stands for it, and for all that have the same rules.
        looped: whether some atom depends on itself.
    """

    def __init__(self) -> None:
        self.rules: dict[int, list[Rule]] = {}
        self.constraints: list[Rule] = []
        self.choices: set[int] = set()
        self.same: dict[int, int] = {}
        self.parts = 0
        self.looped = False

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

    def merge(self) -> None:
        """Let one atom stand for all that have the same rules, from the ground up.

        What two programs define alike is then there once, and what is so for everybody, or
        for nobody, is TRUE or FALSE.
        """
        known: dict[frozenset[Weighted | tuple[int, Weighted]], int] = {}
        rules: dict[int, list[Rule]] = {TRUE: [Rule((TRUE,), ())]}
        for atom in self._upwards():
            own = self.rules.get(atom, ())
            if any(rule.choice or len(rule.head) > 1 for rule in own):
                self.same[atom] = atom
                rules[atom] = [rule._replace(body=self._mapped(rule)) for rule in own]
                continue
            bodies = {
                body if rule.bound is None else (rule.bound, body)
                for rule in own
                if (body := self._body(rule)) is not None
            }
            alone = next(iter(bodies)) if len(bodies) == 1 else ()
            stands = atom
            if atom in self.same:  # a loop has asked for it before
                pass
            elif () in bodies or not bodies:
                stands = TRUE if bodies else FALSE
            elif len(alone) == 1 and alone[0][0] > 0:
                stands = alone[0][0]
            else:
                stands = known.setdefault(frozenset(bodies), atom)
            self.same[atom] = stands
            if stands == atom:
                rules[atom] = [_rule(atom, body) for body in sorted(bodies, key=str)]
        self.rules = rules
        found = ((rule, self._body(rule)) for rule in self.constraints)
        self.constraints = [rule._replace(body=body) for rule, body in found if body is not None]

    def _upwards(self) -> list[int]:
        """Return all atoms, each after those that its rules ask for, unless there is a loop."""
        order: list[int] = []
        seen: set[int] = set()
        for start in self.rules:
            left = [start]
            while left:
                atom = left[-1]
                if atom in seen:
                    left.pop()
                    if atom not in self.same:
                        self.same[atom] = 0
                        order.append(atom)
                    continue
                seen.add(atom)
                for rule in self.rules.get(atom, ()):
                    for at in map(abs, (literal for literal, _ in rule.body)):
                        if at not in seen:
                            left.append(at)
                        elif at not in self.same:  # it is on the way here
                            self.looped = True
        self.same.clear()
        return order

    def _mapped(self, rule: Rule) -> Weighted:
        """Return a body in terms of the atoms that stand for others."""
        found = []
        for literal, weight in rule.body:
            stands = self.same.setdefault(abs(literal), abs(literal))
            found.append((stands if literal > 0 else -stands, weight))
        return tuple(found)

    def _body(self, rule: Rule) -> Weighted | None:
        """Return a body without what is always so, None if it never is."""
        mapped = self._mapped(rule)
        if rule.bound is not None:
            return tuple(sorted(mapped))
        kept = {literal for literal, _ in mapped if literal not in (TRUE, -FALSE)}
        if not kept.isdisjoint((FALSE, -TRUE)) or any(-literal in kept for literal in kept):
            return None
        return tuple((literal, 1) for literal in sorted(kept))

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

    def bound(
        self, atoms: set[int], constraints: Sequence[tuple[Rule, frozenset[int]]]
    ) -> list[Rule]:
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


def _rule(atom: int, body: Weighted | tuple[int, Weighted]) -> Rule:
    if len(body) == 2 and isinstance(body[0], int):
        return Rule((atom,), body[1], False, body[0])
    return Rule((atom,), body)
