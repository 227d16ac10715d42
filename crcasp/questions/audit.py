"""The search of the audit: one grounding over all patients, asked again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias, cast

from clingo import Configuration, Function, Symbol, SymbolType, TruthValue, parse_term

from crcasp.errors import UsageError
from crcasp.program.engine import PATIENT_CHECK, engine
from crcasp.program.files import ANY_FINDING, Program, read_trusted
from crcasp.program.terms import natural, row, word
from crcasp.program.wording import Wording
from crcasp.results.audit import Audit, Example, Gap, Property, Result
from crcasp.results.provenance import Origin

FILES = (
    "any/findings.lp",
    "audit/patients.lp",
    "audit/properties.lp",
    "audit/gaps.lp",
    PATIENT_CHECK,
)
UNMATCHED = "; nothing in the program matches its rule: are its names right?"
KINDS = ("holds", "reached", "asked", "unreached", "listed")
MUST_HOLD = ("holds", "reached")
LINES = 4

Assumption: TypeAlias = tuple[Symbol, bool] | int

ASKABLE = (Function("askable"), True)


def audit(
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
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
    return audit_program(program, [read_trusted(path) for path in properties])


def audit_program(program: Program, own: Sequence[tuple[str, str]] = ()) -> Audit:
    """Return the audit of a program with property files that have been read."""
    return Search(program, own).audit()


class Search:
    """All patients as the stable models of one grounding."""

    def __init__(self, program: Program, own: Sequence[tuple[str, str]]) -> None:
        findings = engine(program).vocabulary.findings  # an overlay that is not whole is refused
        self.start = time.perf_counter()
        self.program = program
        self.own = own
        added = program.added(findings, *ANY_FINDING)
        self.control = program.control(*FILES, lines=LINES, facts=added, trusted=tuple(own))
        # Core-guided: the smallest examples have few facts, so that few cores are in the way.
        cast(Configuration, self.control.configuration.solver).opt_strategy = "usc"
        cast(Configuration, self.control.configuration.solve).models = 1
        self.atoms = {atom.symbol: atom.literal for atom in self.control.symbolic_atoms}
        if not self.satisfiable():
            names = ", ".join(name for name, _ in own) or program.names()
            raise UsageError(f"{names}: its constraints leave no patient to ask about.")
        self.told = self.symbols("told", 1)
        labels = {str(key): str(text) for key, text in map(row, self.symbols("label", 2))}
        self.wording = Wording(labels)

    def audit(self) -> Audit:
        """Ask everything."""
        found = [self.answer(*declared) for declared in self.declared()]
        gaps = tuple(self.gaps())
        seconds = time.perf_counter() - self.start
        return Audit(tuple(found), gaps, LINES, seconds, Origin((), (), self.program))

    def symbols(self, predicate: str, arity: int) -> list[Symbol]:
        """Return the atoms of a predicate that some patient may have."""
        atoms = self.control.symbolic_atoms.by_signature(predicate, arity)
        return [atom.symbol for atom in atoms]

    def satisfiable(self, *assumptions: Assumption) -> bool:
        """Return whether some patient meets the assumptions."""
        return bool(self.control.solve(assumptions=assumptions).satisfiable)

    # ---- properties ---------------------------------------------------------------------

    def declared(self) -> list[tuple[Symbol, str, str]]:
        """Return the properties that are declared, and what else the user's files refute."""
        found: list[tuple[Symbol, str, str]] = []
        for name, kind, text in (symbol.arguments for symbol in self.symbols("property", 3)):
            if str(kind) not in KINDS or text.type is not SymbolType.String:
                raise UsageError(
                    f"property {word(name)}: write property(Name, Kind, Text) with a text in "
                    f"quotation marks and a kind of {', '.join(KINDS)}."
                )
            found.append((name, kind.name, text.string))
        own = _violations(self.own)
        violated = [symbol.arguments[0] for symbol in self.symbols("violation", 1)]
        known = {name for name, _, _ in found}
        for name in dict.fromkeys([*own, *violated]):
            if name not in known:
                found.append((name, "holds", f"No patient violates {word(name)}."))
        idle = set(own) - set(violated)
        found = [
            (name, kind, text.rstrip(".") + UNMATCHED if name in idle else text)
            for name, kind, text in found
        ]
        return sorted(found, key=lambda item: KINDS.index(item[1]))

    def answer(self, name: Symbol, kind: str, text: str) -> Property:
        """Return whether a property is proved, with a smallest example where it is not."""
        start = time.perf_counter()
        items: list[str] = []
        if kind in ("holds", "asked"):
            facts = self.smallest(Function("violation", [name]))
            examples = [] if facts is None else [Example(None, facts)]
            result = "proved" if facts is None else "refuted"
        else:
            examples, unreached = self._reached(name)
            items = [str(item.item) for item in examples] if kind == "listed" else unreached
            result = "found"
            if kind == "reached":
                result = "refuted" if unreached else "proved"
        seconds = time.perf_counter() - start
        return Property(
            str(word(name)),
            text,
            kind in MUST_HOLD,
            cast(Result, result),
            tuple(items),
            tuple(examples),
            seconds,
        )

    def _reached(self, name: Symbol) -> tuple[list[Example], list[str]]:
        """Return an example for each item that some patient reaches, and the other items."""
        examples, unreached = [], []
        for symbol in self.symbols("item", 2):
            of, item = symbol.arguments
            if of != name:
                continue
            facts = self.smallest(Function("reached", [name, item]))
            if facts is None:
                unreached.append(_item(item))
            else:
                examples.append(Example(_item(item), facts))
        examples.sort(key=lambda example: natural(str(example.item)))
        return examples, sorted(unreached, key=natural)

    def smallest(self, goal: Symbol) -> tuple[str, ...] | None:
        """Return the facts of a smallest patient for whom the goal holds, None if nobody."""
        if goal not in self.atoms or not self.satisfiable((goal, True)):
            return None
        configuration = cast(Configuration, self.control.configuration.solve)
        configuration.opt_mode, configuration.models = "opt", 0
        facts: list[Symbol] = []
        try:
            with self.control.solve(assumptions=[(goal, True)], yield_=True) as handle:
                for model in handle:
                    facts = [atom.arguments[0] for atom in self.told if model.contains(atom)]
        finally:
            configuration.opt_mode, configuration.models = "ignore", 1
        return tuple(str(fact) for fact in sorted(facts))

    # ---- gaps ---------------------------------------------------------------------------

    def gaps(self) -> Iterator[Gap]:
        """Yield when each statement supports nothing, for those that gaps depend on."""
        closed = sorted(self.symbols("closed", 1), key=lambda atom: natural(str(atom)))
        if not self.satisfiable(ASKABLE, *((atom, True) for atom in closed)):
            return
        kept = list(closed)
        for atom in reversed(closed):  # of statements that close together the first is kept
            others = [(other, True) for other in kept if other != atom]
            if not self.satisfiable(ASKABLE, (atom, False), *others):
                kept.remove(atom)
        features = sorted(self.symbols("feature", 1), key=_particular)
        for atom in kept:
            implied = [
                str(word(other.arguments[0]))
                for other in closed
                if other not in kept and not self.satisfiable(ASKABLE, (atom, True), (other, False))
            ]
            found = [self._described(chosen) for chosen in self._cover(atom, features)]
            found.sort(key=lambda texts: (len(texts), texts))
            yield Gap(str(word(atom.arguments[0])), tuple(implied), tuple(found))

    def _cover(self, closed: Symbol, features: Sequence[Symbol]) -> Iterator[list[Symbol]]:
        """Yield minimal sets of features that close a statement, until no patient is left.

        Raises:
            UsageError: a patient is left whom no features describe.
        """
        with self.control.backend() as backend:
            guard = backend.add_atom()
            backend.add_external(guard, TruthValue.Free)
        while True:
            with self.control.solve(
                assumptions=[ASKABLE, (closed, True), guard], yield_=True
            ) as handle:
                model = handle.model()
                if model is None:
                    return
                chosen = [atom for atom in features if model.contains(atom)]
            if self.satisfiable(ASKABLE, (closed, False), *((atom, True) for atom in chosen)):
                raise UsageError(
                    f"statement {word(closed.arguments[0])}: no feature of lp/audit/gaps.lp "
                    "says why it supports nothing; add one."
                )
            for atom in list(chosen):
                fewer = [other for other in chosen if other != atom]
                if not self.satisfiable(
                    ASKABLE, (closed, False), *((other, True) for other in fewer)
                ):
                    chosen = fewer
            yield chosen
            with self.control.backend() as backend:
                backend.add_rule([], [guard, *(self.atoms[atom] for atom in chosen)])

    def _described(self, features: Sequence[Symbol]) -> tuple[str, ...]:
        return tuple(sorted(self._feature(atom.arguments[0]) for atom in features))

    def _feature(self, feature: Symbol) -> str:
        arguments = [str(word(argument)) for argument in feature.arguments]
        if feature.name != "lacks":
            return self.wording.labels[feature.name].format(*map(self.wording.name, arguments))
        finding, *offer = arguments
        needed = [
            str(value)
            for statement, branch, of, value in map(row, self.symbols("needs", 4))
            if [statement, branch] == offer and of == finding
        ]
        if needed == ["yes"]:
            return f"not known to be so: {self.wording.name(finding)}"
        values = self.wording.names(sorted(needed), "or")
        return f"{self.wording.name(finding)} not known to be {values}"


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
    from clingo import ast

    from crcasp.program.overlays import parse, signatures

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
