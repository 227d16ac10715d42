"""The name of a therapy, in any spelling that the program prints, as the program writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clingo import Function, Symbol

from crcasp.errors import UsageError
from crcasp.facts.wording import show
from crcasp.program.engine import Engine
from crcasp.program.table import Table

JOINT = "+"


def named(therapy: str, engine: Engine) -> Symbol:
    """Return a therapy as the program writes it.

    Args:
        therapy: as results or texts write it, in any case; partners may stand first.
        engine: of the program that has it.

    Raises:
        UsageError: there is no such therapy; names the nearest, for an agent or a class those
            that hold it.
    """
    if not isinstance(therapy, str):
        kind = type(therapy).__name__
        raise UsageError(f'A therapy is a text such as "regimen+partner", not of type {kind}.')
    wanted = plain(therapy)
    regimens, partners, local = (
        _spellings(engine.table, kind) for kind in ("regimen", "partner", "locoregional")
    )
    if wanted in regimens or wanted in local:
        return Function(regimens.get(wanted) or local[wanted])
    for joint in re.finditer(re.escape(JOINT), wanted):
        ends = wanted[: joint.start()], wanted[joint.end() :]
        for first, second in (ends, ends[::-1]):
            beside = _partners(second, partners) if first in regimens else ()
            if beside:
                return Function("with", [Function(regimens[first]), *beside])
    raise UsageError(
        f"There is no therapy {show(therapy)}; {_hint(wanted, partners, engine.table)}"
    )


def _partners(wanted: str, partners: Mapping[str, str]) -> Sequence[Symbol]:
    """Return one partner or two, in the order of the alphabet; () if it names none."""
    if wanted in partners:
        return [Function(partners[wanted])]
    for joint in re.finditer(re.escape(JOINT), wanted):
        ends = wanted[: joint.start()], wanted[joint.end() :]
        if ends[0] != ends[1] and all(end in partners for end in ends):
            return sorted(Function(partners[end]) for end in ends)
    return ()


def _hint(wanted: str, partners: Mapping[str, str], table: Table) -> str:
    from difflib import get_close_matches

    holding = {str(name) for name, part in table.solver.facts("consists", 2) if part == wanted}
    nearest = [*table.ordered(holding & table.places.keys())][:3]
    if not nearest:
        regimens = table.names("regimen")
        names = [*regimens, *table.locoregional]
        names += [f"{regimen}{JOINT}{name}" for regimen in regimens for name in partners.values()]
        nearest = get_close_matches(wanted, names, 3, 0.5)
    return f"did you mean {', '.join(nearest)}?" if nearest else "see crcasp vocabulary."


def _spellings(table: Table, kind: str) -> dict[str, str]:
    """Return what the program calls each therapy of a kind, by all its plain spellings."""
    names = table.names(kind)
    return {plain(text): name for name in names for text in (table.words.name(name), name)}


def plain(text: str) -> str:
    """Return a name without regard to case, blanks and hyphens."""
    joined = re.sub(r"\s*\+\s*", JOINT, text.strip().lower())
    return re.sub(r"[\s_-]+", "_", joined)
