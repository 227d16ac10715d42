"""What overlays add, put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crcasp.program.wording import Wording, listed
from crcasp.results.additions import (
    AddedName,
    AddedStatement,
    Addition,
    Additions,
    Branch,
    Case,
    Effect,
    Need,
)
from crcasp.views.wording import cited, grouped

INITIAL = "initial"  # what a branch offers that offers the initial therapy again
SHOWN = 6  # of many atoms, or values
Entry = tuple[str, str, list[str]]


def verdict(additions: Additions) -> str:
    """Return in one sentence that nothing is wrong."""
    several = len(additions.overlays) > 1
    return f"Nothing is wrong with {'these overlays' if several else 'this overlay'}."


def entries(addition: Addition, words: Wording) -> Iterator[Entry]:
    """Yield a title, what is said of it, and details, of each thing that an overlay adds."""
    for item in addition.statements:
        yield item.statement, _statement(item, words), [_branch(b, words) for b in item.branches]
    for barrier in addition.exclusions:
        bars = [f"bars {words.names(barrier.bars)}"] if barrier.bars else []
        unless = " and ".join(_need(need, words) for need in barrier.unless)
        details = [f"{said} unless {unless}" if unless else said for said in bars]
        yield barrier.exclusion, f"new exclusion: {barrier.text}", details
    for case in addition.cases:
        yield case.source, _case(case, words), []
    for kind, names in grouped((item.kind, item) for item in addition.names).items():
        yield kind, "; ".join(_name(item, words) for item in names), []
    for name, text in addition.withdrawn:
        yield name, f"withdrawn: {text}", []
    if addition.others:
        yield "also", some(addition.others), []
    if addition.constraints:
        plural = (
            "constraint, which takes" if addition.constraints == 1 else "constraints, which take"
        )
        yield "also", f"{addition.constraints} {plural} answers away", []
    if addition == Addition(addition.overlay, (), (), (), (), (), (), 0):
        yield "", "It adds nothing.", []


def _statement(item: AddedStatement, words: Wording) -> str:
    if not item.new:
        return f"more of this statement: {item.text}"
    line = "any line" if item.line == "any" else words.name(item.line)
    return f"new statement, {line}, grade {item.grade}: {item.text}{cited(item.references)}"


def _branch(branch: Branch, words: Wording) -> str:
    names = [
        "the initial therapy again" if t == INITIAL else words.name(t) for t in branch.therapies
    ]
    needs = " and ".join(_need(need, words) for need in branch.needs)
    grade = f" (grade {branch.grade})" if branch.grade else ""
    return f"offers {listed(names)}{grade}" + (f" if {needs}" if needs else "")


def _case(case: Case, words: Wording) -> str:
    said = listed([_effect(item, words) for item in case.effects])
    needs = " and ".join(_need(need, words) for need in case.needs)
    return f"{said}, if {needs}" if needs else said


def _effect(item: Effect, words: Wording) -> str:
    what = words.name(item.part or item.therapy or "everything")
    if item.statement:
        what += f" by statement {item.statement}"
    if item.branch:
        what += f", {words.name(item.branch)}"
    return f"{what} has no higher grade than {item.grade}" if item.grade else f"bars {what}"


def _need(need: Need, words: Wording) -> str:
    name = words.name(need.finding)
    return name if need.values == ("yes",) else f"{name} is {words.names(need.values, 'or')}"


def _name(item: AddedName, words: Wording) -> str:
    name = words.name(item.name)
    numbers = [value for value in item.values if isinstance(value, int)]
    if numbers:
        return f"{name} ({min(numbers)} to {max(numbers)})"
    return f"{name} ({words.names(item.values, 'or')})" if item.values else name


def some(items: Iterable[str]) -> str:
    """Return items as a list, cut off where there are many."""
    all_of_them = list(items)
    more = len(all_of_them) - SHOWN
    return listed(all_of_them if more <= 0 else [*all_of_them[:SHOWN], f"{more} more"])
