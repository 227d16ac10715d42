"""The table itself, proved over all patients: one grounding, asked again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from clingo import Function, Symbol, SymbolType, ast, parse_term

from crcasp.errors import UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program, read_all_trusted
from crcasp.program.implicants import minimal_subset, prime_implicants
from crcasp.program.overlays import parse, signatures
from crcasp.program.solver import Solver
from crcasp.program.terms import natural, row, word
from crcasp.program.wording import Wording
from crcasp.questions.patient import Constants, Overlays
from crcasp.results.audit import Audit, Example, Gap, Proof, Property
from crcasp.results.provenance import Provenance

FILES = ("sets.lp", "any/patients.lp", "audit/properties.lp", "audit/gaps.lp")
UNMATCHED = "; nothing in the program matches its rule: are its names right?"
KINDS = ("holds", "reached", "asked", "unreached", "listed")
MUST_HOLD = ("holds", "reached")
LINES = 4  # of a history
TOLD = (("received", 2), ("toxic", 2), ("contraindicated", 1))


def audit(
    *,
    overlays: Overlays = (),
    constants: Constants | None = None,
    properties: Sequence[str | os.PathLike[str]] = (),
) -> Audit:
    """Prove or refute what must hold of the table, over all patients.

    The patients are all that are fully known: any findings, histories of up to four lines,
    any limits. What holds of each of them holds of every patient, whose verdicts are those of
    its completions. A proof is a search that found no counterexample.

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
        most = min(LINES, engine(program).vocabulary.lines)  # an overlay is checked, too
        text = f"any_line(1..{most})."
        super().__init__(program.control(*FILES, facts=text, trusted=tuple(own)))
        self.program = program
        self.own = own
        if not self.satisfiable():
            names = ", ".join(name for name, _ in own) or program.names()
            raise UsageError(f"{names}: its constraints leave no patient to ask about.")
        self.told = {
            atom: literal for told in TOLD for atom, literal in self.literals(*told).items()
        }
        labels = {str(key): str(text) for key, text in map(row, self.literals("label", 2))}
        self.words = Wording(labels)
        self.askable = self.literals("askable", 0).get(Function("askable"), 0)
        self.closed = self.literals("closed", 1)
        self.features = self.literals("feature", 1)
        self.findings = self.literals("turns_out", 2)

    def audit(self) -> Audit:
        """Ask everything."""
        found = tuple(self.asked(*declared) for declared in self.declared())
        gaps = tuple(self.gaps())
        seconds = time.perf_counter() - self.start
        return Audit(found, gaps, LINES, seconds, Provenance.of(self.program))

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
            examples, unreached = self._reached(name, shown=kind != "unreached")
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

    def _reached(self, name: Symbol, *, shown: bool) -> tuple[list[Example], list[str]]:
        """Return an example for each item that some patient reaches, and the other items.

        Where examples are not shown, there are none.
        """
        examples, unreached = [], []
        atoms = self.literals("reached", 3)
        goals: dict[Symbol, list[Symbol]] = {}
        for atom in atoms:
            if atom.arguments[0] == name:
                goals.setdefault(atom.arguments[1], []).append(atom)
        for symbol in self.literals("item", 2):
            of, item = symbol.arguments
            if of != name:
                continue
            goal = next((it for it in goals.get(item, ()) if self.satisfiable([atoms[it]])), None)
            if goal is None:
                unreached.append(_item(item))
            elif shown:
                examples.append(Example(_item(item), self.smallest_patient(goal) or ()))
        examples.sort(key=lambda example: natural(str(example.item)))
        return examples, sorted(unreached, key=natural)

    def smallest_patient(self, goal: Symbol) -> tuple[str, ...] | None:
        """Return the facts of a smallest patient for whom the goal holds, None if nobody.

        History and limits have as few facts as possible; of the findings those that matter.
        """
        atom = self.control.symbolic_atoms[goal]
        if atom is None:
            return None
        told = self.smallest([atom.literal], self.told)
        if told is None:
            return None
        fixed = [literal if fact in told else -literal for fact, literal in self.told.items()]
        found = self.first([*fixed, atom.literal], self.findings) or []
        literals = {self.findings[finding]: finding for finding in found}
        blamed = {fact.arguments[0] for fact in told if fact.name == "toxic"}
        stops = {Function("stopped", [line]) for line in blamed}
        kept = [it for it, finding in literals.items() if finding.arguments[0] in stops]
        fixed += kept
        kept += minimal_subset(
            sorted(literals.keys() - {*kept}),
            lambda part: not self.satisfiable([*fixed, -atom.literal, *part]),
        )
        facts = [*told]
        facts += [_stated(*literals[literal].arguments) for literal in kept]
        return tuple(map(str, sorted(facts)))

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
            found = [self._described(literals) for literals in self._cover(atom)]
            found.sort(key=lambda texts: (len(texts), texts))
            yield Gap(str(word(atom.arguments[0])), tuple(implied), tuple(found))

    def _implies(self, atoms: Sequence[Symbol], closed: Symbol) -> bool:
        """Return whether a statement is closed for all patients for whom others are."""
        given = [self.closed[atom] for atom in atoms]
        return not self.satisfiable([self.askable, -self.closed[closed], *given])

    def _cover(self, closed: Symbol) -> Iterator[list[int]]:
        """Yield the smallest conjunctions of features that close a statement, covering all."""
        of = closed.arguments[0]
        features = [atom for atom in self.features if atom.arguments[0].arguments[0] == of]
        features.sort(key=_particular)
        inputs = [self.features[atom] for atom in features]
        yield from prime_implicants(self, self.closed[closed], inputs, [self.askable])

    def _described(self, literals: Sequence[int]) -> tuple[str, ...]:
        names = {literal: atom.arguments[0] for atom, literal in self.features.items()}
        return tuple(sorted(self._feature(names[literal]) for literal in literals))

    def _feature(self, feature: Symbol) -> str:
        statement, branch, *rest = (word(argument) for argument in feature.arguments)
        if feature.name == "no_offer":
            return "the initial therapy holds no regimen, or two partners"
        if feature.name == "all_barred":
            return f"{rest[0] if rest else 'something'} bars all that it offers"
        needed = [
            str(value)
            for of, case, finding, value in map(row, self.literals("needs", 4))
            if (of, case, finding) == (statement, branch, rest[0])
        ]
        name = self.words.name(str(rest[0]))
        if needed == ["yes"]:
            return f"not so: {name}"
        return f"{name} not {self.words.names(sorted(needed), 'or')}"


def _particular(feature: Symbol) -> tuple[int, Symbol]:
    """Return a sort key that puts last the features that say less and are given up first."""
    return -len(feature.arguments[0].arguments), feature


def _stated(finding: Symbol, value: Symbol) -> Symbol:
    """Return the fact that gives a finding a value."""
    return Function(finding.name, [*finding.arguments, value])


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
