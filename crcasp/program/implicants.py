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
    guards: list[int] = []
    while True:
        model = solver.literals_in_model([*fixed, goal, *guards], [*inputs, *rest])
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
        guards = guards or [solver.guard()]
        solver.exclude([*guards, *prime])


def all_causes(
    solver: Solver, goal: int, domains: Mapping[str, Sequence[int]], entailing: Sequence[int]
) -> list[list[int]]:
    """Return every smallest choice of values for some findings that entails the goal.

    A choice entails the goal if it contradicts each way in which the goal fails: the choices
    are the minimal hitting sets of these ways, of which one more is looked for as long as a
    choice does not entail the goal.

    Args:
        solver: a ground program in which the findings determine the goal.
        goal: a literal.
        domains: for each finding the literals of its values, of which one holds.
        entailing: those of the values that say something of other findings as well.
    """
    finding = {literal: name for name, literals in domains.items() for literal in literals}
    found: list[frozenset[int]] = [frozenset()]
    done: set[frozenset[int]] = set()
    while (todo := next((chosen for chosen in found if chosen not in done), None)) is not None:
        way = _failing(solver, goal, [*finding], [*todo])
        if way is None:
            done.add(todo)
            continue
        hits = {
            literal
            for literal, name in finding.items()
            if -literal in way
            or any(finding.get(it) == name and it != literal for it in way)
            or (literal in entailing and not solver.satisfiable([literal, *way]))
        }
        found = _hitting(found, hits, finding)
    possible = (sorted(chosen) for chosen in found if solver.satisfiable([*chosen]))
    return sorted(possible, key=lambda chosen: (len(chosen), chosen))


def _failing(
    solver: Solver, goal: int, values: Sequence[int], assumed: Sequence[int]
) -> set[int] | None:
    """Return as few literals of values as make the goal fail, None if it holds."""
    model = solver.literals_in_model([-goal, *assumed], values)
    if model is None:
        return None
    core = {*(solver.core([goal, *model]) or model)}
    # A value is given up before what is only not a value.
    kept = sorted((literal for literal in model if literal in core), reverse=True)
    return {*minimal_subset(kept, lambda part: solver.core([goal, *part]))}


def _hitting(
    found: Sequence[frozenset[int]], hits: set[int], finding: Mapping[int, str]
) -> list[frozenset[int]]:
    """Return the smallest choices that contain some choice and one of the literals that hit."""
    kept = {chosen for chosen in found if chosen & hits}
    for chosen in found:
        if chosen not in kept:
            names = {finding[literal] for literal in chosen}
            kept.update(chosen | {it} for it in hits if finding[it] not in names)
    return [it for it in kept if not any(other < it for other in kept)]
