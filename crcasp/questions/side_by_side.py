"""Two tables in one ground program, of the same patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from clingo import Function, Symbol

from crcasp.program.completions import stated
from crcasp.program.engine import Engine
from crcasp.program.files import Program, path_of, statements_of
from crcasp.program.flaws import BEFORE_VERDICTS
from crcasp.program.ground import GroundRules, add_copy, definitions
from crcasp.program.solver import Solver
from crcasp.program.syntax import Signature, signatures
from crcasp.questions.part import TOLD, Patients

CHANGES = "diff/changes.lp"
INPUTS = (("turns_out", 2), *TOLD)
# How the facts of a patient are read, of the words that both tables have.
GIVEN = (*BEFORE_VERDICTS, "reasons.lp", "diff/given.lp", CHANGES)
GIVEN_INPUTS = (
    *INPUTS, ("stopped", 2), ("unavailable", 1), ("offer", 3), ("met", 3), ("holds", 2),
    ("applies", 3), ("because", 2), ("eligible", 1), ("has_grade", 2), ("grade", 2),
)  # fmt: skip
OFF_LINE = ("off_line", 1)  # of the verdicts, what a statement does not speak of
KNOWN = (("therapy_name", 1), ("stop_reason", 1), ("blamable", 1), ("limitable", 1))


class SideBySide(Patients):
    """One table, and beside it the rules of another one, of the same patients.

    Args:
        old: one table.
        new: the other.
        inputs: the predicates of what they have in common.
        broken: whether the constraints of the old one may be broken.
    """

    def __init__(
        self, old: Patients, new: Patients, inputs: Sequence[Signature], broken: bool = False
    ) -> None:
        super().__init__(new.control, new.rules)
        own, others = self.literals_of(inputs), old.literals_of(inputs)
        shared = {literal: own[atom] for atom, literal in others.items() if atom in own}
        defined = definitions(old.rules, self.rules, shared)
        own_atoms = {number: atom for atom, number in defined[1].items()}
        same = {
            atom: own_atoms[number] for atom, number in defined[0].items() if number in own_atoms
        }
        named = [
            (atom.symbol, atom.literal, atom.is_fact)
            for signature in (("compared", 1), *INPUTS[:1])
            for atom in old.control.symbolic_atoms.by_signature(*signature)
            if atom.literal not in shared
        ]
        with self.control.backend() as backend:
            instead = backend.add_atom() if broken else 0
        add_copy(self.control, old.rules, named, "old", same | shared, instead)
        self.control.add("changes", [], stated(self._varying(old, *defined)))
        self.control.ground([("changes", [])])

    def _varying(self, before: Solver, *defined: Mapping[int, int]) -> Iterator[Symbol]:
        """Yield of what the tables have different rules: therapies, and findings that both read."""
        old, new = (
            {
                atom.symbol.arguments[0]: 0 if atom.is_fact else numbers[atom.literal]
                for atom in one.control.symbolic_atoms.by_signature("compared", 1)
            }
            for one, numbers in zip((before, self), defined, strict=True)
        )
        read = [{str(it.arguments[0]) for it in one if it.name == "reads"} for one in (old, new)]
        for atom in old.keys() | new.keys():
            if old.get(atom) == new.get(atom):
                continue
            if atom.name in ("eligible", "graded"):
                yield Function("varies", atom.arguments[:1])
            elif atom.name == "reads" and all(str(atom.arguments[0]) in one for one in read):
                yield Function("both", atom.arguments[:1])


def limits(engines: Iterable[Engine]) -> set[Symbol]:
    """Return the numbers that some tables tell apart."""
    return {atom for one in engines for atom in one.table.solver.literals("limit_of", 2)}


# ---- the facts of a patient as they are given ------------------------------------------------


def read_apart(engines: Sequence[Engine]) -> list[Symbol]:
    """Return of what the facts as they are given do not say the same by two tables.

    These are findings that both ask about, and what else lp/diff/given.lp compares.
    """
    declared = [one.declared for one in engines]
    words = set.intersection(*({*one.literals_of(KNOWN)} for one in declared))
    findings = sorted(set.intersection(*({*one.vocabulary.findings} for one in engines)))
    known = stated(Function("known_word", [it]) for it in words)
    given = " ".join(f"{{ {it}(V) : value({it}, V) }}." for it in findings)
    # The program itself tells a first line from others, no second one from a third.
    own = any("notice" in text for it in engines for _, text in it.program.overlays)
    text = f"any_line(1..{1 + own}). {known} {stated(limits(engines))} {given}"
    old, new = (_grounded(one.program, text) for one in engines)
    inputs = (*GIVEN_INPUTS, *((it, 1) for it in findings))
    both = SideBySide(old, new, inputs, broken=True)
    apart = both.literals("apart", 1).items()
    return sorted(it.arguments[0] for it, literal in apart if both.satisfiable([literal]))


def _grounded(program: Program, text: str) -> Patients:
    """Return a table grounded for the facts as they are given, as lp/diff/given.lp has it."""
    nodes = statements_of(path_of("verdicts.lp"))
    spoken_of = [node for node in nodes if OFF_LINE in signatures(node)[0]]
    rules = GroundRules()
    control = program.grounded(GIVEN, [], text, program.overlays, rules, rules=spoken_of)
    return Patients(control, rules)
