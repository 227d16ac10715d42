"""The tests, tested: whatever is removed from the program, `test_table.py` turns red."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import mutants
import pytest
from clingo import ast

TESTS = str(Path(__file__).with_name("test_table.py"))

STATEMENTS = ["1", "1.1", "1.2", "2", "3", "4", "5", "6.1", "6.2", "6.3", "6.4", "6.5"]
STATEMENTS += ["7.1", "7.2", "8", "9", "10.1", "10.2", "10.3", "11", "12", "13"]
EXCLUSIONS = [f"X{number}" for number in range(1, 6)]
INTERPRETATIONS = [f"I{number}" for number in range(1, 23)]


def without(path: Path, name: str) -> str | None:
    """A file without every fact and rule that names the thing; None if none does."""
    kept: list[str] = []
    gone = False

    def visit(node: ast.AST) -> None:
        nonlocal gone
        text = str(node)
        is_rule = node.ast_type == ast.ASTType.Rule and not text.startswith("place(")
        speaks = f'"{name}"' in text if name.startswith("I") else f'("{name}"' in text
        if is_rule and speaks:
            gone = True
        elif node.ast_type != ast.ASTType.Program and node.ast_type != ast.ASTType.Comment:
            kept.append(text)

    ast.parse_files([str(path)], visit)
    return "\n".join(kept) + "\n" if gone else None


@pytest.fixture(scope="module")
def apart() -> Iterator[Executor]:
    """A process that has run no test, and so knows no answer."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, *STATEMENTS, *EXCLUSIONS, *INTERPRETATIONS])
def test_what_is_removed_is_missed(name: str | None, apart: Executor) -> None:
    """With nothing removed (None) the copy is green, so red is due to the removal."""
    texts = {path.name: without(path, name or "nothing") for path in mutants.LP.glob("*.lp")}
    changed = {file: text for file, text in texts.items() if text is not None}
    assert bool(changed) == (name is not None), name
    # First what speaks of it by name, which is the likeliest to miss it.
    named = f"{name} or {name.replace('.', '_')}" if name else "statement_supports"
    ends = apart.submit(run, changed, ["-k", named], sys.path).result()
    if name and ends != mutants.RED:
        ends = apart.submit(run, changed, [], sys.path).result()
    assert ends == (mutants.RED if name else mutants.GREEN)


def run(changed: dict[str, str], options: list[str], path: list[str]) -> int:
    """Run `test_table.py` in a process of its own until something is red; return how it ends."""
    sys.path[:] = path
    ((_, ends),) = mutants.judge(
        [changed], 1, lambda files: mutants.run_tests(files, TESTS, *options)
    )
    return ends
