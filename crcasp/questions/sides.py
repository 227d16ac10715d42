"""One of two tables that are compared, grounded for every patient that it knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from clingo import Function, Symbol, ast

from crcasp.program.engine import PATIENT_CHECK, Engine, engine
from crcasp.program.files import Program, program_directory
from crcasp.program.ground import Rules
from crcasp.program.overlays import Signature, signatures

FILES = tuple(
    f"diff/{name}.lp" for name in ("patients", "changes", "conditions", "sources", "preferred")
)
STRANGE = "diff/strange.lp"
SIDES = ("old", "new")
ASKED = "inquiry. partners(max_partners)."


class Strange(NamedTuple):
    """A therapy that only the other one of two tables knows.

    To this one it is a line of treatment of whose content nothing is known, but for the
    agents that are strange to it, too; the regimen of a strange partner is not given again.
    """

    therapy: str
    agents: tuple[str, ...]
    partner: bool


class Side:
    """One table, grounded for every patient that it knows.

    Args:
        name: old or new.
        program: the table.
        lines: how many lines of treatment a patient may have had.
        strange: what only the other table knows.
    """

    def __init__(self, name: str, program: Program, lines: int, strange: Sequence[Strange]) -> None:
        vocabulary = engine(program).vocabulary
        self.name = name
        rules = Rules()
        files = ("wrapper/externals.lp", "wrapper/histories.lp", PATIENT_CHECK, STRANGE)
        text = f"{vocabulary.externals()} {ASKED} {received(strange, lines)} {held(strange)}"
        self.control = program.control(
            *files, lines=lines, facts=text, observer=rules, asked=_of_the_program()
        )
        self.rules = rules.taken
        self.atoms = self.control.symbolic_atoms
        known = vocabulary.predicates()
        self.given = {
            atom.symbol: atom.literal
            for predicate, arity, positive in self.atoms.signatures
            if predicate in known and positive
            for atom in self.atoms.by_signature(predicate, arity)
            if atom.is_external
        }

    def has(self, asked: Iterable[Signature]) -> Iterator[tuple[Symbol, int | None]]:
        """Yield the atoms of some predicates, as atoms of this table, with their literals.

        A fact has none.
        """
        this = Function(self.name)
        for predicate, arity in sorted(asked):
            for atom in self.atoms.by_signature(predicate, arity - 1):
                named = Function(predicate, [this, *atom.symbol.arguments])
                yield named, None if atom.is_fact else atom.literal


def strange(engine: Engine, other: Engine) -> tuple[Strange, ...]:
    """Return what is strange to one of two tables."""
    therapies, agents = set(engine.vocabulary.therapies), set(engine.vocabulary.agents)
    partners = {str(name) for (name,) in other.declared.facts("partner", 1)}
    contents = other.declared.facts("contains", 2)
    found = []
    for therapy in sorted(set(other.vocabulary.therapies) - therapies):
        held = {str(agent) for of, agent in contents if of == therapy}
        found.append(Strange(therapy, tuple(sorted(held - agents)), therapy in partners))
    return tuple(found)


def received(strange: Iterable[Strange], lines: int) -> str:
    """Return a program in which what is strange may have been received in any line."""
    return " ".join(f"#external received(1..{lines}, {it.therapy})." for it in strange)


def held(strange: Iterable[Strange]) -> str:
    """Return what the file `STRANGE` asks of what is strange, and the agents that it holds."""
    facts = [f"contains({it.therapy}, {agent})." for it in strange for agent in it.agents]
    return " ".join([*facts, *(f"strange({it.therapy})." for it in strange if it.partner)])


def _of_the_program() -> set[Signature]:
    """Return what the files that compare ask of a table, as its own predicates."""
    asked, possible = interface()
    return {(name, arity - 1) for name, arity in asked | possible}


@cache
def interface() -> tuple[frozenset[Signature], frozenset[Signature]]:
    """Return what the files that compare ask of a table, and what they ask whether it can be."""
    stated: set[Signature] = set()
    asked: set[Signature] = set()
    possible: set[Signature] = set()

    class Possible(ast.Transformer):
        def visit_SymbolicAtom(self, atom: ast.AST) -> ast.AST:  # noqa: N802
            if getattr(atom.symbol, "name", "") == "can":
                (term,) = atom.symbol.arguments
                possible.add((term.name, len(term.arguments)))
            return atom

    def visit(node: ast.AST) -> None:
        heads, body = signatures(node)
        stated.update(heads)
        asked.update(body)
        Possible().visit(node)

    ast.parse_files([os.path.join(program_directory(), name) for name in FILES], visit)
    own = {("compared", 1), ("can", 1), ("may_tell", 2)}
    return frozenset(asked - stated - own), frozenset(possible)
