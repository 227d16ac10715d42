"""The solver of the pages: clingo as WebAssembly with its glue, unedited, from a package of npm.

`python -m crcasp.views.browser.vendored 0.6.0` replaces it by another version.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
from typing import Any

from crcasp.errors import UsageError

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "vendor")
REGISTRY = "https://registry.npmjs.org/clingo-wasm/"
MEMBERS = {  # file -> where the package has it
    "clingo.js": "package/dist/clingo.js",
    "clingo.wasm": "package/dist/clingo.wasm",
    "licenses/clingo-wasm.txt": "package/LICENSE",
}
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
    return _classic(read("clingo.js").decode())


def licenses(folder: str = FOLDER) -> list[tuple[str, str]]:
    """Return the license of each part of the solver, with the name of the part."""
    found = []
    for name in os.listdir(os.path.join(folder, "licenses")):
        with open(os.path.join(folder, "licenses", name), encoding="utf-8") as file:
            found.append((name.removesuffix(".txt"), file.read()))
    return sorted(found)


def replace(version: str, registry: str = REGISTRY, folder: str = FOLDER) -> dict[str, Any]:
    """Replace the vendored files by those of another version, and return the new manifest.

    Raises:
        UsageError: the package is not what the registry says, or is built otherwise.
    """
    dist = json.loads(_fetched(f"{registry}{version}"))["dist"]
    package = _fetched(dist["tarball"])
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if dist["integrity"] != f"sha512-{digest}":
        raise UsageError(f"{dist['tarball']}: its hash is not that of the registry.")
    files = {}
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for name, member in MEMBERS.items():
            packed = archive.extractfile(member)
            files[name] = packed.read() if packed else b""
    _classic(files["clingo.js"].decode())
    made: dict[str, Any] = {
        "package": "clingo-wasm",
        "version": version,
        "source": dist["tarball"],
        "integrity": dist["integrity"],
        "files": {
            name: {"member": MEMBERS[name], "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
    files["manifest.json"] = (json.dumps(made, indent=1) + "\n").encode()
    from crcasp.saving import opened

    with opened(*(os.path.join(folder, name) for name in files)) as outputs:
        for output, content in zip(outputs, files.values(), strict=True):
            output.write(content)
    return made


def _classic(text: str) -> str:
    for old, new in EDITS.items():
        if old not in text:
            raise UsageError(f"clingo.js: {old} is not in it: see how this version starts.")
        text = text.replace(old, new)
    return text


def _fetched(address: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    found = replace(sys.argv[1])
    print(f"{found['package']} {found['version']}: see whether vendor/licenses is still whole.")
