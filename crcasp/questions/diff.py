"""Two tables compared over all patients: what changes, for whom and why, and what does not."""

from __future__ import annotations

import time
from collections.abc import Callable

from clingo import Symbol

from crcasp.program.files import Program
from crcasp.program.terms import natural, word
from crcasp.questions.both import Both
from crcasp.questions.cover import Cover
from crcasp.questions.patient import Constants, Overlays
from crcasp.results.diff import Changed, Diff, Preferred
from crcasp.results.provenance import Provenance

Progress = Callable[[int, int, int], None]  # therapies settled, of how many, changes found


def diff(
    *, overlays: Overlays = (), constants: Constants | None = None, old: Overlays = ()
) -> Diff:
    """Say what a table answers otherwise than another one, over all patients there can be.

    The patients are all that are consistent for both tables: any findings, known or not,
    histories of up to four lines, of up to two where an overlay has offers that complement
    each other, any limits. What one table does not know of a patient, a
    finding or a value, is unknown to it; a therapy in a history that it does not know is to
    it a line of treatment of whose content it knows nothing, and the regimen of such a partner
    is not given again as the initial therapy. A therapy that has a part which
    only one table knows, and that none offers by name, is left out: that table may let it be
    given again as the initial therapy.

    Args:
        overlays: those of the new table, as for `recommend`.
        constants: those of the new table.
        old: the overlays of the old table; without them it is the table alone.

    Raises:
        UsageError: an overlay or a constant is not in order, or an overlay has choices,
            constraints or rules that lead back to themselves.

    >>> diff(constants={"max_lines": 30}).same
    True
    """
    return compared(Program.build(old, called="old"), Program.build(overlays, constants))


def compared(old: Program, new: Program, progress: Progress | None = None) -> Diff:
    """Return what changes from one program to another; `progress` is told what is settled."""
    start = time.perf_counter()
    both = Both(old, new)
    named = both.grouped("change", 2)
    regraded = both.grouped("regraded", 1)
    changes: list[Changed] = []
    moved: set[str] = set()
    changing = sorted({*named, *regraded}, key=lambda it: both.place(str(word(it))))
    therapies = [it for it in changing if both.compared(it)]
    for done, therapy in enumerate(therapies):
        if progress:
            progress(done, len(therapies), len(changes))
        atoms = named.get(therapy, {}) | regraded.get(therapy, {})
        asked = both.slice(atoms)
        reached = [atom for atom, literal in asked.atoms.items() if asked.satisfiable([literal])]
        if reached:
            moved.add(str(word(therapy)))
            changes += Cover(both, therapy).changes([it for it in reached if it.name == "change"])
    return Diff(
        tuple(changes),
        _preferred(both),
        tuple(name for name in both.offered() if name not in moved),
        both.lines,
        time.perf_counter() - start,
        tuple(Provenance((), (), program) for program in both.programs),
        tuple(str(word(it)) for it in changing if not both.compared(it)),
    )


def _preferred(both: Both) -> Preferred:
    atoms = both.literals("reset", 0)
    asked = both.slice(atoms, ties=False)  # these would take longer than all the rest
    found = asked.smallest(list(asked.atoms.values()), asked.told) if atoms else None
    return Preferred(False) if found is None else Preferred(True, _facts(found))


def _facts(told: list[Symbol]) -> tuple[str, ...]:
    facts = (str(atom.arguments[0]) for atom in told if atom.name == "told")
    return tuple(sorted(facts, key=natural))
