"""Overlays before they are grounded: their statements, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from clingo import Number, String, Supremum, ast

from crcasp.errors import Fault, OverlayError, Place
from crcasp.program.clingo_messages import ODD, UNNAMED, faults_of

if TYPE_CHECKING:
    from clingo import Control

Signature: TypeAlias = tuple[str, int]
Link: TypeAlias = tuple[Iterable[Signature], set[Signature]]  # what a rule states, and asks for
Kind = ast.ASTType

ASCII = re.compile(r"[^\x01-\x7f]")
INCLUDE = f"%{ODD}nclude"  # what #include is read as, to see it before clingo includes anything
STATEMENT = re.compile(r"\s*+((?:[^.]++|\.\.)*+)\.?")
MOST = 2147483647  # the highest whole number; names come behind all numbers
LONGEST = 10_000  # characters of a statement; far more than that break clingo down
TOO_DEEP = "this statement is too long or nested too deeply: divide it."
BESIDE = "beside "  # the files of rules that are derived from those of an overlay
IGNORED = {
    Kind.External: "#external",
    Kind.Minimize: "#minimize",
    Kind.Heuristic: "#heuristic",
    Kind.Edge: "#edge",
    Kind.ProjectAtom: "#project",
    Kind.ProjectSignature: "#project",
    Kind.TheoryDefinition: "#theory",
    Kind.ShowSignature: "#show",
    Kind.ShowTerm: "#show",
}
COUNTED = (Kind.Interval, Kind.BinaryOperation, Kind.BodyAggregate, Kind.Aggregate)
CHOICE = "this leaves more than one answer: write a rule with one atom as its head."


def parse(name: str, text: str, collect: Callable[[ast.AST], None]) -> None:
    """Hand each statement of a text to a function.

    Raises:
        OverlayError: the text does not parse; says where.
    """
    messages: list[str] = []
    refused: dict[Fault, None] = {}

    def own(node: ast.AST) -> None:
        try:
            if node.ast_type == Kind.Script:
                refuse(node, "this is a #script, and only rules are read: remove it.")
            else:
                collect(node)
        except RecursionError:
            refuse(node, TOO_DEEP)

    def included(node: ast.AST) -> None:
        if node.ast_type == Kind.Comment and node.value.startswith(INCLUDE):
            refuse(node, "no other file is read: name the one that this includes beside this one.")

    def refuse(node: ast.AST, said: str) -> None:
        refused[Fault(_place(node)._replace(source=name), said)] = None

    def read(text: str, collect: Callable[[ast.AST], None]) -> None:
        ast.parse_string(text, collect, logger=lambda _, said: messages.append(said))
        if refused:
            raise OverlayError(refused)

    odd = re.search(r"\0|\r(?!\n)", text)  # clingo reads no further, or beyond the end of a line
    if odd:
        said = "a carriage return stands alone in it" if odd[0] == "\r" else "a NUL is in it"
        raise OverlayError([Fault(Place(name), f"{said}: remove it.")])
    for statement in STATEMENT.finditer(text):
        if len(statement[1]) > LONGEST:
            line = text.count("\n", 0, statement.start(1)) + 1
            raise OverlayError([Fault(Place(name, line), TOO_DEEP)])
    plain = ASCII.sub(ODD, text).replace("#include", INCLUDE)
    try:
        if plain != text:  # clingo breaks down where it complains of a character
            read(plain, included)
        read(text, own)
    except RuntimeError:
        raise OverlayError(faults_of(messages, {name: text}, UNNAMED)) from None


def add_named(control: Control, name: str, text: str) -> None:
    """Add a text to a program so that clingo calls it by its name wherever it speaks of it."""
    with ast.ProgramBuilder(control) as builder:

        def add(node: ast.AST) -> None:
            _name(node, name)
            builder.add(node)

        parse(name, text, add)


def _name(node: ast.AST, name: str) -> None:
    for part in _walk(node):
        if "location" in part.keys():  # noqa: SIM118
            begin, end = part.location.begin, part.location.end
            begin, end = begin._replace(filename=name), end._replace(filename=name)
            part.location = ast.Location(begin, end)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all that it is made of."""
    yield node
    for key in node.child_keys:
        child = getattr(node, key)
        for part in child if isinstance(child, ast.ASTSequence) else [child]:
            if isinstance(part, ast.AST):
                yield from _walk(part)


class Overlay:
    """What an overlay states and asks for, with places.

    Attributes:
        rules: its rules, and beside each what derives `stated(Atom, File, Line, Column)` of its
            heads, and `said(Atom, File, Line, Column)` of all that it speaks of, with #sup for
            each argument that is not known before it is grounded.
        links: of each rule the predicates that it states, with places, and those it asks for.
        declared: the predicates that it declares by #defined.
        faults: what is wrong with the text by itself.
        constraints: where its rules are that state nothing.
        unbounded: whether its ground rules may be very many, or never end.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.rules: list[ast.AST] = []
        self.links: list[tuple[dict[Signature, Place], set[Signature]]] = []
        self.declared: set[Signature] = set()
        self.faults: list[Fault] = []
        self.constraints: list[Place] = []
        self.unbounded = False
        self._part = "base"
        parse(name, text, self._read)

    def _read(self, node: ast.AST) -> None:
        kind = node.ast_type
        if kind == Kind.Program:
            self._part = str(node).removeprefix("#program ").removesuffix(".")
            return
        _name(node, self.name)
        if self._part != "base" and kind != Kind.Comment:
            said = f"this is part of #program {self._part}, and only base is read: move it there."
            self.faults.append(Fault(_place(node), said))
            return
        if kind in IGNORED:
            said = f"{IGNORED[kind]} has no effect on a table: leave it out."
            self.faults.append(Fault(_place(node), said))
            return
        self.rules.append(node)
        self.links.append(({}, signatures(node)[1]))
        if kind == Kind.Rule:
            self._read_rule(node)
        elif kind == Kind.Defined:
            self.declared.add((node.name, node.arity))

    def _read_rule(self, node: ast.AST) -> None:
        if node.head.ast_type != Kind.Literal:
            self.faults.append(Fault(_place(node.head), CHOICE))
        spoken = [term for literal in node.body for term in terms_of(literal)]
        stated = [(atom.symbol, conditions) for atom, conditions in heads(node.head)]
        if not stated:
            self.constraints.append(_place(node))
        self.unbounded = self.unbounded or _is_unbounded(node)
        for term, conditions in stated:
            for signature, part in apart(term):
                self.links[-1][0].setdefault(signature, _place(part))
            spoken += [term] if node.body else []
            self._derive("stated", term, [*node.body, *conditions])
        for term in spoken:
            for _, part in apart(term):
                if part.ast_type == Kind.Function and not part.external:
                    known = part.update(arguments=[_known(one) for one in part.arguments])
                    self._derive("said", known, [])

    def _derive(self, name: str, term: ast.AST, body: list[ast.AST]) -> None:
        begin = term.location.begin._replace(filename=BESIDE + self.name)
        at = ast.Location(begin, begin)
        place = (String(self.name), Number(begin.line), Number(begin.column))
        arguments = [term, *(ast.SymbolicTerm(at, symbol) for symbol in place)]
        atom = ast.SymbolicAtom(ast.Function(at, name, arguments, False))
        self.rules.append(ast.Rule(at, ast.Literal(at, ast.Sign.NoSign, atom), body))


def _place(node: ast.AST) -> Place:
    """Return where a node begins."""
    begin = node.location.begin
    return Place(begin.filename, begin.line, begin.column)


def _is_unbounded(rule: ast.AST) -> bool:
    """Return whether a rule counts, makes terms of variables, or has more than three of these."""
    parts = [*_walk(rule)]
    made = [part for term, _ in heads(rule.head) for part in [*_walk(term.symbol)][1:]]
    terms = [part for part in made if part.ast_type == Kind.Function]
    return (
        any(part.ast_type in COUNTED for part in parts)
        or any(_known(term) is not term for term in terms)
        or len({part.name for part in parts if part.ast_type == Kind.Variable}) > 3
    )


def _known(term: ast.AST) -> ast.AST:
    """Return a term, or #sup if a variable is in it."""
    unknown = ast.SymbolicTerm(term.location, Supremum)
    return unknown if any(part.ast_type == Kind.Variable for part in _walk(term)) else term


# ---- predicates ---------------------------------------------------------------------------


@cache
def signatures_of(files: tuple[str, ...]) -> frozenset[Signature]:
    """Return every predicate of some files, read once."""
    found: set[Signature] = set()
    ast.parse_files(files, lambda node: found.update(*signatures(node)))
    return frozenset(found)


def signatures(node: ast.AST) -> tuple[set[Signature], set[Signature]]:
    """Return the predicates that a statement states, and those that it asks for or declares."""
    if node.ast_type in (Kind.Defined, Kind.ShowSignature):
        return set(), {(node.name, node.arity)}
    if node.ast_type != Kind.Rule:
        return set(), _signatures(terms_of(node))
    stated = _signatures(atom.symbol for atom, _ in heads(node.head))
    if node.head.ast_type == Kind.Literal:
        return stated, _signatures(term for part in node.body for term in terms_of(part))
    parts = [*node.body, *(part for _, conditions in heads(node.head) for part in conditions)]
    asked = _signatures(term for part in parts for term in terms_of(part))
    return stated, asked | (_signatures(terms_of(node.head)) - stated)


def _signatures(terms: Iterable[ast.AST]) -> set[Signature]:
    return {signature for term in terms for signature, _ in apart(term)}


def heads(head: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Yield each atom that a head states, with what it is conditional on there."""
    pairs: list[tuple[ast.AST, list[ast.AST]]] = [(head, [])]
    if head.ast_type != Kind.Literal:
        parts = [part for part in _walk(head) if part.ast_type == Kind.ConditionalLiteral]
        pairs = [(part.literal, list(part.condition)) for part in parts]
    for literal, conditions in pairs:
        if literal.atom.ast_type == Kind.SymbolicAtom and literal.sign == ast.Sign.NoSign:
            yield literal.atom, conditions


def terms_of(node: ast.AST) -> list[ast.AST]:
    """Return the terms of the atoms of a node."""
    kind = node.atom.ast_type if node.ast_type == Kind.Literal else None
    if kind in (Kind.SymbolicAtom, Kind.Comparison, Kind.BooleanConstant):  # as most are
        return [node.atom.symbol] if kind == Kind.SymbolicAtom else []
    return [part.symbol for part in _walk(node) if part.ast_type == Kind.SymbolicAtom]


def apart(term: ast.AST, sign: str = "") -> Iterable[tuple[Signature, ast.AST]]:
    """Yield the predicates of the term of an atom, pools taken apart, each with its term."""
    if term.ast_type == Kind.Pool:
        for part in term.arguments:
            yield from apart(part, sign)
    elif term.ast_type == Kind.UnaryOperation:  # a negated name is another predicate
        yield from apart(term.argument, "" if sign else "-")
    else:
        yield (sign + term.name, len(term.arguments)), term


# ---- numbers ------------------------------------------------------------------------------

VALUED = ("is", "turns_out", "could_be")  # predicates of findings and their values


@lru_cache(maxsize=64)
def told_apart(texts: tuple[tuple[str, str], ...]) -> str:
    """Return limit_of/2 for the numbers that rules tell apart beside the needs of the table."""
    found: dict[str, None] = {}
    for finding, value, rule in _weighed(texts):
        ends = _ends(value, rule)
        one = f", N = ({'; '.join(ends)})" if ends else ""
        if one or ends is None:
            limits = "(N - 1; N)" if one else "N"
            found[f"limit_of({finding}, {limits}) :- value({finding}, N), N <= {MOST}{one}."] = None
    return " ".join(found)


def weighed(texts: tuple[tuple[str, str], ...]) -> set[str]:
    """Return the findings whose values rules ask for beside the needs of the table; F is any."""
    return {finding for finding, _, _ in _weighed(texts)}


def _weighed(texts: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Yield each finding that a rule asks for, with its value and the rule."""
    rules: list[ast.AST] = []
    for name, text in texts:
        if any(f"{predicate}(" in text for predicate in VALUED):
            parse(name, text, rules.append)
    for rule in (rule for rule in rules if rule.ast_type == Kind.Rule):
        for term in (term for literal in rule.body for term in terms_of(literal)):
            for (predicate, arity), part in apart(term):
                if predicate in VALUED and arity == 2:
                    finding, value = part.arguments
                    yield str(finding) if _known(finding) is finding else "F", value, rule


def _ends(value: ast.AST, rule: ast.AST) -> list[str] | None:
    """Return the numbers that a rule compares a value with, None if these are not plain to see."""
    if value.ast_type == Kind.SymbolicTerm:
        return [str(value)]
    if value.ast_type != Kind.Variable or value.name == "_":
        return None if value.ast_type != Kind.Variable else []
    ends: list[str] = []
    seen = 0
    for part in (rule.head, *rule.body):
        times = sum(str(it) == str(value) for it in _walk(part) if it.ast_type == Kind.Variable)
        if times and part.ast_type == Kind.Literal and part.atom.ast_type == Kind.Comparison:
            terms = [part.atom.term, *(guard.term for guard in part.atom.guards)]
            others = [term for term in terms if term != value]
            if any(it.ast_type != Kind.SymbolicTerm for it in others):
                return None
            ends += map(str, others)
        else:
            seen += times
    return ends if seen == 1 else None


# ---- recommendation sets --------------------------------------------------------------------


@cache
def stated_in(path: str) -> frozenset[Signature]:
    """Return the predicates that a file states."""
    found: set[Signature] = set()
    ast.parse_files([path], lambda node: found.update(signatures(node)[0]))
    return frozenset(found)


def hanging_on(predicates: Iterable[Signature], links: Iterable[Link]) -> set[Signature]:
    """Return the predicates that hang on some, these included, by rules of the user's own."""
    links = [*links]
    about, before = {*predicates}, 0
    while len(about) > before:
        before = len(about)
        for stated, asked in links:
            about.update(stated if asked & about else ())
    return about


class Divided(NamedTuple):
    """Overlays in two, for the verdicts come before the recommendation sets.

    Attributes:
        verdicts: their rules without those that ask for recommendation sets.
        sets: those that do.
        asked: what these ask for beside recommendation sets.
    """

    verdicts: tuple[tuple[str, str], ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    asked: frozenset[Signature] = frozenset()


@lru_cache(maxsize=64)
def divided(overlays: tuple[tuple[str, str], ...], sets: str) -> Divided:
    """Return overlays in two.

    Args:
        overlays: each with its name and its text.
        sets: the path of the file that makes the recommendation sets.
    """
    parts = [_divided(name, text, stated_in(sets)) for name, text in overlays]
    verdicts, of_sets, asked = zip(*parts, strict=True)
    names = [name for name, _ in overlays]
    return Divided(
        tuple(zip(names, verdicts, strict=True)),
        tuple(zip(names, of_sets, strict=True)),
        frozenset().union(*asked),
    )


def _divided(name: str, text: str, sets: Set[Signature]) -> tuple[str, str, Set[Signature]]:
    if not any(predicate in text for predicate, _ in sets):
        return text, "", frozenset()
    rules: list[ast.AST] = []
    parse(name, text, rules.append)
    links = [signatures(rule) for rule in rules]
    about = hanging_on(sets, links)
    asked = set[Signature]().union(*(asked for _, asked in links if asked & about)) - about
    parts = ["", ""]
    for rule, link in zip(rules, links, strict=True):
        if rule.ast_type in (Kind.Definition, Kind.Defined):
            parts = [f"{part}{rule}\n" for part in parts]
        else:
            parts[bool(link[1] & about)] += f"{rule}\n"
    return parts[0], parts[1], asked
