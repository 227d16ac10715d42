"""All that is wrong with overlays: what the program derives of it, each with its place."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path

from clingo import Control, Function, Observer, Symbol, SymbolType

from crcasp.errors import Fault, OverlayError, Place, UsageError
from crcasp.program.clingo_messages import faults_of
from crcasp.program.files import (
    VOCABULARY,
    Program,
    main_files,
    main_paths,
    path_of,
    program_directory,
)
from crcasp.program.ground import GroundRules, on_loops
from crcasp.program.other import CHOSEN, reached
from crcasp.program.overlays import Overlay
from crcasp.program.sets import OF_VERDICTS
from crcasp.program.solver import Solver
from crcasp.program.syntax import (
    Kind,
    Signature,
    apart,
    hanging_on,
    place_of,
    signatures_of,
    stated_in,
    terms_of,
    walk,
)
from crcasp.program.terms import Word, word
from crcasp.program.vocabulary import externals_of
from crcasp.program.wording import nearest

LANGUAGE, ANYONE = "check/language.lp", "cohort/anyone.lp"
NOTICE = {("notice", 2)}  # no part of the table, which verdicts may come before
NAMED = {("statement", 3), ("exclusion", 2), ("year", 2), ("withdrawn", 1)}  # what a header has
LINES = 2  # of the histories that overlays are read with, and one more than their rules name
MOST_LINES = 20  # beyond which a number is none of a line
BEFORE_VERDICTS = (*VOCABULARY, "table.lp", "patient.lp")
MOST = 500_000  # ground rules; all that came after 2019 is 100,000
ENDLESS = f"it comes to more than {MOST:,} ground rules: give its numbers and terms an end."
FLAWS = ("check/names.lp", "check/table.lp")
GIVEN = ("given", 3)  # how the facts of a patient are read
LIMITS = (SymbolType.Infimum, SymbolType.Supremum)
ENDS = "an end of the order of terms: write a number or a name."
LOOP = "hangs on itself through `not`, and may have more than one answer, or none: break the loop."
TAKEN = "is a predicate of the program: choose another name."
HANGS = "this hangs on facts as they are given, and a fully known patient has none: ask for is/2."
UNSURE = (
    "depends on what may be unknown of a patient: state it for everyone, and for whom it is meant "
    "by needs/4; a rule may ask for the history by received/2, held/2 or initial_line/1."
)
OF_PATIENT = "this is a fact of one patient, and all are asked about: give it in a fact file."
OF_HISTORY = (
    "this depends on the history, and diff compares tables that are the same for every patient: "
    "say for whom it is meant by needs/4 of a finding such as earlier(A) or failed(A)."
)
AFTER = "is part of the table here, and hangs on the recommendation sets that the table leads to."


class OverlayCheck:
    """The overlays of a program, read and grounded beside what they extend, to be checked.

    An atom is taken to be stated if it is for some patient, and is missing only if it is
    there for nobody; so one that depends on the patient is looked into like any other.

    Args:
        program: the program with its overlays.

    Raises:
        OverlayError: one of them does not parse.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.overlays: list[Overlay] = []
        self.messages: list[str] = []  # of clingo
        faults: list[Fault] = []
        for name, text in program.overlays:
            try:
                self.overlays.append(Overlay(name, text))
            except OverlayError as error:
                faults += error.faults
        if faults:
            raise OverlayError(faults)

    def checked(self) -> None:
        """Do nothing if nothing is wrong with the overlays.

        Raises:
            OverlayError: something is; says all that is.
        """
        faults = [fault for overlay in self.overlays for fault in overlay.faults]
        if taken := [*self._taken()]:  # what they would change is not looked into
            raise OverlayError([*faults, *taken])
        try:
            faults += [*self._unasked(), *self._unsure(), *self._flaws()]
            places = {fault.place for fault in faults}
            faults += [fault for fault in self._loops() if fault.place not in places]
        except RuntimeError:  # as clingo says, and more than it says cannot be known
            if not self.messages:
                raise
        said = faults_of(self.messages, dict(self.program.overlays))
        own = {overlay.name for overlay in self.overlays}
        # What clingo says of the program's own files follows from what is wrong here.
        faults += [fault for fault in said if not faults or (fault.place and fault.place[0] in own)]
        if faults:
            raise OverlayError(faults)

    def refuse_patient(self) -> None:
        """Refuse history and limits of a patient, where all patients are asked about.

        Raises:
            UsageError: an overlay states some.
        """
        facts = self.language("asks_fact").keys()
        for stated, _ in self.links:
            for key in stated.keys() & facts:
                raise UsageError(f"{stated[key]}: {OF_PATIENT}")

    def refuse_history(self) -> None:
        """Refuse rules by which the table depends on the history of a patient, but for needs.

        Raises:
            UsageError: an overlay has one.
        """
        others = NOTICE | {GIVEN, ("needs", 4), ("asks", 3)}
        table = self.language("states", "tells").keys() - others
        atoms = self.read.control.symbolic_atoms
        for stated, place in self._stated():
            atom = atoms[stated] if signature_of(stated) in table else None
            if atom and not atom.is_fact:
                raise UsageError(f"{place}: {OF_HISTORY}")

    # ---- what they state ----------------------------------------------------------------------

    @cached_property
    def declared(self) -> Solver:
        """The vocabulary with that of the overlays, and the language of overlays."""
        try:
            return Solver(self._ground((*VOCABULARY, LANGUAGE)))
        except RuntimeError:
            self._ground(main_files())  # so that clingo says why
            raise

    @cached_property
    def findings(self) -> dict[Signature, Symbol]:
        """The facts that give findings, each with the kinds of its arguments."""
        names = dict.fromkeys(atom.arguments[0] for atom in self.declared.literals("value", 2))
        kinds = {str(name): Function("value", [name]) for name in names}
        return {(name, 1): Function("fact", [kind]) for name, kind in kinds.items()}

    @cached_property
    def read(self) -> Solver:
        """The overlays beside what they extend, grounded for any patient."""
        return Solver(self.for_anyone())

    @cached_property
    def _own(self) -> set[Signature]:
        """The predicates that the overlays state, and the program does not have."""
        stated = set[Signature]().union(*(stated for stated, _ in self.links))
        return stated - signatures_of(tuple(main_paths()))

    def language(self, *predicates: str) -> dict[Signature, Symbol]:
        """Return what an overlay may state or ask for, each with the kinds of its arguments."""
        atoms = (atom for name in predicates for atom in self.declared.literals(name, 1))
        return {signature_of(atom.arguments[0]): atom.arguments[0] for atom in atoms}

    def for_anyone(self, observer: Observer | None = None) -> Control:
        """Return the overlays beside what they extend, grounded for any patient."""
        known = {*self.language("states", "tells", "asks", "asks_fact"), *self.findings}
        known = (known | self._own) - NOTICE
        verdicts = any(asked - known for _, asked in self.links)
        files = (*(main_files() if verdicts else BEFORE_VERDICTS), ANYONE)
        declared = _own_findings().union(*(overlay.declared for overlay in self.overlays))
        names = [name for name, _ in self.findings.keys() & declared]
        facts = f"any_line(1..{self._lines()}). {externals_of(names)}"
        return self._ground(files, facts, observer)

    def _lines(self) -> int:
        """Return the lines of the histories that the overlays are read with."""
        terms = self.language("asks", "asks_fact").items()
        of_lines = {key for key, term in terms if term.arguments[0].name == "number"}
        constants = {**self.program.known_constants(), **dict(self.program.constants)}
        joined = highest = 0
        for overlay in self.overlays:
            for rule in overlay.rules:
                if place_of(rule).source == overlay.name:  # and not derived from one that is
                    spoken = terms_of(rule) if rule.ast_type == Kind.Rule else []
                    asked = sum(key in of_lines for term in spoken for key, _ in apart(term))
                    named = (str(it) for it in walk(rule) if it.ast_type == Kind.SymbolicTerm)
                    known = (constants.get(it, it) for it in named)
                    numbers = (int(it) for it in known if it.isdecimal())
                    joined = max(joined, asked)
                    highest = max(highest, sum(it for it in numbers if it < MOST_LINES))
        return max(LINES, joined, min(highest + 1, MOST_LINES)) if joined else LINES

    def _ground(
        self, files: Sequence[str], facts: str = "", observer: Observer | None = None
    ) -> Control:
        self.messages.clear()
        unbounded = [overlay.name for overlay in self.overlays if overlay.unbounded]
        count = _Count()
        try:
            return self.program.grounded(
                files,
                self.messages,
                facts,
                self.program.overlays,
                observer or (count if unbounded else None),
                [rule for overlay in self.overlays for rule in overlay.rules],
                apart=True,
            )
        except RuntimeError:
            if count.rules < MOST:
                raise
            raise OverlayError([Fault(Place(name), ENDLESS) for name in unbounded]) from None

    @property
    def links(self) -> Iterator[tuple[dict[Signature, Place], set[Signature]]]:
        """The predicates that each rule states, with places, and those that it asks for."""
        return (link[:2] for overlay in self.overlays for link in overlay.links)

    @cached_property
    def as_given(self) -> set[Signature]:
        """What says how the facts of a patient are given, which no fully known patient has."""
        return {*self.findings, *self.language("as_given")}

    @property
    def unsourced(self) -> tuple[str, ...]:
        """The names of the overlays that add no source and take nothing back of all patients."""
        names = []
        for overlay in self.overlays:
            stated = {key for stated, asked, _ in overlay.links for key in stated if not asked}
            says = any(rule.ast_type != Kind.Comment for rule in overlay.rules)
            if says and NAMED.isdisjoint(stated):
                names.append(os.path.basename(overlay.name))
        return tuple(names)

    @property
    def constrained(self) -> bool:
        """Whether a rule leaves out patients: a constraint, or what is stated with its opposite."""
        stated = (name for stated, _ in self.links for name, _ in stated)
        return any(it.constraints for it in self.overlays) or any(it[0] == "-" for it in stated)

    def _stated(self) -> Iterator[tuple[Symbol, Place]]:
        """Yield each atom that an overlay states, with its place."""
        for symbol in self.read.literals("stated", 4):
            atom, *at = symbol.arguments
            yield atom, _place(*map(word, at))

    # ---- what is wrong ------------------------------------------------------------------------

    def _taken(self) -> Iterator[Fault]:
        """Yield a fault for each predicate that a file beside the main program has for itself."""
        found: dict[Signature, Place] = {}
        for overlay in self.overlays:
            for stated, asked, _ in sorted(overlay.links, key=lambda link: not link[0]):
                for key in sorted((stated.keys() | asked) & _of_commands()):
                    place = stated.get(key) or next(iter(stated.values()), Place(overlay.name))
                    found.setdefault(key, place)
        for (name, arity), place in found.items():
            yield Fault(place, f"{name}/{arity} {TAKEN}")

    def _unasked(self) -> Iterator[Fault]:
        """Yield a fault for each predicate that nothing asks for, or that the sets come before."""
        language = self.language("states", "tells")
        asked = set(language).union(*(asked for _, asked in self.links))
        of_program = cache(lambda: signatures_of(tuple(main_paths())))
        about: set[Signature] = set()
        known = self.language("asks", "asks_fact").keys() | self.findings.keys()
        if any(asked - known for _, asked in self.links):
            of_sets = stated_in(path_of("sets.lp"))
            about = hanging_on(of_sets, self.links) - of_sets
        given = language.keys() | self.language("asks_fact").keys() | self.findings.keys()
        gone = {(str(name), arity): text for name, arity, text in self.declared.facts("gone", 3)}
        for stated, _ in self.links:
            for (name, arity), place in stated.items():
                if (name, arity) in about and (name, arity) in {*language, *of_program()}:
                    yield Fault(place, f"{name}/{arity} {AFTER}")
                elif (name, arity) in gone and (name, arity) not in asked:
                    yield Fault(place, f"{name}/{arity} is read no more: {gone[name, arity]}.")
                elif (name, arity) in of_program() - given:
                    yield Fault(place, f"{name}/{arity} {TAKEN}")
                elif (name, arity) not in asked and (name, arity) not in given:
                    usage = _usage(name, arity, language)
                    end = f"; did you mean {usage}?" if usage else ": is it misspelt?"
                    yield Fault(place, f"nothing asks for {name}/{arity}{end}")
                elif name[0] == "-" and (name[1:], arity) in of_program():
                    yield Fault(place, f"{name}/{arity} {TAKEN}")

    def _unsure(self) -> Iterator[Fault]:
        """Yield a fault for each part of the table that is not the same whatever is unknown."""
        table = self.language("states", "tells").keys() - NOTICE
        sets = stated_in(path_of("sets.lp"))
        told = {GIVEN, *self.findings, *self.language("asks_fact")}  # how facts are read, and facts
        given = {GIVEN, *self.as_given, *self.language("told_later")}
        known = (table | self.language("asks_fact").keys()) - given
        if not any(asked - known for _, asked in self.links):
            return
        links = [link for link in self.links if not link[0].keys() & table]
        unsure = reached({*CHOSEN, *given}, links)
        about = hanging_on(sets, links)
        of_facts = hanging_on(given | reached(given) - reached(CHOSEN), links)
        for overlay in self.overlays:
            for stated, asked, denied in overlay.links:
                for key in stated.keys() & (table | told):
                    plain = self.findings.keys() - denied if key == GIVEN else set()
                    if asked & unsure - plain:
                        yield Fault(stated[key], f"{key[0]}/{key[1]} {UNSURE}")
            for place, asked in overlay.constraints:
                if asked & about and asked & unsure - {*OF_VERDICTS}:
                    yield Fault(place, f"this constraint on sets {UNSURE}")
                elif asked & of_facts and not asked & about:
                    yield Fault(place, HANGS)

    def _flaws(self) -> Iterator[Fault]:
        """Yield what the program derives of what the overlays name and state."""
        control = Control(["--warn=none"])
        for file in FLAWS:
            control.load(path_of(file))
        with control.backend() as backend:
            for fact in self._facts():
                backend.add_rule([backend.add_atom(fact)])
        control.ground([("base", [])])
        for stated, place in self._stated():
            if any(it.type in LIMITS for it in stated.arguments):
                yield Fault(place, f"{word(stated)} names {ENDS}")
        found = Solver(control)
        for source, line, column, name, text in found.facts("fault", 5):
            yield Fault(_place(source, line, column), f"{name} {text}.")
        misnamed = found.literals("misnamed", 5)
        others: dict[Symbol, list[str]] = {}
        if misnamed:
            others[Function("constant")] = list(self.program.known_constants())
            for atom in found.literals("named", 2):
                others.setdefault(atom.arguments[0], []).append(str(word(atom.arguments[1])))
        for atom in misnamed:
            kind, meant_for, shown, said, at = atom.arguments
            meant = str(word(meant_for))
            alike = [other for other in others.get(kind, ()) if ("(" in other) == ("(" in meant)]
            near = None if meant.isdigit() else nearest(meant, alike)
            end = f"; did you mean {near}?" if near else "."
            yield Fault(_place(*map(word, at.arguments)), f"{word(shown)} {word(said)}{end}")

    def _facts(self) -> Iterator[Symbol]:
        """Yield what the program states in the language of overlays, and what overlays speak of."""
        atoms = self.read.control.symbolic_atoms
        stated = self.language("states", "tells")
        for signature in stated:
            for atom in atoms.by_signature(*signature):
                yield atom.symbol
                if not atom.is_fact:
                    yield Function("varies", [atom.symbol])
        kinds = stated | self.language("asks", "asks_fact", "asks_verdict") | self.findings
        findings: set[str] = set()
        for predicate in ("stated", "said"):
            for symbol in self.read.literals(predicate, 4):
                term, *place = symbol.arguments
                if predicate == "stated":
                    yield symbol
                if term.match("value", 2):
                    findings.add(str(term.arguments[0]))
                kind = kinds.get(signature_of(term))
                if kind is not None and term.positive:
                    for part, argument in zip(kind.arguments, term.arguments, strict=True):
                        yield Function(
                            "mentions", [_of(part, term), argument, Function("at", place)]
                        )
        own = {name for stated, _ in self.links for name, _ in stated}
        for name in findings - own:
            for symbol in self.read.literals(name, 1):
                yield Function("fact", [Function(name), *symbol.arguments])

    def _loops(self) -> Iterator[Fault]:
        """Yield a fault for each atom of an overlay that hangs on itself through `not`."""
        links = [*self.links]
        given = self.language("asks_fact").keys() | self.findings.keys()
        given = given.difference(*(stated for stated, _ in links))
        told = self.language("tells").keys() - set().union(*(asked for _, asked in links))
        hanging = {head for stated, asked in links if asked - given for head in stated} - told
        places: dict[Symbol, list[Symbol]] = {}
        for stated in self.read.control.symbolic_atoms.by_signature("stated", 4):
            term, *place = stated.symbol.arguments
            if not stated.is_fact and signature_of(term) in hanging:
                places[term] = place
        if not places:
            return
        rules = GroundRules()
        control = self.for_anyone(rules)
        atoms = {atom.symbol: atom.literal for atom in control.symbolic_atoms}
        loops = on_loops(rules, {atoms[atom] for atom in places})
        for atom, at in places.items():
            if atoms[atom] in loops:
                yield Fault(_place(*map(word, at)), f"{word(atom)} {LOOP}")


class _Count(Observer):
    """Counts ground rules, and ends the grounding where there are too many."""

    rules = 0

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        self.rules += 1
        if self.rules >= MOST:
            raise RuntimeError(ENDLESS)


@lru_cache(maxsize=2)  # as a command asks for them several times, of two tables at most
def checked(program: Program) -> OverlayCheck:
    """Return the overlays of a program, once nothing is wrong with them.

    Raises:
        OverlayError: something is; says all that is.
    """
    found = OverlayCheck(program)
    found.checked()
    return found


atexit.register(checked.cache_clear)  # while clingo is still there to free them


@cache
def _of_commands() -> frozenset[Signature]:
    """Return the predicates that files have for themselves which overlays are loaded beside."""
    paths = [*Path(program_directory()).glob("*/*.lp")]
    beside = [str(path) for path in paths if f"{path.parent.name}/{path.name}" not in FLAWS]
    found = signatures_of(tuple(beside)) | {("stated", 4), ("said", 4)}
    return found - signatures_of(tuple(main_paths()))


def _of(kind: Symbol, atom: Symbol) -> Symbol:
    """Return the kind of an argument of an atom, which may depend on another argument."""
    if kind.arguments and kind.arguments[0].type is SymbolType.Number:
        return Function(kind.name, [atom.arguments[kind.arguments[0].number - 1]])
    return kind


def _place(source: Word, line: Word, column: Word) -> Place:
    return Place(str(source), int(line), int(column))


def _usage(name: str, arity: int, language: dict[Signature, Symbol]) -> str | None:
    """Return how what is most likely meant by a predicate is written."""
    names = {known for known, _ in language}
    near = name if name in names else nearest(name, names)
    alike = [(abs(n - arity), n) for known, n in language if known == near]
    if near is None or not alike:
        return None
    kinds = language[near, min(alike)[1]].arguments
    return f"{near}({', '.join(kind.name.partition('_')[0].capitalize() for kind in kinds)})"


@cache
def _own_findings() -> frozenset[Signature]:
    """Return the facts that give findings of the program without an overlay."""
    values = Solver(Program().vocabulary_control()).literals("value", 2)
    return frozenset((str(value.arguments[0]), 1) for value in values)


def signature_of(term: Symbol) -> Signature:
    """Return the predicate of an atom."""
    function = term.type is SymbolType.Function
    return (term.name, len(term.arguments)) if function else ("", 0)
