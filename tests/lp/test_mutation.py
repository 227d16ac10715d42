"""The tests, tested: whatever is removed from the program, `test_table.py` turns red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clingo import ast

ROOT = Path(__file__).parents[2]
GREEN, RED = 0, 1  # as pytest ends

STATEMENTS = ["1", "1.1", "1.2", "2", "3", "4", "5", "6.1", "6.2", "6.3", "6.4", "6.5"]
STATEMENTS += ["7.1", "7.2", "8", "9", "10.1", "10.2", "10.3", "11", "12", "13"]
EXCLUSIONS = [f"X{number}" for number in range(1, 6)]
INTERPRETATIONS = [f"I{number}" for number in range(1, 23)]


def removed(path: Path, name: str) -> int:
    """Take every fact and rule that names the thing out of a file; return how many."""
    kept: list[str] = []
    gone = 0

    def visit(node: ast.AST) -> None:
        nonlocal gone
        text = str(node)
        is_rule = node.ast_type == ast.ASTType.Rule and not text.startswith("place(")
        speaks = f'"{name}"' in text if name.startswith("I") else f'("{name}"' in text
        if is_rule and speaks:
            gone += 1
        elif node.ast_type != ast.ASTType.Program and node.ast_type != ast.ASTType.Comment:
            kept.append(text)

    ast.parse_files([str(path)], visit)
    path.write_text("\n".join(kept) + "\n")
    return gone


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, *STATEMENTS, *EXCLUSIONS, *INTERPRETATIONS])
def test_what_is_removed_is_missed(name: str | None, tmp_path: Path) -> None:
    """With nothing removed (None) the copy is green, so red is due to the removal."""
    for folder in ("crcasp", "lp", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    gone = sum(removed(path, name or "nothing") for path in sorted((tmp_path / "lp").glob("*.lp")))
    assert (gone > 0) == (name is not None), name
    if name is None:  # the other tests of it are green where they stand
        assert run(tmp_path, "-k", "statement_supports or condition_is_needed") == GREEN
        return
    # First what speaks of it by name, which is the likeliest to miss it.
    assert run(tmp_path, "-k", f"{name} or {name.replace('.', '_')}") == RED or run(tmp_path) == RED


def run(folder: Path, *options: str) -> int:
    """Run `test_table.py` in a folder until something is red, and return its status."""
    command = [sys.executable, "-m", "pytest", "-x", "-o", "addopts=-m 'not slow'"]
    done = subprocess.run(
        [*command, "tests/lp/test_table.py", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode
