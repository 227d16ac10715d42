"""The house: seven rooms, and imports that run down only, late ones too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import crcasp

PACKAGE = Path(crcasp.__file__).parent
ROOMS = re.findall(r"^(\w+(?:, \w+)*) {2,}\w", str(crcasp.__doc__), re.MULTILINE)
FLOORS = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms.split(", ")}
UP = ("results.result", "views")
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imported(path: Path) -> set[str]:
    """What a module imports of the package, wherever in the module it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert not (isinstance(node, ast.ImportFrom) and node.level), path
            continue
        found.update(name.removeprefix("crcasp.") for name in names if name.startswith("crcasp."))
    return {name for name in found if name in MODULES}


def test_there_are_seven_rooms_and_little_beside_them() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == {room for room in FLOORS if room not in ("errors", "saving")}
    assert len(folders) <= 7
    beside = {path.stem for path in PACKAGE.glob("*.py")}
    assert beside == {"__init__", "__main__", "errors", "saving"}


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("__init__", "")])
def test_imports_run_down(module: str) -> None:
    room = module.partition(".")[0]
    if room == "__main__":
        return
    for other in imported(MODULES[module]):
        above = other.partition(".")[0]
        if (module, above) != UP:
            assert FLOORS[above] <= FLOORS[room], f"{module} imports {other}"


def test_no_modules_import_each_other() -> None:
    """Also within a room: the modules can be put in an order."""
    left = {name: imported(path) - {name} for name, path in MODULES.items()}
    left["results.result"] = {name for name in left["results.result"] if "views" not in name}
    for name in list(left):  # a package is imported with each of its modules, and only names them
        if MODULES[name].name == "__init__.py":
            left[name] = set()
    while left:
        free = {name for name, others in left.items() if not others & left.keys()}
        assert free, f"these import each other: {sorted(left)}"
        left = {name: others for name, others in left.items() if name not in free}


def test_one_module_solves() -> None:
    calls = [
        name for name, path in MODULES.items() if re.search(r"\.solve\(", path.read_text("utf-8"))
    ]
    assert calls == ["program.solver"]


def test_the_public_names_are_shown() -> None:
    assert dir(crcasp) == sorted(crcasp.__all__)
