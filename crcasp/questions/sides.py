"""One of two tables that are compared, grounded for every patient that it knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from clingo import Function, Symbol, ast

from crcasp.program.engine import PATIENT_CHECK, Engine, engine
from crcasp.program.files import Program, program_directory
from crcasp.program.ground import Rules
from crcasp.program.overlays import Signature, signatures

FILES = tuple(
    f"diff/{name}.lp" for name in ("patients", "changes", "conditions", "sources", "preferred")
)
ASKED = "inquiry. partners(max_partners)."


class Side:
    """One table, grounded for every patient that it knows.

    Args:
        name: old or new.
        program: the table.
        lines: how many lines of treatment a patient may have had.
        strange: what only the other table knows: therapies, with the agents that they hold
            of which this is so, too. To this one they are lines of treatment and agents of
            which nothing else is known.
    """

    def __init__(
        self, name: str, program: Program, lines: int, strange: Sequence[tuple[str, str]]
    ) -> None:
        vocabulary = engine(program).vocabulary
        self.name = name
        rules = Rules()
        files = ("wrapper/externals.lp", "wrapper/histories.lp", PATIENT_CHECK)
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


def strange(engine: Engine, other: Engine) -> list[tuple[str, str]]:
    """Return what is strange to one table: see `Side`."""
    therapies, agents = set(engine.vocabulary.therapies), set(engine.vocabulary.agents)
    found: list[tuple[str, str]] = []
    for therapy in sorted(set(other.vocabulary.therapies) - therapies):
        held = [str(a) for t, a in other.declared.facts("contains", 2) if t == therapy]
        found += [(therapy, agent) for agent in sorted(set(held) - agents)] or [(therapy, "")]
    return found


def received(strange: Sequence[tuple[str, str]], lines: int) -> str:
    """Return a program in which what is strange may have been received in any line."""
    names = dict.fromkeys(therapy for therapy, _ in strange)
    return " ".join(f"#external received(1..{lines}, {therapy})." for therapy in names)


def held(strange: Sequence[tuple[str, str]]) -> str:
    """Return a program that says which strange agents what is strange holds."""
    return " ".join(f"contains({therapy}, {agent})." for therapy, agent in strange if agent)


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
