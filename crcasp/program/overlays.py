"""Overlays before they are grounded: what they state, ask for, tell apart, and say of sets."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import lru_cache

from clingo import Number, String, ast

from crcasp.errors import Fault, Place
from crcasp.program.syntax import (
    Kind,
    Signature,
    apart,
    denied,
    hanging_on,
    heads,
    known_or_sup,
    name_nodes,
    parse,
    place_of,
    signatures,
    stated_in,
    terms_of,
    walk,
)
from crcasp.program.trusted import Texts

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
MOST = 2147483647  # the highest whole number; names come behind all numbers
ANY = "F"  # a finding that is a variable in a rule
VALUED = ("is", "turns_out", "could_be")  # predicates of findings and their values
COUNTED = (Kind.Interval, Kind.BinaryOperation, Kind.BodyAggregate, Kind.Aggregate)
CHOICE = "this leaves more than one answer: write a rule with one atom as its head."


class Overlay:
    """What an overlay states and asks for, with places.

    Attributes:
        rules: its rules, and beside each what derives `stated(Atom, File, Line, Column)` of its
            heads, and `said(Atom, File, Line, Column)` of all that it speaks of, with #sup for
            each argument that is not known before it is grounded.
        links: of each rule the predicates that it states, with places, those that it asks for,
            and those of them that are to be absent, or are counted.
        declared: the predicates that it declares by #defined.
        faults: what is wrong with the text by itself.
        constraints: where its rules are that state nothing, and what each asks for.
        unbounded: whether its ground rules may be very many, or never end.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.rules: list[ast.AST] = []
        self.links: list[tuple[dict[Signature, Place], set[Signature], set[Signature]]] = []
        self.declared: set[Signature] = set()
        self.faults: list[Fault] = []
        self.constraints: list[tuple[Place, set[Signature]]] = []
        self.unbounded = False
        self._part = "base"
        parse(name, text, self._read)

    def _read(self, node: ast.AST) -> None:
        kind = node.ast_type
        if kind == Kind.Program:
            self._part = str(node).removeprefix("#program ").removesuffix(".")
            return
        name_nodes(node, self.name)
        if self._part != "base" and kind != Kind.Comment:
            said = f"this is part of #program {self._part}, and only base is read: move it there."
            self.faults.append(Fault(place_of(node), said))
            return
        if kind in IGNORED:
            said = f"{IGNORED[kind]} has no effect on a table: leave it out."
            self.faults.append(Fault(place_of(node), said))
            return
        self.rules.append(node)
        self.links.append(({}, signatures(node)[1], denied(node)))
        if kind == Kind.Rule:
            self._read_rule(node)
        elif kind == Kind.Defined:
            self.declared.add((node.name, node.arity))

    def _read_rule(self, node: ast.AST) -> None:
        if node.head.ast_type != Kind.Literal:
            self.faults.append(Fault(place_of(node.head), CHOICE))
        spoken = [term for literal in node.body for term in terms_of(literal)]
        stated = [(atom.symbol, conditions) for atom, conditions in heads(node.head)]
        if not stated:
            self.constraints.append((place_of(node), self.links[-1][1]))
        self.unbounded = self.unbounded or _is_unbounded(node)
        for term, conditions in stated:
            for signature, part in apart(term):
                self.links[-1][0].setdefault(signature, place_of(part))
            spoken += [term] if node.body else []
            self._derive("stated", term, [*node.body, *conditions])
        for term in spoken:
            for _, part in apart(term):
                if part.ast_type == Kind.Function and not part.external:
                    known = part.update(arguments=[known_or_sup(one) for one in part.arguments])
                    self._derive("said", known, [])

    def _derive(self, name: str, term: ast.AST, body: list[ast.AST]) -> None:
        begin = term.location.begin._replace(filename=BESIDE + self.name)
        at = ast.Location(begin, begin)
        place = (String(self.name), Number(begin.line), Number(begin.column))
        arguments = [term, *(ast.SymbolicTerm(at, symbol) for symbol in place)]
        atom = ast.SymbolicAtom(ast.Function(at, name, arguments, False))
        self.rules.append(ast.Rule(at, ast.Literal(at, ast.Sign.NoSign, atom), body))


def _is_unbounded(rule: ast.AST) -> bool:
    """Return whether a rule counts, makes terms of variables, or has more than three of these."""
    parts = [*walk(rule)]
    made = [part for term, _ in heads(rule.head) for part in [*walk(term.symbol)][1:]]
    terms = [part for part in made if part.ast_type == Kind.Function]
    return (
        any(part.ast_type in COUNTED for part in parts)
        or any(known_or_sup(term) is not term for term in terms)
        or len({part.name for part in parts if part.ast_type == Kind.Variable}) > 3
    )


# ---- recommendation sets --------------------------------------------------------------------


@lru_cache(maxsize=64)
def divided(overlays: Texts, sets: str) -> tuple[Texts, Texts, frozenset[Signature]]:
    """Return overlays in two, for the verdicts come before the sets, and what the latter ask for.

    Args:
        overlays: each with its name and its text.
        sets: the path of the file that makes the recommendation sets.
    """
    parts = [_divided(name, text, stated_in(sets)) for name, text in overlays]
    verdicts, of_sets, asked = zip(*parts, strict=True)
    names = [name for name, _ in overlays]
    return (
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


# ---- what rules ask of a patient beside the needs of the table: findings, numbers --------------


@lru_cache(maxsize=64)
def told_apart(texts: Texts) -> str:
    """Return sought/1 for the findings that rules ask for, and limit_of/2 for their numbers."""
    found: dict[str, None] = {}
    for finding, value, rule in _weighed(texts):
        if finding != ANY:  # else those that the table asks about
            found[f"sought({finding})."] = None
        ends = _ends(value, rule)
        one = f", N = ({'; '.join(ends)})" if ends else ""
        if one or ends is None:
            limits = "(N - 1; N)" if one else "N"
            found[f"limit_of({finding}, {limits}) :- value({finding}, N), N <= {MOST}{one}."] = None
    return " ".join(found)


def _weighed(texts: Texts) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Yield each finding that a rule asks for, with its value and the rule."""
    rules: list[ast.AST] = []
    for name, text in texts:
        if any(f"{predicate}(" in text for predicate in VALUED):
            parse(name, text, rules.append)
    for rule in (rule for rule in rules if rule.ast_type == Kind.Rule):
        parts = rule.body if any(heads(rule.head)) else [*rule.body, rule.head]
        for term in (term for literal in parts for term in terms_of(literal)):
            for (predicate, arity), part in apart(term):
                if predicate in VALUED and arity == 2:
                    finding, value = part.arguments
                    yield str(finding) if known_or_sup(finding) is finding else ANY, value, rule


def _ends(value: ast.AST, rule: ast.AST) -> list[str] | None:
    """Return the numbers that a rule compares a value with, None if these are not plain to see."""
    if value.ast_type == Kind.SymbolicTerm:
        return [str(value)]
    if value.ast_type != Kind.Variable or value.name == "_":
        return None if value.ast_type != Kind.Variable else []
    ends: list[str] = []
    seen = 0
    for part in (rule.head, *rule.body):
        times = sum(str(it) == str(value) for it in walk(part) if it.ast_type == Kind.Variable)
        if times and part.ast_type == Kind.Literal and part.atom.ast_type == Kind.Comparison:
            terms = [part.atom.term, *(guard.term for guard in part.atom.guards)]
            others = [term for term in terms if term != value]
            if any(it.ast_type != Kind.SymbolicTerm for it in others):
                return None
            ends += map(str, others)
        else:
            seen += times
    return ends if seen == 1 else None
