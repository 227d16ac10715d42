"""The recommendation sets: the stable models of `sets.lp` over what is certain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from clingo import Symbol

from crcasp.program.completions import stated
from crcasp.program.files import Program
from crcasp.program.ground import GroundRules
from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.terms import row

FILES = ("sets.lp",)
INPUT = "wrapper/sets.lp"
# What sets.lp reads of the table, and of the verdicts.
OF_TABLE = (
    ("regimen", 1), ("partner", 1), ("locoregional", 1), ("consists", 2), ("never_together", 3),
    ("bars_pair", 2), ("single_agent", 1), ("beside", 3), ("beside_too", 3), ("only_beside", 3),
    ("free_company", 1), ("rank", 2), ("in_force", 1), ("withdrawn", 1),
)  # fmt: skip
OF_VERDICTS = (("eligible", 1), ("because", 2), ("has_grade", 2), ("fits", 2), ("grade_beside", 3))


class TherapySet(NamedTuple):
    """One recommendation set as the solver finds it.

    Attributes:
        therapies: what is in it.
        grade: the lowest of its therapies', "" without grades.
        relies: the interpretations by which it stands together.
        not_here: therapies, of whichever set, with statements that offer these only beside
            what is not in it.
    """

    therapies: tuple[str, ...]
    grade: str
    relies: tuple[str, ...]
    not_here: tuple[tuple[str, str], ...] = ()


def table_facts(solver: Solver, asked: Iterable[tuple[str, int]] = ()) -> list[Symbol]:
    """Return what sets.lp reads of the table, of a program grounded for one patient.

    None of it depends on what is unknown.

    Args:
        solver: the grounded program.
        asked: what else the constraints of an overlay on sets ask.
    """
    atoms = solver.control.symbolic_atoms
    signatures = {*OF_TABLE, *asked} - {*OF_VERDICTS}
    found = (atom for signature in signatures for atom in atoms.by_signature(*signature))
    return [atom.symbol for atom in found if atom.is_fact]


def set_verdicts(
    certain: Iterable[Symbol], possible: Callable[[], Iterable[Symbol]]
) -> list[Symbol]:
    """Return what the sets are made from: what is certain, or else supports together.

    Args:
        certain: the atoms of `OF_VERDICTS` that hold in every completion.
        possible: returns those that hold in some, which is asked only where it matters.
    """
    found = [*certain]
    supported = {atom.arguments[0] for atom in found if atom.name == "because"}
    alone = {atom.arguments[0] for atom in found if atom.name == "eligible"} - supported
    together = (atom for atom in (possible() if alone else ()) if atom.name == "because")
    return [*found, *(atom for atom in together if atom.arguments[0] in alone)]


def sets_grounded(
    program: Program,
    facts: Iterable[Symbol],
    verdicts: Iterable[Symbol] = (),
    extra: Sequence[str] = (),
    rules: GroundRules | None = None,
) -> Solver:
    """Return `sets.lp` grounded.

    Args:
        program: its overlays may have constraints on sets.
        facts: see `table_facts`; with these the verdicts that hold in any case.
        verdicts: further ones of which any may hold.
        extra: further files in subfolders of `lp/`.
        rules: takes the ground rules.
    """
    externals = " ".join(f"#external {atom}. [free]" for atom in sorted(verdicts))
    text = f"{stated(facts)} {externals}"
    return Solver(program.grounded((*FILES, INPUT, *extra), [], text, program.divided[1], rules))


def found_sets(program: Program, solver: Solver, assumed: Sequence[int] = ()) -> list[TherapySet]:
    """Return every recommendation set, in no order.

    Args:
        program: the program.
        solver: see `sets_grounded`.
        assumed: which verdicts hold and which do not.

    Raises:
        UsageError: the constraints of an overlay leave no answer.
    """
    found: dict[TherapySet, None] = {}
    no_model = True
    for model in solver.models(assumed):
        no_model = False
        shown: dict[str, list[str]] = {"recommended": [], "set_grade": [], "set_relies": []}
        not_here: list[tuple[str, str]] = []
        for atom in model.symbols(shown=True):
            if atom.name in shown and len(atom.arguments) == 1:
                shown[atom.name].append(str(row(atom)[0]))
            elif atom.name == "not_here" and len(atom.arguments) == 2:
                therapy, statement = row(atom)
                not_here.append((str(therapy), str(statement)))
        if shown["recommended"]:
            therapies = tuple(sorted(shown["recommended"]))
            grade = "".join(shown["set_grade"][:1])
            relies = tuple(sorted(shown["set_relies"]))
            found[TherapySet(therapies, grade, relies, tuple(sorted(not_here)))] = None
    if no_model:
        raise program.without_answer()
    return [*found]


def ranked(sets: Iterable[TherapySet], table: Table) -> list[tuple[int, TherapySet]]:
    """Return sets with the ranks of their grades, the best first, then by name.

    In each the systemic therapy comes first.
    """
    found = []
    for chosen in sets:
        names = sorted(chosen.therapies, key=lambda name: (name in table.locoregional, name))
        rank = table.ranks.get(chosen.grade, 0)
        found.append((rank, chosen._replace(therapies=tuple(names))))
    return sorted(found, key=lambda item: (-item[0], item[1].therapies))


def preferred(sets: Sequence[tuple[int, TherapySet]]) -> list[TherapySet]:
    """Return those of the ranked sets that have the highest rank."""
    return [chosen for rank, chosen in sets if rank == sets[0][0]]
