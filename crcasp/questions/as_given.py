"""Whether two tables make the same of the facts of a patient as they are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clingo import Function, Symbol

from crcasp.program.completions import stated
from crcasp.program.engine import Engine
from crcasp.program.files import Program, path_of, statements_of
from crcasp.program.flaws import BEFORE_VERDICTS
from crcasp.program.ground import GroundRules
from crcasp.program.solver import Solver
from crcasp.program.syntax import signatures
from crcasp.questions.side_by_side import CHANGES, INPUTS, Grounded, SideBySide

# How the facts of a patient are read, of the words that both tables have.
GIVEN = (*BEFORE_VERDICTS, "reasons.lp", "diff/given.lp", CHANGES)
GIVEN_INPUTS = (
    *INPUTS, ("stopped", 2), ("unavailable", 1), ("offer", 3), ("met", 3), ("holds", 2),
    ("applies", 3), ("because", 2), ("eligible", 1), ("has_grade", 2), ("grade", 2),
)  # fmt: skip
OFF_LINE = ("off_line", 1)  # of the verdicts, what a statement does not speak of
KNOWN = (("therapy_name", 1), ("stop_reason", 1), ("blamable", 1), ("limitable", 1))


def read_apart(engines: Sequence[Engine], limits: Iterable[Symbol]) -> list[Symbol]:
    """Return of what the facts as they are given do not say the same by two tables.

    These are findings that both ask about, and what else lp/diff/given.lp compares.

    Args:
        engines: of the two tables.
        limits: the numbers that either tells apart.
    """
    declared = [one.declared for one in engines]
    words = set.intersection(
        *({it for key in KNOWN for it in one.literals(*key)} for one in declared)
    )
    findings = set.intersection(*({*one.vocabulary.findings} for one in engines))
    known = stated(Function("known_word", [it]) for it in sorted(words))
    given = " ".join(f"{{ {it}(V) : value({it}, V) }}." for it in sorted(findings))
    # The program itself tells a first line from others, no second one from a third.
    own = any("notice" in text for it in engines for _, text in it.program.overlays)
    text = f"any_line(1..{1 + own}). {known} {stated(limits)} {given}"
    old, new = (_grounded(one.program, text) for one in engines)
    inputs = (*GIVEN_INPUTS, *((it, 1) for it in findings))
    both = SideBySide(old, new, inputs, broken=True)
    apart = both.literals("apart", 1).items()
    return sorted(it.arguments[0] for it, literal in apart if both.satisfiable([literal]))


def _grounded(program: Program, text: str) -> Grounded:
    """Return a table grounded for the facts as they are given, as lp/diff/given.lp has it."""
    nodes = statements_of(path_of("verdicts.lp"))
    spoken_of = [node for node in nodes if OFF_LINE in signatures(node)[0]]
    rules = GroundRules()
    return Solver(
        program.grounded(GIVEN, [], text, program.overlays, rules, rules=spoken_of)
    ), rules
