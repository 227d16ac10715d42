"""A ground program as a circuit, of which each gate is made when it is asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from clingo import Control, Function, Symbol

from crcasp.program.ground import Body as GroundBody
from crcasp.program.ground import GroundRules
from crcasp.registry.outcome import Bits, packed

Facts: TypeAlias = Mapping[Symbol, Bits]  # for each fact the patients of whom it is given
Body: TypeAlias = tuple[int, ...]  # nodes that hold together; negated, they do not hold

TRUE = 1  # the node that always holds
WIDEST = 4_096  # gates that one sum may come to


class Unevaluable(Exception):  # noqa: N818 - it is no failure: a solver answers
    """What a circuit cannot say, with the reason why."""


class Question(NamedTuple):
    """Whether a node holds, by the findings that it depends on.

    Attributes:
        findings: in the order in which they are assigned.
        classes: for each of them the classes of its values: a value of the class that stands
            for it, 0 if the question does not depend on which of them it is, and all values.
        steps: for each number of findings assigned, the nodes that are then settled.
        checks: likewise, the nodes that must not hold.
    """

    findings: Sequence[Symbol]
    classes: Sequence[Sequence[tuple[int, tuple[int, ...]]]]
    steps: Sequence[Sequence[int]]
    checks: Sequence[Sequence[int]]


class Circuit:
    """A program that is grounded for all patients of whom some facts may be given, as gates.

    Args:
        control: the grounding.
        rules: its rules.

    Attributes:
        gates: for each node the bodies that make it true, of gates made before it; a leaf
            has none.
        inputs: for each finding the nodes by which it has one of its values.
        could_be: for each of these nodes the node by which the patient may have the value.
        leaves: the node of each external.
        checks: the nodes that must not hold.
    """

    def __init__(self, control: Control, rules: GroundRules) -> None:
        self.control = control
        self.known = control.symbolic_atoms
        self.atoms = cache(self._atoms)
        self.question = cache(self._question)
        self.gates: list[Sequence[Body]] = [(), ()]
        self.support: list[frozenset[Symbol]] = [frozenset(), frozenset()]
        self.nodes: dict[int, int] = {}
        self.made: dict[frozenset[Body], int] = {}
        self.inputs: dict[Symbol, list[int]] = {}
        finding_of: dict[int, Symbol] = {}
        values = []
        for atom in self.atoms("turns_out", 2):
            finding, literal = atom.arguments[0], self._literal(atom)
            finding_of[literal] = finding
            self.nodes[literal] = self._new((), frozenset([finding]))
            self.inputs.setdefault(finding, []).append(self.nodes[literal])
            values.append((self.nodes[literal], Function("could_be", atom.arguments)))
        self.leaves = {atom: self._new(()) for atom in rules.externals if atom not in finding_of}
        self.bodies: defaultdict[int, list[GroundBody]] = defaultdict(list)
        self.open: set[int] = set()  # what is chosen, but for the findings
        constraints: list[GroundBody] = []
        for choice, head, body in rules.rules:
            if choice or len(head) > 1:
                self.open.update(atom for atom in head if atom not in finding_of)
            elif head:
                self.bodies[head[0]].append(body)
            else:
                constraints.append(body)
        named = {atom.literal for atom in self.known}
        checks = (
            self.gate([self._way(body)])
            for body in constraints
            if not any(self._counts(-part, named, finding_of) for part in body[0])
        )
        self.checks = [check for check in dict.fromkeys(checks) if check != -TRUE]
        self.could_be = {leaf: self.node(atom) for leaf, atom in values}

    def _counts(self, atom: int, named: set[int], finding_of: Mapping[int, Symbol]) -> bool:
        """Return whether an atom of clingo's own says how many values one finding has."""
        counted: set[Symbol] = set()
        summed, stack = False, [atom]
        while stack:
            part = abs(stack.pop())
            if part in finding_of:
                counted.add(finding_of[part])
            elif part not in named:
                for body, _, weights in self.bodies.get(part, ()):
                    summed |= weights is not None
                    stack += body
        return atom > 0 and summed and len(counted) == 1

    # ---- atoms ------------------------------------------------------------------------------

    def _atoms(self, name: str, arity: int) -> Sequence[Symbol]:
        """Return the atoms of a predicate that may hold."""
        return [atom.symbol for atom in self.known.by_signature(name, arity)]

    def _literal(self, atom: Symbol) -> int:
        found = self.known[atom]
        return found.literal if found else 0

    def node(self, atom: Symbol) -> int:
        """Return the node of an atom."""
        found = self.known[atom]
        if found is None:
            return -TRUE
        return TRUE if found.is_fact else self.literal(found.literal)

    def given(self, facts: Facts) -> dict[int, int]:
        """Return for the leaf of each fact the patients of whom it is given, as bits."""
        leaves = ((self.leaves.get(self._literal(it)), whom) for it, whom in facts.items())
        return {leaf: packed(whom) for leaf, whom in leaves if leaf}

    # ---- gates ------------------------------------------------------------------------------

    def literal(self, part: int) -> int:
        """Return the node of a literal of the program, negated where it is."""
        atom = abs(part)
        if atom not in self.nodes:
            if atom in self.open:
                raise Unevaluable("some rules leave a choice")
            self.nodes[atom] = 0
            ways = [self._way(body) for body in self.bodies.get(atom, ())]
            ways += [[self.leaves[atom]]] if atom in self.leaves else []
            self.nodes[atom] = self.gate(ways)
        node = self.nodes[atom]
        if not node:
            raise Unevaluable("some rules are a loop")
        return node if part > 0 else -node

    def _way(self, rule_body: GroundBody) -> list[int]:
        body, bound, weights = rule_body
        if weights is None:
            return [self.literal(part) for part in body]
        if bound * len(body) > WIDEST:
            raise Unevaluable("some sums are too large")
        reached = {0: TRUE}  # for each bound: the sum so far is no less
        for part, weight in zip(body, weights, strict=True):
            before, literal = reached, self.literal(part)
            reached = {0: TRUE}
            for least in range(1, bound + 1):
                rest = before.get(max(0, least - weight), -TRUE)
                reached[least] = self.gate([[before.get(least, -TRUE)], [rest, literal]])
        return [reached.get(max(0, bound), -TRUE)]

    def _new(self, ways: Sequence[Body], support: frozenset[Symbol] = frozenset()) -> int:
        self.gates.append(ways)
        self.support.append(support)
        return len(self.gates) - 1

    def gate(self, ways: Iterable[Iterable[int]]) -> int:
        """Return the node that holds if all nodes of one of the ways do."""
        bodies = set()
        for way in ways:
            body = {*way} - {TRUE}
            if -TRUE in body or any(-literal in body for literal in body):
                continue
            if not body:
                return TRUE
            # What depends on findings comes first: most of it is false under an assignment.
            bodies.add(tuple(sorted(body, key=lambda part: (not self.support[abs(part)], part))))
        if not bodies:
            return -TRUE
        if len(bodies) == 1 and len(*bodies) == 1:
            return next(iter(bodies))[0]
        key = frozenset(bodies)
        if key not in self.made:
            parts = (self.support[abs(part)] for body in bodies for part in body)
            self.made[key] = self._new([*bodies], frozenset().union(*parts))
        return self.made[key]

    # ---- questions --------------------------------------------------------------------------

    def _question(self, root: int) -> Question:
        """Return how a node that depends on findings is asked about."""
        findings = {*self.support[root]}
        checks: list[int] = []
        while further := [
            check
            for check in self.checks
            if check not in checks and not findings.isdisjoint(self.support[abs(check)])
        ]:
            checks += further
            findings.update(*(self.support[abs(check)] for check in further))
        cone = self._cone([root, *map(abs, checks)])
        uses = Counter(finding for node in cone for finding in self.support[node])
        ordered = sorted(findings, key=lambda finding: (-uses[finding], finding))
        level = {finding: number for number, finding in enumerate(ordered, 1)}

        def settled(nodes: Iterable[int]) -> list[list[int]]:
            found: list[list[int]] = [[] for _ in range(len(ordered) + 1)]
            for node in nodes:
                last = max((level[finding] for finding in self.support[abs(node)]), default=0)
                found[last].append(node)
            return found

        users: defaultdict[int, set[object]] = defaultdict(set)
        for node in cone:
            for body in self.gates[node]:
                for part in body:
                    users[abs(part)].add((node, part > 0, *(it for it in body if it != part)))
        for check in (root, *checks):
            users[abs(check)].add(check)
        classes = []
        for finding in ordered:
            alike: dict[frozenset[object], list[int]] = {frozenset(): []}
            for leaf in self.inputs[finding]:
                alike.setdefault(frozenset(users[leaf]), []).append(leaf)
            classes.append([(its[0] if key else 0, tuple(its)) for key, its in alike.items()])
        gates = (node for node in cone if self.gates[node])
        return Question(ordered, classes, settled(gates), settled(checks))

    def _cone(self, roots: Iterable[int]) -> list[int]:
        """Return the nodes that depend on findings below some nodes, the lowest first."""
        cone: set[int] = set()
        stack = [node for node in roots if self.support[node]]
        while stack:
            node = stack.pop()
            if node not in cone:
                cone.add(node)
                parts = (abs(part) for body in self.gates[node] for part in body)
                stack += [part for part in parts if self.support[part]]
        return sorted(cone)
