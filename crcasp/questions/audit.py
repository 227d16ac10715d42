"""The table itself, proved over all patients: one grounding, asked again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from clingo import Function, Symbol, SymbolType, ast, parse_term

from crcasp.errors import UsageError
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import Program, read_all_trusted
from crcasp.program.overlays import parse, signatures
from crcasp.program.solver import Solver, indispensable
from crcasp.program.terms import natural, row, word
from crcasp.program.wording import Wording
from crcasp.questions.patient import Constants, Overlays
from crcasp.results.audit import Audit, Example, Gap, Proof, Property
from crcasp.results.provenance import Provenance

FILES = ("audit/patients.lp", "audit/properties.lp", "audit/gaps.lp", PATIENT_CHECK)
UNMATCHED = "; nothing in the program matches its rule: are its names right?"
KINDS = ("holds", "reached", "asked", "unreached", "listed")
MUST_HOLD = ("holds", "reached")
LINES = 4  # of a history


def audit(
    *,
    overlays: Overlays = (),
    constants: Constants | None = None,
    properties: Sequence[str | os.PathLike[str]] = (),
) -> Audit:
    """Prove or refute what must hold of the table, over all patients.

    The patients are all that are consistent: any findings, known or not, histories of
    up to four lines, any limits. A proof is a search that found no counterexample.

    Args:
        overlays: as for `recommend`.
        constants: as for `recommend`.
        properties: `.lp` files of your own that derive `violation(Name)`.

    Raises:
        UsageError: an overlay, a constant or a property file is not in order.
    """
    program = Program.build(overlays, constants)
    return AllPatients(program, read_all_trusted(properties, "properties")).audit()


class AllPatients(Solver):
    """All patients as the stable models of one grounding.

    Args:
        program: the logic program.
        own: names and texts of property files of the user's own.
    """

    def __init__(self, program: Program, own: Sequence[tuple[str, str]] = ()) -> None:
        self.start = time.perf_counter()
        vocabulary = engine(program).vocabulary  # an overlay that is not whole is refused
        self.program = program
        self.own = own
        text = vocabulary.choices()
        super().__init__(program.control(*FILES, lines=LINES, facts=text, trusted=tuple(own)))
        if not self.satisfiable():
            names = ", ".join(name for name, _ in own) or program.names()
            raise UsageError(f"{names}: its constraints leave no patient to ask about.")
        self.told = self.literals("told", 1)
        labels = {str(key): str(text) for key, text in map(row, self.literals("label", 2))}
        self.words = Wording(labels)
        self.askable = self.literals("askable", 0).get(Function("askable"), 0)
        self.closed = self.literals("closed", 1)
        self.features = self.literals("feature", 1)

    def audit(self) -> Audit:
        """Ask everything."""
        found = tuple(self.asked(*declared) for declared in self.declared())
        gaps = tuple(self.gaps())
        seconds = time.perf_counter() - self.start
        return Audit(found, gaps, LINES, seconds, Provenance((), (), self.program))

    # ---- properties ---------------------------------------------------------------------

    def declared(self) -> list[tuple[Symbol, str, str]]:
        """Return the properties that are declared, and what else the user's files refute."""
        found: dict[Symbol, tuple[str, str]] = {}
        for name, kind, text in (symbol.arguments for symbol in self.literals("property", 3)):
            if str(kind) not in KINDS or text.type is not SymbolType.String:
                raise UsageError(
                    f"property {word(name)}: write property(Name, Kind, Text) with a text in "
                    f"quotation marks and a kind of {', '.join(KINDS)}."
                )
            found[name] = (kind.name, text.string)
        own = _violations(self.own)
        violated = [symbol.arguments[0] for symbol in self.literals("violation", 1)]
        for name in [*own, *violated]:
            found.setdefault(name, ("holds", f"No patient violates {word(name)}."))
        idle = set(own) - set(violated)
        listed = [
            (name, kind, text.rstrip(".") + UNMATCHED if name in idle else text)
            for name, (kind, text) in found.items()
        ]
        return sorted(listed, key=lambda item: KINDS.index(item[1]))

    def asked(self, name: Symbol, kind: str, text: str) -> Property:
        """Return whether a property is proved, with a smallest example where it is not."""
        start = time.perf_counter()
        items: list[str] = []
        proof: Proof = "found"
        if kind in ("holds", "asked"):
            facts = self.smallest_patient(Function("violation", [name]))
            examples = [] if facts is None else [Example(None, facts)]
            proof = "proved" if facts is None else "refuted"
        else:
            examples, unreached = self._reached(name)
            items = [str(item.item) for item in examples] if kind == "listed" else unreached
            if kind == "reached":
                proof = "refuted" if unreached else "proved"
        return Property(
            name=str(word(name)),
            text=text,
            must_hold=kind in MUST_HOLD,
            result=proof,
            items=tuple(items),
            examples=tuple(examples),
            seconds=time.perf_counter() - start,
        )

    def _reached(self, name: Symbol) -> tuple[list[Example], list[str]]:
        """Return an example for each item that some patient reaches, and the other items."""
        examples, unreached = [], []
        for symbol in self.literals("item", 2):
            of, item = symbol.arguments
            if of != name:
                continue
            facts = self.smallest_patient(Function("reached", [name, item]))
            if facts is None:
                unreached.append(_item(item))
            else:
                examples.append(Example(_item(item), facts))
        examples.sort(key=lambda example: natural(str(example.item)))
        return examples, sorted(unreached, key=natural)

    def smallest_patient(self, goal: Symbol) -> tuple[str, ...] | None:
        """Return the facts of a smallest patient for whom the goal holds, None if nobody."""
        atom = self.control.symbolic_atoms[goal]
        if atom is None:
            return None
        facts = self.smallest([atom.literal], self.told)
        if facts is None:
            return None
        return tuple(str(fact) for fact in sorted(told.arguments[0] for told in facts))

    # ---- gaps ---------------------------------------------------------------------------

    def gaps(self) -> Iterator[Gap]:
        """Yield when each statement supports nothing, for those that gaps depend on."""
        closed = sorted(self.closed, key=lambda atom: natural(str(atom)))
        if not self.satisfiable([self.askable, *self.closed.values()]):
            return
        kept = list(closed)
        for atom in reversed(closed):  # of statements that close together the first is kept
            if self._implies([other for other in kept if other != atom], atom):
                kept.remove(atom)
        others = [atom for atom in closed if atom not in kept]
        for atom in kept:
            implied = [str(word(o.arguments[0])) for o in others if self._implies([atom], o)]
            found = [self._described(features) for features in self._cover(atom)]
            found.sort(key=lambda texts: (len(texts), texts))
            yield Gap(str(word(atom.arguments[0])), tuple(implied), tuple(found))

    def _implies(self, atoms: Sequence[Symbol], closed: Symbol) -> bool:
        """Return whether a statement supports nothing for all patients of whom atoms hold."""
        known = {**self.closed, **self.features}
        given = [known[atom] for atom in atoms]
        return not self.satisfiable([self.askable, -self.closed[closed], *given])

    def _cover(self, closed: Symbol) -> Iterator[list[Symbol]]:
        """Yield minimal sets of features that close a statement, until no patient is left.

        Raises:
            UsageError: a patient is left whom no features describe.
        """
        guard = self.guard()
        features = sorted(self.features, key=_particular)
        left = [self.askable, self.closed[closed], guard]
        while (chosen := self.first(left, features)) is not None:
            if not self._implies(chosen, closed):
                raise UsageError(
                    f"statement {word(closed.arguments[0])}: no feature of lp/audit/gaps.lp "
                    "says why it supports nothing; add one."
                )
            chosen = indispensable(chosen, lambda features: self._implies(features, closed))
            yield chosen
            self.exclude([guard, *(self.features[feature] for feature in chosen)])

    def _described(self, features: Sequence[Symbol]) -> tuple[str, ...]:
        return tuple(sorted(self._feature(atom.arguments[0]) for atom in features))

    def _feature(self, feature: Symbol) -> str:
        arguments = [str(word(argument)) for argument in feature.arguments]
        if feature.name != "lacks":
            return self.words.labels[feature.name].format(*map(self.words.name, arguments))
        finding, *offer = arguments
        needed = [
            str(value)
            for statement, branch, of, value in map(row, self.literals("needs", 4))
            if [statement, branch] == offer and of == finding
        ]
        if needed == ["yes"]:
            return f"not known to be so: {self.words.name(finding)}"
        return (
            f"{self.words.name(finding)} not known to be {self.words.names(sorted(needed), 'or')}"
        )


def _particular(feature: Symbol) -> tuple[int, Symbol]:
    """Return a sort key that puts first the features that say more and are given up first."""
    return -len(feature.arguments[0].arguments), feature


def _item(item: Symbol) -> str:
    """Return a statement or a therapy; of a tuple, the first with the others behind it."""
    if item.match("", 3):
        first, *rest = (str(word(part)) for part in item.arguments)
        return f"{first}: {' and '.join(sorted(rest, key=natural))}"
    return str(word(item))


def _violations(own: Sequence[tuple[str, str]]) -> list[Symbol]:
    """Return the names that property files may derive violation(Name) of.

    Raises:
        UsageError: a file derives none.
    """
    names: list[Symbol] = []
    for file, text in own:
        heads: list[ast.AST] = []

        def visit(node: ast.AST, heads: list[ast.AST] = heads) -> None:
            if ("violation", 1) in signatures(node)[0]:
                heads.append(node.head)

        parse(file, text, visit)
        if not heads:
            raise UsageError(f"{file}: it derives no violation(Name), so that nothing is asked.")
        for head in heads:
            with suppress(RuntimeError, AttributeError):  # no ground name: the atoms have them
                name = str(head.atom.symbol.arguments[0])
                names.append(parse_term(name, logger=lambda *_: None))
    return names
