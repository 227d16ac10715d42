"""A ground program, taken down rule by rule while clingo grounds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import TypeAlias

from clingo import Control, Function, Observer, Symbol

# What holds of some atoms: literals; or, with weights, that these come to a bound.
Body: TypeAlias = tuple[Sequence[int], int, Sequence[int] | None]
GroundRule: TypeAlias = tuple[bool, Sequence[int], Body]  # choice or not, head, body


class GroundRules(Observer):
    """The ground rules of a program.

    Attributes:
        rules: all of them.
        externals: the atoms that are given from outside.
    """

    def __init__(self) -> None:
        self.rules: list[GroundRule] = []
        self.externals: list[int] = []
        self._by_head: dict[int, list[int]] = {}
        self._constraints: list[int] = []
        self._read = 0

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take down a rule."""
        self.rules.append((choice, head, (body, 0, None)))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take down a rule whose body is a sum."""
        parts, weights = zip(*body, strict=True) if body else ((), ())
        self.rules.append((choice, head, (parts, lower_bound, weights)))

    def external(self, atom: int, value: object) -> None:
        """Take down an atom that is given from outside."""
        self.externals.append(atom)

    def below(
        self, atoms: Iterable[int], known: Collection[int] = ()
    ) -> tuple[list[GroundRule], set[int]]:
        """Return the rules that some atoms depend on, all constraints, and all atoms in these.

        Args:
            atoms: what is asked about.
            known: atoms of which no rule is needed.
        """
        for place in range(self._read, len(self.rules)):
            _, heads, _ = self.rules[place]
            for head in heads:
                self._by_head.setdefault(head, []).append(place)
            if not heads:
                self._constraints.append(place)
        self._read = len(self.rules)
        found: set[int] = set()
        places = {*self._constraints}
        stack = [*atoms]
        for place in places:
            stack += self.rules[place][2][0]
        while stack:
            atom = abs(stack.pop())
            if atom in found:
                continue
            found.add(atom)
            for place in () if atom in known else self._by_head.get(atom, ()):
                if place not in places:
                    places.add(place)
                    stack += self.rules[place][2][0]
        return [self.rules[place] for place in sorted(places)], found


def add_rules(
    control: Control, rules: Iterable[GroundRule], own: Mapping[int, int], broken: int = 0
) -> None:
    """Add ground rules to a control, with atoms of its own.

    Args:
        control: takes the rules.
        rules: the ground rules; heads for which the control has no atom are left out.
        own: for each atom of the rules that of the control.
        broken: an atom of the control that holds where a constraint does not, which then binds
            nothing.
    """
    literals = {-atom: -literal for atom, literal in own.items()} | dict(own)
    with control.backend() as backend:
        for choice, heads, (body, bound, weights) in rules:
            kept = [own[head] for head in heads if head in own] or [broken] * bool(broken)
            parts = [literals[part] for part in body]
            if weights is None:
                backend.add_rule(kept, parts, choice)
            else:
                backend.add_weight_rule(kept, bound, [*zip(parts, weights, strict=True)], choice)


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
        broken: see `add_rules`.
    """
    own = dict(shared or {})
    named = [*atoms]
    wanted = {atom for _, atom, is_fact in named if not is_fact}
    copied, found = rules.below(wanted, own.keys() - wanted)
    with control.backend() as backend:
        for symbol, atom, is_fact in named:
            copy = backend.add_atom(Function(name, [symbol]))
            if is_fact:
                backend.add_rule([copy])
            else:
                own[atom] = copy
        own.update((atom, backend.add_atom()) for atom in found - own.keys())
    add_rules(control, copied, own, broken)


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
    bodies: dict[int, list[Body]] = {}
    chosen: set[int] = set()
    for choice, heads, body in rules.rules:
        chosen.update(heads if choice else ())
        for head in heads:
            bodies.setdefault(head, []).append(body)

    def signed(part: int) -> int:
        return found[part] if part > 0 else -found[-part]

    def definition(atom: int) -> Hashable:
        if atom in chosen:
            return object()
        ways: set[Hashable] = set()
        for parts, bound, weights in bodies[atom]:
            own = [signed(part) for part in parts]
            if weights is None:
                ways.add((len(own), *sorted(own)))
            else:
                ways.add((bound, *sorted(zip(own, weights, strict=True))))
        return frozenset(ways)

    entered: set[int] = set()
    stack = [*bodies]
    while stack:
        atom = stack.pop()
        if atom in found:
            continue
        if atom not in entered:
            entered.add(atom)
            parts = {abs(part) for own, _, _ in bodies[atom] for part in own}
            stack += [atom, *(part for part in parts if part in bodies and part not in found)]
        else:
            try:
                found[atom] = numbers[definition(atom)]
            except KeyError:  # it depends on what is given from outside, or on itself
                found[atom] = numbers[object()]


# ---- atoms that hang on themselves ----------------------------------------------------------


def on_loops(rules: GroundRules, atoms: Iterable[int]) -> set[int]:
    """Return which of some atoms hang on themselves through `not`."""
    needs: dict[int, set[int]] = {}
    needed: dict[int, set[int]] = {}
    for _, head, (body, _, _) in rules.rules:
        for atom in head:
            needs.setdefault(atom, set()).update(body)
            for part in body:
                needed.setdefault(abs(part), set()).add(atom)
    starts = {(atom, False) for atom in atoms}
    between = {atom for atom, _ in _reached(starts, needs)} & {
        atom for atom, _ in _reached(starts, needed)
    }
    kept = {atom: {part for part in needs[atom] if abs(part) in between} for atom in between}
    return {atom for atom, _ in starts if (atom, True) in _reached({(atom, False)}, kept)}


def _reached(starts: set[tuple[int, bool]], edges: Mapping[int, set[int]]) -> set[tuple[int, bool]]:
    """Return what is reached from some atoms, each with whether through `not`."""
    found: set[tuple[int, bool]] = set()
    ahead = [*starts]
    while ahead:
        atom, negated = ahead.pop()
        for part in edges.get(atom, ()):
            state = (abs(part), negated or part < 0)
            if state not in found:
                found.add(state)
                ahead.append(state)
    return found
