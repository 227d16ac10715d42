"""What is wrong with overlays; if nothing is, what they add."""

from __future__ import annotations

import os
from collections.abc import Iterable

from crcasp.errors import UsageError
from crcasp.program.files import Program
from crcasp.program.flaws import Overlays
from crcasp.program.origins import Origins
from crcasp.program.solver import Solver
from crcasp.program.terms import Row, Word, natural
from crcasp.questions.patient import Constants
from crcasp.results.additions import (
    AddedExclusion,
    AddedName,
    AddedStatement,
    Addition,
    Additions,
    Branch,
    Case,
    Effect,
    Need,
)

ADDITIONS = "additions"  # a file of lp/check/


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
    read = Overlays(program)
    read.checked()
    added = _Added(read.ask(ADDITIONS))
    once = {origins.name: origins for origins in read.origins}
    return Additions(tuple(map(added.by, once.values())), program)


class _Added:
    """What additions.lp derives, put together."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver

    def rows(self, predicate: str, *known: Word | None, more: int) -> list[Row]:
        """Return the atoms of a predicate that begin so, without that."""
        length = len(known)
        rows = self.solver.facts(predicate, length + more)
        found = {row[length:] for row in rows if row[:length] == known}
        return sorted(found, key=lambda row: [natural(str(part)) for part in row])

    def words(self, predicate: str, *known: Word) -> tuple[str, ...]:
        return tuple(str(last) for (last,) in self.rows(predicate, *known, more=1))

    def by(self, origins: Origins) -> Addition:
        file = origins.name
        return Addition(
            overlay=file,
            statements=tuple(
                self.statement(file, name, how == "new")
                for name, how in self.rows("adds", file, more=2)
            ),
            exclusions=tuple(
                AddedExclusion(
                    str(name), str(text), self.words("barred", name), self.needs("spared", name)
                )
                for name, text in self.rows("excludes", file, more=2)
            ),
            cases=tuple(
                Case(
                    str(source),
                    str(name),
                    tuple(
                        Effect(*map(str, row))
                        for row in self.rows("effect", file, source, name, more=5)
                    ),
                    self.needs("condition", source, name),
                )
                for source, name in self.rows("case", file, more=2)
            ),
            names=tuple(
                AddedName(str(kind), str(name), self.values(name) if kind == "finding" else ())
                for kind, name in self.rows("declares", file, more=2)
            ),
            withdrawn=tuple(
                (str(name), str(text)) for name, text in self.rows("withdraws", file, more=2)
            ),
            others=self.words("other", file),
            constraints=origins.constraints,
        )

    def statement(self, file: str, name: Word, new: bool) -> AddedStatement:
        graded = self.rows("graded", name, more=2)  # several where it depends on the patient
        grades = {
            str(branch): str(own) for branch, own in self.rows("regrades", file, name, more=2)
        }
        return AddedStatement(
            statement=str(name),
            new=new,
            line=_either(line for line, _ in graded),
            grade=_either(grade for _, grade in graded),
            text=_either(self.words("said", name)),
            references=tuple(source for (source,) in self.rows("cited", name, more=1)),
            branches=tuple(
                Branch(
                    str(branch),
                    self.words("therapy", file, name, branch),
                    self.needs("condition", name, branch),
                    grades.get(str(branch)),
                )
                for (branch,) in self.rows("branch", file, name, more=1)
            ),
        )

    def needs(self, predicate: str, *known: Word) -> tuple[Need, ...]:
        found: dict[str, list[str]] = {}
        for finding, value in self.rows(predicate, *known, more=2):
            found.setdefault(str(finding), []).append(str(value))
        return tuple(Need(finding, tuple(values)) for finding, values in found.items())

    def values(self, finding: Word) -> tuple[Word, ...]:
        return tuple(value for (value,) in self.rows("has", finding, more=1))


def _either(words: Iterable[Word]) -> str:
    return " or ".join(dict.fromkeys(map(str, words)))
