"""Mutants of the logic program, and the brute-force reading as their judge.

`python tests/mutants.py` makes every mutant of the files that decide (a rule deleted, a literal
dropped or negated, a comparison or a number changed, a pool shortened), and says which of them
answer some random patient as the reading does not: these are killed. `--sample 40` takes so many
of them, always the same; names of files take their mutants only.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import reading
from clingo import Number, ast
from clingo.ast import AST, ASTType

from crcasp import parse_facts, recommend
from crcasp.errors import CrcaspError
from crcasp.program import files

LP = Path(files.program_directory())
JUDGED = ("interpretations.lp", "table.lp", "patient.lp", "offers.lp", "verdicts.lp", "sets.lp")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
PATIENTS = 260  # that a mutant may answer before it counts as a survivor
# Interpretations that the reading can do without.
WITHDRAWN = ("I5", "I7", "I8", "I10", "I11", "I15", "I16", "I17", "I18", "I19", "I20", "I21", "I22")
OPPOSITE = {
    ast.ComparisonOperator.LessThan: ast.ComparisonOperator.LessEqual,
    ast.ComparisonOperator.LessEqual: ast.ComparisonOperator.LessThan,
    ast.ComparisonOperator.GreaterThan: ast.ComparisonOperator.GreaterEqual,
    ast.ComparisonOperator.GreaterEqual: ast.ComparisonOperator.GreaterThan,
    ast.ComparisonOperator.Equal: ast.ComparisonOperator.NotEqual,
    ast.ComparisonOperator.NotEqual: ast.ComparisonOperator.Equal,
}
WORDS = (
    *("text(", "label(", "phrase(", "heading(", "interpretation(", "exclusion(", "reference("),
    *("review(", "lets_pass(", "rests_on(", "derives_with(", "place(", "threshold("),
)


class Mutant(NamedTuple):
    """A file of the program, changed in one place.

    Attributes:
        file: its name.
        line: where the change is.
        change: the statement as it is, and as it was.
        text: the whole file.
    """

    file: str
    line: int
    change: str
    text: str

    @property
    def name(self) -> str:
        """What it is listed by: not by its line, which moves."""
        return f"{self.file}: {self.change}"


def mutants(name: str) -> Iterator[Mutant]:
    """Yield every mutant of a file, but for those of words and of what interpretations rest on."""
    statements: list[AST] = []
    ast.parse_files([str(LP / name)], statements.append)
    kept = [str(it) for it in statements]
    for place, statement in enumerate(statements):
        if str(statement).startswith(WORDS):
            continue
        for change in dict.fromkeys(_changes(statement)):
            if change != kept[place]:
                text = "\n".join([*kept[:place], change, *kept[place + 1 :]])
                said = f"{change or 'deleted'}  <-  {kept[place]}"
                yield Mutant(name, statement.location.begin.line, said, text)


def _changes(statement: AST) -> Iterator[str]:
    if statement.ast_type == ASTType.Definition:
        yield from _numbers(statement)
    if statement.ast_type != ASTType.Rule:
        return
    yield ""
    body = list(statement.body)
    for place, literal in enumerate(body):
        rest = [*body[:place], *body[place + 1 :]]
        yield str(statement.update(body=rest))
        if literal.ast_type == ASTType.Literal:
            for other in _literals(literal):
                yield str(statement.update(body=[*body[:place], other, *body[place + 1 :]]))
    yield from _numbers(statement)
    yield from _pools(statement)


def _literals(literal: AST) -> Iterator[AST]:
    if literal.atom.ast_type == ASTType.Comparison:
        guard = literal.atom.guards[0]
        if guard.comparison in OPPOSITE:
            other = guard.update(comparison=OPPOSITE[guard.comparison])
            yield literal.update(atom=literal.atom.update(guards=[other]))
    else:
        flipped = {ast.Sign.NoSign: ast.Sign.Negation, ast.Sign.Negation: ast.Sign.NoSign}
        yield literal.update(sign=flipped.get(literal.sign, ast.Sign.NoSign))


def _numbers(statement: AST) -> Iterator[str]:
    """Yield a statement with one of its numbers changed by one, up and down."""
    for change in (_one_more, _one_less):
        for place in range(_count(statement, _is_number)):
            yield str(_Nth(_is_number, place, change).visit(statement))


def _pools(statement: AST) -> Iterator[str]:
    """Yield a statement without the last member of one of its pools."""
    for place in range(_count(statement, _is_pool)):
        shorter = _Nth(_is_pool, place, lambda it: it.update(arguments=list(it.arguments)[:-1]))
        yield str(shorter.visit(statement))


def _is_number(node: AST) -> bool:
    return node.ast_type == ASTType.SymbolicTerm and str(node).lstrip("-").isdigit()


def _is_pool(node: AST) -> bool:
    return node.ast_type == ASTType.Pool and len(node.arguments) > 1


def _one_more(node: AST) -> AST:
    return node.update(symbol=Number(node.symbol.number + 1))


def _one_less(node: AST) -> AST:
    return node.update(symbol=Number(node.symbol.number - 1))


class _Nth(ast.Transformer):
    """Changes the n-th node of a kind."""

    def __init__(
        self,
        wanted: Callable[[AST], bool],
        place: int = -1,
        change: Callable[[AST], AST] = lambda node: node,
    ) -> None:
        self.wanted, self.place, self.change, self.seen = wanted, place, change, 0

    def visit(self, ast: AST, *args: Any, **kwargs: Any) -> AST:
        """Visit a node, and change it if it is the one."""
        if self.wanted(ast):
            self.seen += 1
            if self.seen - 1 == self.place:
                return self.change(ast)
        return ast.update(**self.visit_children(ast))


def _count(statement: AST, wanted: Callable[[AST], bool]) -> int:
    counting = _Nth(wanted)
    counting.visit(statement)
    return counting.seen


# ---- the judge ------------------------------------------------------------------------------


Judged = tuple[str, str | None, dict[str, object]]  # facts, what is withdrawn, and the answer


@cache
def judged() -> list[Judged]:
    """The patients, some with an interpretation withdrawn, and what the reading says of each."""
    rng = random.Random(77)
    found: list[Judged] = []
    for number in range(PATIENTS):
        patient = reading.random_patient(rng)
        withdrawn = WITHDRAWN[number % len(WITHDRAWN)] if number >= PATIENTS // 2 else None
        said = reading.read(patient, frozenset({withdrawn} if withdrawn else ()))
        found.append((patient.facts(), withdrawn, _as_read(said)))
    return found


def _as_read(said: reading.Reading) -> dict[str, object]:
    return {
        "status": said.status,
        "grade": said.grade,
        "statements": said.statements,
        "sets": {frozenset(chosen) for chosen in said.sets},
        "grades": said.set_grade,
        "notices": len(said.notices),
    }


def _answer(facts: str, withdrawn: str | None, folder: str) -> dict[str, object]:
    overlays = []
    if withdrawn:
        overlays.append(Path(folder, "withdrawn", f"{withdrawn}.lp"))
        overlays[0].parent.mkdir(exist_ok=True)
        overlays[0].write_text(f'withdrawn("{withdrawn}").', encoding="utf-8")
    advice = recommend(parse_facts(facts), overlays=overlays, tests=False)
    eligible = [it for it in advice.verdicts if it.status == "eligible"]
    return {
        "status": {it.therapy: it.status for it in advice.verdicts},
        "grade": {it.therapy: it.grade for it in eligible},
        "statements": {it.therapy: list(it.statements) for it in eligible},
        "sets": {frozenset(it.therapies) for it in advice.sets},
        "grades": {frozenset(it.therapies): it.grade for it in advice.sets},
        "notices": len(advice.notices),
    }


def survives(mutant: Mutant) -> bool:
    """Return whether a mutant answers all patients as the reading does."""
    with tempfile.TemporaryDirectory() as folder:
        for path in LP.iterdir():
            if path.name != mutant.file:
                os.symlink(path, Path(folder, path.name))
        Path(folder, mutant.file).write_text(mutant.text, encoding="utf-8")
        files.program_directory = cache(lambda: folder)
        try:
            return all(_answer(*one[:2], folder) == one[2] for one in judged())
        except (CrcaspError, RuntimeError, KeyError, ValueError, IndexError, AssertionError):
            return False


def judge(chosen: list[Mutant], workers: int) -> list[Mutant]:
    """Return the mutants that survive; each is judged in a process of its own."""
    judged()
    with get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
        alive = pool.map(survives, chosen, chunksize=1)
    return [mutant for mutant, lives in zip(chosen, alive, strict=True) if lives]


def equivalent() -> set[str]:
    """The mutants that are listed as equivalent, each with its reason after a sharp sign."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line.partition("  # ")[0].strip() for line in lines if line and line[0] != "#"}


def sample(number: int) -> list[Mutant]:
    """Return a fixed sample of all mutants."""
    every = [mutant for name in JUDGED for mutant in mutants(name)]
    return random.Random(5).sample(every, number)


def main() -> int:
    """Make mutants, judge them, and print the score of each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=JUDGED, metavar="FILE")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    every = [mutant for name in options.files for mutant in mutants(name)]
    chosen = random.Random(5).sample(every, options.sample) if options.sample else every
    alive = judge(chosen, options.workers)
    known = equivalent()
    for mutant in alive:
        mark = "equivalent" if mutant.name in known else "SURVIVES"
        print(f"{mark} {mutant.file}:{mutant.line}: {mutant.change}")
    made, left = (Counter(it.file for it in some) for some in (chosen, alive))
    for name in made:
        print(f"{name}: {made[name] - left[name]} of {made[name]} killed")
    return int(any(mutant.name not in known for mutant in alive))


if __name__ == "__main__":
    sys.exit(main())
