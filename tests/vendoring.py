"""Replace the vendored solver of the pages: `python tests/vendoring.py 0.6.0`."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
from typing import Any
from urllib.request import urlopen

from crcasp.errors import UsageError
from crcasp.saving import opened
from crcasp.views.browser.vendored import FOLDER, classic

REGISTRY = "https://registry.npmjs.org/clingo-wasm/"
MEMBERS = {  # file -> where the package has it
    "clingo.js": "package/dist/clingo.js",
    "clingo.wasm": "package/dist/clingo.wasm",
    "licenses/clingo-wasm.txt": "package/LICENSE",
}


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
    classic(files["clingo.js"].decode())
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
    with opened(*(os.path.join(folder, name) for name in files)) as outputs:
        for output, content in zip(outputs, files.values(), strict=True):
            output.write(content)
    return made


def _fetched(address: str) -> bytes:
    with urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    found = replace(sys.argv[1])
    print(f"{found['package']} {found['version']}: see whether vendor/licenses is still whole.")
