"""The table itself, proved over all patients: one grounding, asked again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from itertools import chain

from clingo import Function, Symbol, SymbolType, ast, parse_term

from crcasp.errors import UsageError
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.flaws import HANGS, checked
from crcasp.program.ground import GroundRules
from crcasp.program.implicants import prime_implicants
from crcasp.program.syntax import Signature, parse, place_of, signatures
from crcasp.program.terms import grouped, natural, row, word
from crcasp.program.trusted import read_all_trusted
from crcasp.questions.part import Part, Patients
from crcasp.questions.patient import Constants, Overlays
from crcasp.results.audit import Audit, Example, Gap, Proof, Property
from crcasp.results.provenance import Provenance

FILES = ("sets.lp", "any/patients.lp", "any/pairs.lp", "audit/properties.lp", "audit/gaps.lp")
BY_THE_TABLE = (
    ", but for constraints on sets that are not the table's own: these are not looked into."
)
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


class AllPatients(Patients):
    """All patients as the stable models of one grounding.

    Args:
        program: the logic program.
        own: names and texts of property files of the user's own.
    """

    def __init__(self, program: Program, own: Sequence[tuple[str, str]] = ()) -> None:
        self.start = time.perf_counter()
        self.most = min(LINES, engine(program).vocabulary.lines)  # an overlay is checked, too
        check = checked(program)
        check.refuse_patient()
        self.named = _violations(own, check.as_given)  # what clingo would break down at is said
        text = f"any_line(1..{self.most})."
        rules = GroundRules()
        control = program.control(*FILES, facts=text, trusted=tuple(own), observer=rules)
        super().__init__(control, rules)
        self.program = program
        if not self.satisfiable():
            names = ", ".join(name for name, _ in own) or program.names()
            raise UsageError(f"{names}: its constraints leave no patient to ask about.")
        self.words = engine(program).table.words

    def audit(self) -> Audit:
        """Ask everything."""
        found = tuple(self.asked(*declared) for declared in self.declared())
        gaps = tuple(self.gaps())
        seconds = time.perf_counter() - self.start
        return Audit(found, gaps, self.most, seconds, Provenance.of(self.program))

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
        violated = [symbol.arguments[0] for symbol in self.literals("violation", 1)]
        for name in [*self.named, *violated]:
            found.setdefault(name, ("holds", f"No patient violates {word(name)}."))
        idle = set(self.named) - set(violated)
        if any("#false" in text for _, text in self.program.divided[1]):
            for name in (atom.arguments[0] for atom in self.literals("by_the_table", 1)):
                found[name] = found[name][0], found[name][1].rstrip(".") + BY_THE_TABLE
        listed = [
            (name, kind, text.rstrip(".") + UNMATCHED if name in idle else text)
            for name, (kind, text) in found.items()
        ]
        return sorted(listed, key=lambda item: KINDS.index(item[1]))

    def asked(self, name: Symbol, kind: str, text: str) -> Property:
        """Return whether a property is proved, with a smallest example where it is not."""
        start = time.perf_counter()
        items: list[str] = []
        examples: list[Example] = []
        proof: Proof = "found"
        if kind in ("holds", "asked"):
            goal = self.literals("violation", 1).get(Function("violation", [name]))
            part = Part(self, [goal] if goal else [])
            if goal and part.satisfiable([part.own[goal]]):
                examples = [Example(None, _smallest(part, goal))]
            proof = "refuted" if examples else "proved"
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
        reached = self.literals("reached", 3).items()
        goals = grouped((it.arguments[1], lit) for it, lit in reached if it.arguments[0] == name)
        part = Part(self, chain.from_iterable(goals.values()))
        for symbol in self.literals("item", 2):
            of, item = symbol.arguments
            if of != name:
                continue
            goal = next(
                (it for it in goals.get(item, ()) if part.satisfiable([part.own[it]])), None
            )
            if goal is None:
                unreached.append(_item(item))
            elif shown:
                examples.append(Example(_item(item), _smallest(part, goal)))
        examples.sort(key=lambda example: natural(example.item))
        return examples, sorted(unreached, key=natural)

    # ---- gaps ---------------------------------------------------------------------------

    def gaps(self) -> Iterator[Gap]:
        """Yield when each statement supports nothing, for those that gaps depend on."""
        atoms = self.literals_of([("askable", 0), ("closed", 1), ("feature", 1)])
        part = Part(self, atoms.values())
        own = {atom: part.own[literal] for atom, literal in atoms.items()}
        askable = own.get(Function("askable"), 0)
        closed = sorted((it for it in own if it.name == "closed"), key=natural)

        def implies(given: Iterable[Symbol], other: Symbol) -> bool:
            """Return whether a statement is closed for all patients for whom others are."""
            return not part.satisfiable([askable, -own[other], *(own[atom] for atom in given)])

        if not part.satisfiable([askable, *(own[atom] for atom in closed)]):
            return
        kept = list(closed)
        for atom in reversed(closed):  # of statements that close together the first is kept
            if implies((other for other in kept if other != atom), atom):
                kept.remove(atom)
        others = [atom for atom in closed if atom not in kept]
        for atom in kept:
            features = [it for it in own if it.name == "feature" and _source(it) == _source(atom)]
            # Those that say less come last, and are given up first.
            features.sort(key=lambda it: (-len(it.arguments[0].arguments), it))
            texts = {own[it]: self._feature(it.arguments[0]) for it in features}
            # The smallest conjunctions of features that close the statement cover all patients.
            ways = prime_implicants(part, own[atom], [*texts], [askable])
            found = [tuple(sorted(texts[literal] for literal in way)) for way in ways]
            implied = [str(word(_source(other))) for other in others if implies([atom], other)]
            found.sort(key=lambda texts: (len(texts), texts))
            yield Gap(str(word(_source(atom))), tuple(implied), tuple(found))

    def _feature(self, feature: Symbol) -> str:
        statement, branch, *rest = (word(argument) for argument in feature.arguments)
        if feature.name == "no_offer":
            return "the initial therapy holds no regimen, or two partners"
        if feature.name == "all_barred":
            return f"{rest[0] if rest else 'something'} bars all that it offers"
        own = statement, branch, rest[0]
        needs = grouped((it[:3], str(it[3])) for it in map(row, self.literals("needs", 4)))
        always = own in (it[:3] for it in self.facts("needs", 4))
        where = "" if always else " (where the statement needs it)"
        return f"not met: {self.words.said(str(rest[0]), sorted(needs.get(own, ())))}{where}"


def _source(atom: Symbol) -> Symbol:
    """Return the statement of closed(S), or of feature(D)."""
    (of,) = atom.arguments
    return of.arguments[0] if atom.name == "feature" else of


def _smallest(part: Part, goal: int) -> tuple[str, ...]:
    """Return the facts of a smallest patient for whom a literal of the whole program holds."""
    return tuple(map(str, sorted(part.smallest_patient(part.own[goal]))))


def _item(item: Symbol) -> str:
    """Return a statement or a therapy; of a tuple, the first with the others behind it."""
    if item.match("", 3):
        first, *rest = (str(word(part)) for part in item.arguments)
        return f"{first}: {' and '.join(sorted(rest, key=natural))}"
    return str(word(item))


def _violations(own: Sequence[tuple[str, str]], as_given: Set[Signature]) -> list[Symbol]:
    """Return the names that property files may derive violation(Name) of.

    Raises:
        UsageError: a file derives none, or asks for facts as given.
    """
    names: list[Symbol] = []
    for file, text in own:
        heads: list[ast.AST] = []

        def visit(node: ast.AST, file: str = file, heads: list[ast.AST] = heads) -> None:
            stated, asked = signatures(node)
            if asked & as_given:
                raise UsageError(f"{place_of(node)._replace(source=file)}: {HANGS}")
            if ("violation", 1) in stated:
                heads.append(node.head)

        parse(file, text, visit)
        if not heads:
            raise UsageError(f"{file}: it derives no violation(Name), so that nothing is asked.")
        for head in heads:
            with suppress(RuntimeError, AttributeError):  # no ground name: the atoms have them
                name = str(head.atom.symbol.arguments[0])
                names.append(parse_term(name, logger=lambda *_: None))
    return names
