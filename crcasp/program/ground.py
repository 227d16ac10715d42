"""A ground program, taken down rule by rule while clingo grounds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count

from clingo import Control, Function, Observer, Symbol

GroundRule = tuple[bool, Sequence[int], Sequence[int]]
GroundSum = tuple[bool, Sequence[int], int, Sequence[tuple[int, int]]]


class GroundRules(Observer):
    """The ground rules of a program.

    Attributes:
        rules: choice or not, head, body.
        sums: likewise, with the bound that the weights of the body must reach.
        externals: the atoms that are given from outside.
    """

    def __init__(self) -> None:
        self.rules: list[GroundRule] = []
        self.sums: list[GroundSum] = []
        self.externals: list[int] = []

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take down a rule."""
        self.rules.append((choice, head, body))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take down a rule whose body is a sum."""
        self.sums.append((choice, head, lower_bound, body))

    def external(self, atom: int, value: object) -> None:
        """Take down an atom that is given from outside."""
        self.externals.append(atom)

    def cone(self, atoms: Iterable[int]) -> tuple[list[GroundRule], list[GroundSum], set[int]]:
        """Return the rules and sums that some atoms depend on, all constraints, and the facts."""
        by_head: dict[int, list[int]] = {}
        facts = set()
        needed: list[int] = [*atoms]
        taken = []
        for index, (choice, head, body) in enumerate(self.rules):
            if not choice and not body and head:
                facts.add(head[0])
            elif head:
                for atom in head:
                    by_head.setdefault(atom, []).append(index)
            else:
                taken.append(index)
                needed += map(abs, body)
        for index, (_, head, _, _) in enumerate(self.sums):
            for atom in head:
                by_head.setdefault(atom, []).append(-1 - index)
        seen = {*taken}
        for atom in needed:  # which grows meanwhile
            for index in by_head.pop(atom, ()):
                if index not in seen:
                    seen.add(index)
                    if index >= 0:
                        choice, head, body = self.rules[index]
                        needed += map(abs, body)
                        needed += head
                    else:
                        needed += (abs(literal) for literal, _ in self.sums[-1 - index][3])
        rules = [self.rules[index] for index in sorted(seen) if index >= 0]
        return rules, [self.sums[-1 - index] for index in sorted(seen) if index < 0], facts


def add_copy(
    control: Control,
    rules: GroundRules,
    atoms: Iterable[tuple[Symbol, int, bool]],
    name: str,
    shared: Mapping[int, int] | None = None,
    broken: int = 0,
) -> None:
    """Add the ground rules to a control a second time, with atoms of their own.

    Args:
        control: takes the copy; the rules may be its own.
        rules: the ground rules.
        atoms: those that are given a name, each with its atom and whether it is a fact.
        name: the copy of Atom is called name(Atom).
        shared: atoms of the rules that the copy has in common with the control, with its atoms.
        broken: an atom of the control that holds where a constraint does not, which then binds
            nothing.
    """
    named = [*atoms]
    plain, sums, facts = rules.cone(atom for _, atom, _ in named)
    with control.backend() as backend:
        copies = dict(shared or {})
        for symbol, atom, is_fact in named:
            copy = backend.add_atom(Function(name, [symbol]))
            if is_fact:
                backend.add_rule([copy])
            else:
                copies[atom] = copy
        true = backend.add_atom()
        backend.add_rule([true])
        copies.update(dict.fromkeys(facts - copies.keys(), true))

        def literal(part: int) -> int:
            atom = abs(part)
            copy = copies.get(atom)
            if copy is None:
                copy = copies[atom] = backend.add_atom()
            return copy if part > 0 else -copy

        for choice, head, body in plain:
            heads = [*map(literal, head)] or [broken] * bool(broken)
            backend.add_rule(heads, [*map(literal, body)], choice)
        for choice, head, bound, weights in sums:
            summed = [(literal(part), weight) for part, weight in weights]
            heads = [*map(literal, head)] or [broken] * bool(broken)
            backend.add_weight_rule(heads, bound, summed, choice)


def definitions(
    rules: GroundRules, others: GroundRules, shared: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return a number for each atom of two ground programs, the same where they define it alike.

    Args:
        rules: a ground program.
        others: the other one.
        shared: atoms of the first that are those of the second, such as those of choices.
    """
    numbers: defaultdict[Hashable, int] = defaultdict(count(1).__next__)
    first = {atom: numbers[other, "shared"] for atom, other in shared.items()}
    second = {other: numbers[other, "shared"] for other in shared.values()}
    _number(rules, first, numbers)
    _number(others, second, numbers)
    return first, second


def _number(rules: GroundRules, found: dict[int, int], numbers: defaultdict[Hashable, int]) -> None:
    """Give each atom a number, the same to all that are defined likewise.

    Args:
        rules: a ground program.
        found: takes the numbers; those that it has are kept.
        numbers: by definition; what is chosen, or defined by itself, has one of its own.
    """
    bodies: dict[int, list[tuple[bool, int, Sequence[tuple[int, int]]]]] = {}
    for choice, heads, body in rules.rules:
        for head in heads:
            bodies.setdefault(head, []).append((choice, len(body), [(part, 1) for part in body]))
    for choice, heads, bound, weights in rules.sums:
        for head in heads:
            bodies.setdefault(head, []).append((choice, bound, weights))
    entered: set[int] = set()
    stack = [*bodies]
    while stack:
        atom = stack[-1]
        if atom in found:
            stack.pop()
        elif atom not in entered:
            entered.add(atom)
            parts = {abs(part) for _, _, body in bodies[atom] for part, _ in body}
            stack += [part for part in parts if part in bodies and part not in found]
        else:
            parts = {abs(part) for _, _, body in bodies[atom] for part, _ in body}
            if any(choice for choice, _, _ in bodies[atom]) or not parts <= found.keys():
                found[atom] = numbers[object()]
                continue
            found[atom] = numbers[
                frozenset(
                    (bound, *sorted((found[abs(part)], part > 0, by) for part, by in body))
                    for _, bound, body in bodies[atom]
                )
            ]


class Slices:
    """A ground program in the parts that some of its atoms depend on.

    Args:
        rules: the ground program.
    """

    def __init__(self, rules: GroundRules) -> None:
        plain = [(choice, heads, body, None, ()) for choice, heads, body in rules.rules]
        sums = [
            (choice, heads, [part for part, _ in body], bound, [by for _, by in body])
            for choice, heads, bound, body in rules.sums
        ]
        self.rules = [*plain, *sums]
        self.by_head: dict[int, list[int]] = {}
        self.constraints: list[int] = []
        for place, (_, heads, *_) in enumerate(self.rules):
            for head in heads:
                self.by_head.setdefault(head, []).append(place)
            if not heads:
                self.constraints.append(place)

    def part(
        self, control: Control, atoms: Iterable[int], minimized: Mapping[int, Symbol]
    ) -> dict[int, int]:
        """Add to a control what atoms depend on, and all constraints.

        Return these atoms and all others that these depend on, with their own.

        Args:
            control: takes the rules.
            atoms: what is asked about.
            minimized: atoms of which as few as possible hold in an optimal model, with symbols.
        """
        found: set[int] = set()
        places = {*self.constraints}
        stack = [*atoms]
        for place in places:
            stack += self.rules[place][2]
        while stack:
            atom = abs(stack.pop())
            if atom in found:
                continue
            found.add(atom)
            for place in self.by_head.get(atom, ()):
                if place not in places:
                    places.add(place)
                    stack += self.rules[place][2]
        with control.backend() as backend:
            own: dict[int, int] = {atom: backend.add_atom(minimized.get(atom)) for atom in found}
            literals = {-atom: -literal for atom, literal in own.items()} | own
            for place in places:
                choice, heads, body, bound, weights = self.rules[place]
                kept = [own[head] for head in heads if head in own]
                parts = [literals[part] for part in body]
                if bound is None:
                    backend.add_rule(kept, parts, choice)
                else:
                    weighted = [*zip(parts, weights, strict=True)]
                    backend.add_weight_rule(kept, bound, weighted, choice)
            backend.add_minimize(0, [(own[atom], 1) for atom in minimized if atom in own])
        return own
