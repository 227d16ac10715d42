"""Prime implicants: the smallest conditions under which something holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from crcasp.program.solver import Solver

Part = TypeVar("Part")


def minimal_subset(
    parts: Sequence[Part], enough: Callable[[list[Part]], Collection[object] | None]
) -> list[Part]:
    """Return a minimal subset that is still enough.

    Args:
        parts: together they are enough; the first are given up first.
        enough: those of some parts that are enough, such as an unsatisfiable core; None if
            these parts together are not.
    """
    kept = list(parts)
    for part in parts:
        if part in kept:
            fewer = [other for other in kept if other != part]
            found = enough(fewer)
            if found is not None:
                kept = [other for other in fewer if other in found]
    return kept


def prime_implicants(
    solver: Solver,
    goal: int,
    inputs: Sequence[int],
    fixed: Sequence[int] = (),
    rest: Sequence[int] = (),
) -> Iterator[list[int]]:
    """Yield prime implicants of a literal that together cover every model of it.

    Take a model of the goal, make the literals that entail the goal minimal, exclude all models
    with these literals, and repeat.

    Args:
        solver: a ground program in which the inputs and the rest determine the goal.
        goal: a literal.
        inputs: the literals that conditions consist of; the last are given up first.
        fixed: literals that are assumed throughout.
        rest: further literals, for what the inputs alone do not determine.
    """
    guard = solver.guard()
    while True:
        model = solver.literals_in_model([*fixed, goal, guard], [*inputs, *rest])
        if model is None:
            return
        held = {*model}
        literals = [literal for literal in inputs if literal in held]
        core = solver.core([*fixed, -goal, *literals])
        if core is None:
            literals += [literal for literal in rest if literal in held]
            core = solver.core([*fixed, -goal, *literals])
        wanted = {*(core or ())}
        kept = [literal for literal in reversed(literals) if literal in wanted]
        prime = minimal_subset(kept, lambda part: solver.core([*fixed, -goal, *part]))
        yield prime[::-1]
        solver.exclude([guard, *prime])


def all_causes(
    solver: Solver,
    goal: int,
    domains: Mapping[str, Sequence[int]],
    entailing: Sequence[int],
    fixed: Sequence[int] = (),
) -> list[list[int]]:
    """Return every smallest choice of values for some findings that entails the goal.

    A choice entails the goal if it contradicts each part of a cover of the goal's negation:
    the choices are the minimal hitting sets of that cover.

    Args:
        solver: a ground program in which the findings determine the goal.
        goal: a literal.
        domains: for each finding the literals of its values, of which one holds.
        entailing: those of the values that say something of other findings as well.
        fixed: literals that are assumed throughout.
    """
    finding = {literal: name for name, literals in domains.items() for literal in literals}
    found: list[frozenset[int]] = [frozenset()]
    for part in prime_implicants(solver, -goal, [*(-it for it in finding), *finding], fixed):
        held = {*part}
        taken = {finding[literal]: literal for literal in part if literal in finding}
        hits = {
            literal
            for literal, name in finding.items()
            if -literal in held
            or taken.get(name, literal) != literal
            or (literal in entailing and not solver.satisfiable([*fixed, literal, *part]))
        }
        kept = {chosen for chosen in found if chosen & hits}
        for chosen in found:
            if chosen not in kept:
                names = {finding[literal] for literal in chosen}
                more = (chosen | {literal} for literal in hits if finding[literal] not in names)
                kept.update(it for it in more if not any(other < it for other in kept))
        found = [it for it in kept if not any(other < it for other in kept)]
    possible = (sorted(chosen) for chosen in found if solver.satisfiable([*fixed, *chosen]))
    return sorted(possible, key=lambda chosen: (len(chosen), chosen))
