"""A ground program as a circuit: every patient of a batch is one bit of each gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from clingo import Observer
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
Body: TypeAlias = tuple[int, ...]

NEVER, ALWAYS = 0, 1  # literals of gates: twice the gate, and one more if it is negated
WIDEST = 4_096  # rules that one body with weights may come to
BLOCK = 1_024  # words of a gate that are computed at once: calls cost less, caches hold more
FULL = np.uint64((1 << 64) - 1)


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
        reached: dict[int, int] = {}  # for each bound, the atom: the sum so far is no less
        for literal, weight in body:
            before, reached = reached, {}
            for bound in range(1, lower_bound + 1):
                ways: list[Body] = [(before[bound],)] if bound in before else []
                if weight >= bound:
                    ways.append((literal,))
                elif bound - weight in before:
                    ways.append((before[bound - weight], literal))
                if ways:
                    self._last += 1
                    reached[bound] = self._last
                    self.bodies[self._last] = ways
        if lower_bound <= 0:
            self.rule(choice, head, ())
        elif lower_bound in reached:
            self.rule(choice, head, (reached[lower_bound],))

    def external(self, atom: int, value: object) -> None:
        """Take down an atom that is given from outside."""
        self.externals.add(atom)

    def _theory(self, *_: object, **__: object) -> None:
        self.beyond = "it has a theory"

    theory_atom = theory_atom_with_guard = acyc_edge = _theory

    def settled(self) -> tuple[list[int], set[int]]:
        """Return what the externals settle, and what loops leave to a solver.

        The first are all atoms that depend neither on a choice nor on themselves, each
        behind what it rests on; the second are those in a loop or behind one.
        """
        heads = {atom for _, head, _ in self.others for atom in head}
        waits: dict[int, int] = dict.fromkeys(heads, 0)
        users: dict[int, list[int]] = {}
        for atom, bodies in self.bodies.items():
            parts = {abs(part) for body in bodies for part in body}
            waits[atom] = len(parts)
            for part in parts:
                waits.setdefault(part, 0)
                users.setdefault(part, []).append(atom)
        for atom in self.externals:
            waits.setdefault(atom, 0)

        def follow(ready: list[int], held: set[int]) -> list[int]:
            for atom in ready:  # which grows meanwhile
                for user in users.get(atom, ()):
                    waits[user] -= 1
                    if not waits[user] and user not in held:
                        ready.append(user)
            return ready

        ready = [atom for atom, count in waits.items() if not count and atom not in heads]
        first = follow(ready, heads)
        later = follow([atom for atom in heads if not waits[atom]], set())
        return first, set(waits).difference(first, later)

    def reached(self, atoms: Iterable[int]) -> set[int]:
        """Return these atoms and all that the rules for them speak of."""
        choosing: dict[int, list[int]] = {}
        for _, head, body in self.others:
            for atom in head:
                choosing.setdefault(atom, []).extend(map(abs, (*head, *body)))
        found: set[int] = set()
        waiting = list(atoms)
        while waiting:
            atom = waiting.pop()
            if atom not in found:
                found.add(atom)
                waiting += choosing.get(atom, ())
                waiting += [abs(part) for body in self.bodies.get(atom, ()) for part in body]
        return found


class Gates:
    """Settled atoms as gates of two literals each, no two of them the same.

    Args:
        rules: the ground program.
        order: settled atoms, each behind what it rests on.

    Attributes:
        nodes: of each gate whether it is a disjunction, and its literals; the first is false.
        fed: the external of each gate that is one.
        literals: the literal that each atom comes to.
    """

    def __init__(self, rules: GroundRules, order: Iterable[int]) -> None:
        self.nodes: list[tuple[bool, int, int]] = [(False, NEVER, NEVER)]
        self.fed: dict[int, int] = {}
        self.literals: dict[int, int] = {}
        self._known: dict[tuple[bool, int, int], int] = {}
        literals = self.literals
        for atom in order:
            ways = []
            if atom in rules.externals:
                self.fed[len(self.nodes)] = atom
                ways.append(2 * len(self.nodes))
                self.nodes.append((False, NEVER, NEVER))
            for body in rules.bodies.get(atom, ()):
                parts = [literals[part] if part > 0 else literals[-part] ^ 1 for part in body]
                ways.append(parts[0] if len(parts) == 1 else self.gate(False, parts))
            literals[atom] = ways[0] if len(ways) == 1 else self.gate(True, ways)

    def gate(self, either: bool, parts: Iterable[int]) -> int:
        """Return the literal of the disjunction of some literals, or of their conjunction."""
        idle, final = (NEVER, ALWAYS) if either else (ALWAYS, NEVER)
        kept = sorted({part for part in parts if part != idle})
        if not kept:
            return idle
        if final in kept or any(part ^ 1 == other for part, other in pairwise(kept)):
            return final
        whole = kept[0]
        for part in kept[1:]:
            whole = self._pair(either, whole, part)
        return whole

    def _pair(self, either: bool, first: int, second: int) -> int:
        if first & second & 1:  # both are negated
            return self._pair(not either, first ^ 1, second ^ 1) ^ 1
        key = (either, first, second)
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = len(self.nodes)
            self.nodes.append(key)
        return 2 * node


class Circuit:
    """The calls that compute some literals of gates, 64 patients by each word.

    A row of the scratch that the calls write to is used anew once nothing reads it.

    Args:
        gates: the gates.
        outputs: the literals to compute.
    """

    def __init__(self, gates: Gates, outputs: Sequence[int]) -> None:
        calls = self._calls(gates, outputs)
        last = dict.fromkeys((*outputs, NEVER, ALWAYS), len(calls))
        for place in range(len(calls) - 1, -1, -1):
            for literal in calls[place][1:3]:
                last.setdefault(literal, place)
        rows = {NEVER: 0, ALWAYS: 1}
        self.inputs: dict[int, int] = {}
        for node, atom in gates.fed.items():
            if 2 * node in last:
                rows[2 * node] = self.inputs[atom] = len(rows)
        self.height = len(rows)
        self.steps: list[tuple[np.ufunc, int, int, int]] = []
        free: list[int] = []
        for place, (call, first, second, target) in enumerate(calls):
            free += [rows[literal] for literal in {first, second} if last[literal] == place]
            if not free:
                free.append(self.height)
                self.height += 1
            rows[target] = free.pop()
            self.steps.append((call, rows[first], rows[second], rows[target]))
        self.outputs = np.array([rows[literal] for literal in outputs], np.intp)

    def _calls(self, gates: Gates, outputs: Sequence[int]) -> list[tuple[np.ufunc, int, int, int]]:
        """Return what is to be done in order: a call, two literals, and the one they come to."""
        needed = bytearray(len(gates.nodes))
        for literal in outputs:
            needed[literal >> 1] = 1
        for node in range(len(gates.nodes) - 1, 0, -1):
            if needed[node]:
                _, first, second = gates.nodes[node]
                needed[first >> 1] = needed[second >> 1] = 1
        calls: list[tuple[np.ufunc, int, int, int]] = []
        made = {ALWAYS}

        def invert(literal: int) -> None:
            if literal & 1 and literal not in made:
                made.add(literal)
                calls.append((np.bitwise_xor, literal ^ 1, ALWAYS, literal))

        for node in range(1, len(gates.nodes)):
            if needed[node] and node not in gates.fed:
                either, first, second = gates.nodes[node]
                invert(first)
                invert(second)
                calls.append((np.bitwise_or if either else np.bitwise_and, first, second, 2 * node))
        for literal in outputs:
            invert(literal)
        return calls

    def values(self, given: Mapping[int, Words], width: int) -> Words:
        """Return the words of the outputs, a row for each.

        Args:
            given: the words of externals; those that are not given are false.
            width: the number of words.
        """
        found = np.empty((len(self.outputs), width), np.uint64)
        scratch = np.empty((self.height, min(width, BLOCK)), np.uint64)
        for start in range(0, width, BLOCK):
            end = min(start + BLOCK, width)
            part = scratch[:, : end - start]
            part[: len(self.inputs) + 2] = 0
            part[1] = FULL
            for atom, row in self.inputs.items():
                if atom in given:
                    part[row] = given[atom][start:end]
            rows = list(part)
            for call, first, second, target in self.steps:
                call(rows[first], rows[second], rows[target])
            found[:, start:end] = part[self.outputs]
        return found
