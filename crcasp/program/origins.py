"""Where each atom of an overlay comes from: rules beside its own that derive the places."""

from __future__ import annotations

from collections.abc import Sequence

from clingo import Function, Number, String, Symbol, ast

from crcasp.errors import Fault, Place
from crcasp.program.overlays import Signature, apart, heads, is_symbolic, parse, signatures

PLAIN = (ast.ASTType.Variable, ast.ASTType.SymbolicTerm, ast.ASTType.Function)
IGNORED = {
    ast.ASTType.External: "#external",
    ast.ASTType.Minimize: "#minimize",
    ast.ASTType.Heuristic: "#heuristic",
    ast.ASTType.Edge: "#edge",
    ast.ASTType.ProjectAtom: "#project",
    ast.ASTType.ProjectSignature: "#project",
}
GIVEN: Signature = ("given", 3)


class Origins:
    """What an overlay states and asks for, with places.

    Attributes:
        rules: beside each rule of the overlay, what derives `stated(Atom, File, Line, Column)`
            of its heads, and `met(File, Line, Column)` of each of its conditions.
        facts: `asked/6` of each condition, `gives/4` of each finding that is given.
        heads: each predicate that is stated, with the first place.
        asked: the predicates that are asked for or declared.
        conditions: those that something stated depends on.
        faults: what is wrong with the text by itself.
        constraints: how many of its rules state nothing.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.rules: list[ast.AST] = []
        self.facts: list[Symbol] = []
        self.heads: dict[Signature, Place] = {}
        self.asked: set[Signature] = set()
        self.conditions: set[Signature] = set()
        self.faults: list[Fault] = []
        self.part = "base"
        self.constraints = 0
        parse(name, text, self._read)

    def _read(self, node: ast.AST) -> None:
        if node.ast_type == ast.ASTType.Program:
            self.part = str(node).removeprefix("#program ").removesuffix(".")
            return
        if self.part != "base" and node.ast_type != ast.ASTType.Comment:
            said = f"this is part of #program {self.part}, and only base is read: move it there."
            self.faults.append(Fault(self._place(node), said))
            return
        if node.ast_type in IGNORED:
            said = f"{IGNORED[node.ast_type]} has no effect on a table: leave it out."
            self.faults.append(Fault(self._place(node), said))
        asked = signatures(node)[1]
        self.asked |= asked
        if node.ast_type != ast.ASTType.Rule:
            return
        if not any(heads(node.head)):
            self.constraints += 1
            return
        self.conditions |= asked
        for atom, conditions in heads(node.head):
            if node.head.ast_type == ast.ASTType.Disjunction and _is_anonymous(atom):
                said = f"{atom} states nothing: name a term in place of _."  # clingo is silent
                self.faults.append(Fault(self._place(atom), said))
                continue
            for signature, term in apart(atom.symbol):
                place = self._place(term)
                self.heads.setdefault(signature, place)
                first = term.arguments[0] if term.arguments else None
                if signature == GIVEN and first and first.ast_type == ast.ASTType.SymbolicTerm:
                    self.facts.append(Function("gives", [first.symbol, *symbols(place)]))
            self._derive("stated", [atom.symbol], self._place(atom), [*node.body, *conditions])
        for literal in node.body:
            self._ask(literal)

    def _ask(self, literal: ast.AST) -> None:
        """Note a condition that is one atom, with or without `not`."""
        if literal.ast_type != ast.ASTType.Literal or not is_symbolic(literal):
            return
        for (name, arity), term in apart(literal.atom.symbol):
            if name.startswith("-") or not all(map(_is_plain, term.arguments)):
                continue
            place = self._place(term)
            shown = _symbol(term) or String(str(term))
            asked = [shown, Function(name), Number(arity), *symbols(place)]
            self.facts.append(Function("asked", asked))
            atom = literal.update(sign=ast.Sign.NoSign, atom=ast.SymbolicAtom(term))
            self._derive("met", [], place, [atom])

    def _derive(
        self, name: str, terms: list[ast.AST], place: Place, body: Sequence[ast.AST]
    ) -> None:
        at = (terms or body)[0].location
        arguments = [*terms, *(ast.SymbolicTerm(at, symbol) for symbol in symbols(place))]
        atom = ast.SymbolicAtom(ast.Function(at, name, arguments, False))
        head = ast.Literal(at, ast.Sign.NoSign, atom)
        self.rules.append(ast.Rule(at, head, body))

    def _place(self, node: ast.AST) -> Place:
        """Return where a node begins; an atom has the place of its term."""
        begin = getattr(node, "symbol", node).location.begin
        return Place(self.name, begin.line, begin.column)


def symbols(place: Place) -> tuple[Symbol, Symbol, Symbol]:
    """Return a place as terms of the program."""
    return String(place.source), Number(place.line or 0), Number(place.column or 0)


def _is_anonymous(atom: ast.AST) -> bool:
    found: list[str] = []

    class Names(ast.Transformer):
        def visit_Variable(self, variable: ast.AST) -> ast.AST:  # noqa: N802
            found.append(variable.name)
            return variable

    Names().visit(atom)
    return "_" in found


def _is_plain(term: ast.AST) -> bool:
    if term.ast_type not in PLAIN:
        return False
    if term.ast_type != ast.ASTType.Function:
        return True
    return not term.external and all(map(_is_plain, term.arguments))


def _symbol(term: ast.AST) -> Symbol | None:
    """Return a term without variables as a symbol."""
    if term.ast_type == ast.ASTType.SymbolicTerm:
        return term.symbol  # type: ignore[no-any-return]
    if term.ast_type != ast.ASTType.Function:
        return None
    parts = [_symbol(part) for part in term.arguments]
    return None if None in parts else Function(term.name, [part for part in parts if part])
