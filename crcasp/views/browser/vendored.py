"""The solver of the pages: clingo as WebAssembly with its glue, unedited, from a package of npm.

`python tests/vendoring.py 0.6.0` replaces it by another version.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from crcasp.errors import UsageError

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "vendor")
# The glue is a module, and Chromium starts no module from a file on disk.
EDITS = {"import.meta.url": "self.location.href", "export default Module;": ""}


def manifest(folder: str = FOLDER) -> dict[str, Any]:
    """Return what is known of the vendored files: version, source, hashes."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        return dict(json.load(file))


def read(name: str, folder: str = FOLDER) -> bytes:
    """Return a vendored file.

    Raises:
        UsageError: it is not the one that the manifest speaks of.
    """
    with open(os.path.join(folder, name), "rb") as file:
        found = file.read()
    if hashlib.sha256(found).hexdigest() != manifest(folder)["files"][name]["sha256"]:
        raise UsageError(f"{name}: it is not the file that was packed: install crcasp anew.")
    return found


def glue() -> str:
    """Return the glue as a script for a worker."""
    return classic(read("clingo.js").decode())


def licenses(folder: str = FOLDER) -> list[tuple[str, str]]:
    """Return the license of each part of the solver, with the name of the part."""
    found = []
    for name in os.listdir(os.path.join(folder, "licenses")):
        with open(os.path.join(folder, "licenses", name), encoding="utf-8") as file:
            found.append((name.removesuffix(".txt"), file.read()))
    return sorted(found)


def classic(text: str) -> str:
    """Return the glue, a module, as a script."""
    for old, new in EDITS.items():
        if old not in text:
            raise UsageError(f"clingo.js: {old} is not in it: see how this version starts.")
        text = text.replace(old, new)
    return text
