"""What is wrong with overlays; if nothing is, what they add."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence, Set

from clingo import Function, Symbol

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.program.flaws import OverlayCheck, checked
from crcasp.program.overlays import Overlay
from crcasp.program.terms import grouped, natural, word
from crcasp.questions.patient import Constants
from crcasp.results.additions import BY_RULE, AddedSource, Addition, Additions, Named, Need, Said
from crcasp.results.provenance import Provenance

OF_CASES = {"offers": 3, "reuses": 2, "needs": 4, "regraded": 3, "bars": 3, "lowers": 4}
OF_SOURCES = {"statement": 3, "exclusion": 2, "text": 2, "reference": 2}
IN_WORDS = {"interpretation": 2, "withdrawn": 1}
OF_NAMES = ("label", "means", "year", "text", "reference")  # said of what another atom adds
INITIAL = Function("initial")  # what a branch offers that offers the initial therapy again


def check(*overlays: str | os.PathLike[str], constants: Constants | None = None) -> Additions:
    """Say what overlays add, together on top of the program, if nothing is wrong with them.

    What is refused here is refused wherever an overlay is used, and the other way round.

    Args:
        overlays: `.lp` files of your own, as for `recommend`.
        constants: as for `recommend`.

    Raises:
        OverlayError: something is wrong; `faults` has all that is, each with its place.
        UsageError: there is no overlay to check, one cannot be read, or a constant is unknown.
    """
    if not overlays:
        raise UsageError("There is no overlay to check: name at least one .lp file.")
    if not all(isinstance(overlay, (str, os.PathLike)) for overlay in overlays):
        raise UsageError('An overlay is the name of a file: write check("file.lp").')
    return what_is_added(Program.build(overlays, constants))


def what_is_added(program: Program) -> Additions:
    """Return what the overlays of a program add.

    Raises:
        OverlayError: something is wrong with them.
    """
    read = checked(program)
    added = _Added(read)
    once = {overlay.name: overlay for overlay in read.overlays}
    return Additions(tuple(map(added.by, once.values())), Provenance.of(program))


class _Added:
    """What overlays state, put together."""

    def __init__(self, read: OverlayCheck) -> None:
        self.stated = [*read.read.literals("stated", 4)]
        self.known = read.read.control.symbolic_atoms
        self.atoms = {
            predicate: sorted(read.read.literals(predicate, arity), key=natural)
            for predicate, arity in {**OF_CASES, **OF_SOURCES, **IN_WORDS}.items()
        }

    def by_rule(self, atom: Symbol) -> bool:
        """Return whether an atom holds for some patients only."""
        found = self.known[atom]
        return found is not None and not found.is_fact

    def terms(self, predicate: str, *known: Symbol) -> list[list[Symbol]]:
        """Return the arguments of the atoms of a predicate that begin so, without that."""
        length = len(known)
        arguments = (atom.arguments for atom in self.atoms[predicate])
        return [own[length:] for own in arguments if own[:length] == [*known]]

    def varies(self, *predicates: str, of: Sequence[Symbol]) -> bool:
        """Return whether an atom of some predicates that begins so holds for some patients only."""
        length = len(of)
        return any(
            atom.arguments[:length] == [*of] and self.by_rule(atom)
            for predicate in predicates
            for atom in self.atoms[predicate]
        )

    def words(self, predicate: str, *known: Symbol) -> list[str]:
        return [str(word(last)) for *_, last in self.terms(predicate, *known)]

    def by(self, overlay: Overlay) -> Addition:
        atoms = [x.arguments[0] for x in self.stated if x.arguments[1].string == overlay.name]
        cases = {tuple(atom.arguments[:2]) for atom in atoms if atom.name in OF_CASES}
        new = {atom.arguments[0] for atom in atoms if atom.name in ("statement", "exclusion")}
        said = [atom for atom in atoms if atom.arguments and atom.name not in OF_NAMES]
        named = {atom.arguments[0] for atom in said}
        others = sorted(atom for atom in {*atoms} if _is_other(atom, named))
        withdrawn = [
            it for (it,) in self.terms("withdrawn") if Function("withdrawn", [it]) in atoms
        ]
        return Addition(
            overlay=overlay.name,
            sources=tuple(
                self.source(name, name in new, sorted(case for of, case in cases if of == name))
                for name in sorted({*new, *(source for source, _ in cases)}, key=natural)
            ),
            withdrawn=tuple(
                (str(word(it)), self.text(it) + BY_RULE * self.varies("withdrawn", of=[it]))
                for it in withdrawn
            ),
            others=tuple(map(str, others)),
            by_rule=tuple(map(str, filter(self.by_rule, others))),
            constraints=len(overlay.constraints),
        )

    def text(self, name: Symbol) -> str:
        said = [self.words(kind, name) for kind in ("text", "exclusion", "interpretation")]
        return " or ".join(text for texts in said for text in texts)

    def source(self, name: Symbol, new: bool, cases: Iterable[Symbol]) -> AddedSource:
        graded = [map(str, row) for row in self.terms("statement", name)]
        parts = zip(*graded, strict=True) if graded else ((), ())
        line, grade = (" or ".join(dict.fromkeys(part)) for part in parts)
        return AddedSource(
            source=str(word(name)),
            new=new,
            line=line,
            grade=grade,
            text=self.text(name) + BY_RULE * self.varies("statement", "exclusion", of=[name]),
            references=tuple(word(reference) for (reference,) in self.terms("reference", name)),
            says=tuple(said for case in cases for said in self.says(name, case)),
        )

    def says(self, *case: Symbol) -> Iterator[Said]:
        rows = self.terms("needs", *case)
        wanted = grouped((finding, str(word(value))) for finding, value in rows)
        needs = tuple(
            _need(str(finding), values, by_rule=self.varies("needs", of=[*case, finding]))
            for finding, values in wanted.items()
        )
        offered = [therapy for (therapy,) in self.terms("offers", *case)]
        offered += [INITIAL for _ in self.terms("reuses", *case)]
        if offered:
            grade = " or ".join(self.words("regraded", *case))
            by_rule = self.varies("offers", "reuses", of=case)
            graded = self.varies("regraded", of=case)
            yield Said("offers", tuple(map(_named, offered)), grade, needs, by_rule, graded)
        barred = tuple(_named(what) for (what,) in self.terms("bars", *case))
        if barred:
            yield Said("bars", barred, "", needs, self.varies("bars", of=case))
        if offered:  # it lowers others only where the patient can have some of it
            needs += (_need("eligible", [str(word(it)) for it in offered]),)
        for what, ceiling in self.terms("lowers", *case):
            by_rule = self.varies("lowers", of=[*case, what])
            yield Said("lowers", (_named(what),), str(ceiling), needs, by_rule)


def _is_other(atom: Symbol, named: Set[Symbol]) -> bool:
    """Return whether an atom adds something beside sources, and what is said of names."""
    if atom.name in OF_NAMES:
        return atom.arguments[0] not in named
    if atom.name == "given":  # as most findings are, each by the fact of its name
        finding, value, fact = atom.arguments
        return fact != Function(str(finding), [value])
    return atom.name not in (*OF_CASES, "statement", "exclusion", "withdrawn")


def _named(term: Symbol) -> Named:
    if any(term.match("by", arity) for arity in (1, 2, 3)):
        statement, branch, name, *_ = (*(str(word(part)) for part in term.arguments), "", "")
        return Named(name, statement, branch)
    return Named(str(word(term)))


def _need(finding: str, values: list[str], *, by_rule: bool = False) -> Need:
    bounds = tuple(value for value in values if " " in value)
    plain = tuple(value for value in values if " " not in value)
    return Need(finding, plain, bounds, by_rule)
