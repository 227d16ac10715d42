"""The rooms of the house: imports run down only, late ones too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import crcasp

PACKAGE = Path(crcasp.__file__).parent
ROOMS = re.findall(r"^(\w+(?:, \w+)*) {2,}\w", str(crcasp.__doc__), re.MULTILINE)
FLOORS = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms.split(", ")}
LATE = ("results.result", "views")  # asks for a view when it is shown
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


def test_imports_run_down_and_in_no_circle() -> None:
    """Between rooms, and within a room, where the modules can be put in an order."""
    left: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        room = module.partition(".")[0]
        left[module] = imported(path) - {module}
        if room in ("", "__init__", "__main__") or module == LATE[0]:
            left[module] = {name for name in left[module] if not name.startswith(LATE[1])}
            continue
        for other in left[module]:
            assert FLOORS[other.partition(".")[0]] <= FLOORS[room], f"{module} imports {other}"
        if path.name == "__init__.py":  # is imported with each of its modules, and only names them
            left[module] = set()
    while left:
        free = {name for name, others in left.items() if not others & left.keys()}
        assert free, f"these import each other: {sorted(left)}"
        left = {name: others for name, others in left.items() if name not in free}
