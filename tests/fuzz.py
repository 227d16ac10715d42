"""Feed what is read with inputs that a coverage-guided fuzzer makes up, for so many seconds.

Run by hand: `python tests/fuzz.py facts|json|map|overlay --seconds 300`, with atheris installed.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import clingo

try:
    import atheris
except ImportError:
    sys.exit("tests/fuzz.py needs atheris: install it by pip install atheris.")
with atheris.instrument_imports(include=["crcasp.facts", "crcasp.registry.column_map", "tomllib"]):
    import refusals
    from declared import VOCABULARY, written

    from crcasp import CrcaspError, check
    from crcasp.facts import read_text
    from crcasp.registry.column_map import column_map

ROOT = Path(__file__).parents[1]
SECONDS, MEBIBYTES = 1.0, 200  # which no input may take
FILE = Path(tempfile.mkdtemp()) / "input"
OVERLAY = 'statement("Z", first, benefit). text("Z", "z"). offers("Z", b, folfox).\n'
UNENDING = re.compile(r"\.\.|[-+*/\\^?&|~@]|\d{3}|\([^()]*\([^()]*[A-Z]")  # rules that may not end


def facts(text: str) -> None:
    """What is accepted is what clingo reads."""
    base = read_text(text, "facts", VOCABULARY)
    if not base.faults and not text.lstrip("\ufeff").lstrip().startswith(("{", "[")):
        control = clingo.Control(logger=lambda *_: None)
        control.add("base", [], text.removeprefix("\ufeff"))
        control.ground([("base", [])])
        assert {str(atom.symbol) for atom in control.symbolic_atoms} == {*written(base)}, text


def json_patient(text: str) -> None:
    """A patient in JSON is valid JSON, and its facts are accepted again."""
    base = read_text("%\n{" + text, "json", VOCABULARY)
    if not base.faults:
        json.loads("{" + text)
        again = read_text("".join(f"{fact}.\n" for fact in base.facts), "facts", VOCABULARY)
        assert {*again.facts} == {*base.facts}, text


def map_of_columns(text: str) -> None:
    """A map that is accepted is the same when it is written and read again."""
    FILE.write_text(text, newline="")
    mapping = column_map(FILE)
    FILE.write_text(mapping.to_toml())
    assert column_map(FILE).to_toml() == mapping.to_toml(), text


def overlay(text: str) -> None:
    """Whether an overlay is in order, where its rules are sure to come to an end."""
    FILE.write_text(OVERLAY + text, newline="")
    if not UNENDING.search(text):
        check(FILE)


TARGETS: dict[str, Callable[[str], None]] = {
    "facts": facts,
    "json": json_patient,
    "map": map_of_columns,
    "overlay": overlay,
}
SEEDS = {
    "facts": [text for text, *_ in refusals.FACTS]
    + [path.read_text() for path in ROOT.glob("examples/*.lp")],
    "json": [text.replace("|", "")[1:] for text, _ in refusals.JSON if text[0] == "{"],
    "map": [path.read_text() for path in ROOT.glob("examples/**/*.toml")],
    "overlay": (ROOT / "tests/program/faulty_overlays.txt").read_text().split("\n\n")
    + [path.read_text() for path in ROOT.glob("examples/overlays/**/*.lp")],
}


def once(name: str, data: bytes) -> None:
    """Only an error of crcasp may come out, and soon, and with nothing opened but the input."""
    before, start = _memory(), time.process_time()
    with suppress(CrcaspError, UnicodeEncodeError):
        TARGETS[name](data.decode("utf-8", "surrogateescape"))
    assert time.process_time() - start < SECONDS, "this takes too long"
    assert _memory() - before < MEBIBYTES, "this takes too much memory"


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def watch() -> None:
    """Refuse to open any file but the input, and to start anything."""

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        path = str(arguments[0]) if arguments else ""
        ours = path == str(FILE) or path.endswith((".lp", ".py", ".pyc"))
        if event == "open" and path.startswith("/") and not ours:
            raise AssertionError(f"{path} is opened")
        if event in ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"):
            raise AssertionError(f"{event} {arguments}")

    sys.addaudithook(audited)


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    corpus = Path(tempfile.mkdtemp())
    for number, seed in enumerate(SEEDS[options.target]):
        (corpus / str(number)).write_text(seed)
    for seed in SEEDS[options.target]:  # so that all is loaded that is
        with suppress(CrcaspError):
            TARGETS[options.target](seed)
    watch()
    limits = [f"-max_total_time={options.seconds}", "-max_len=4096", "-timeout=30"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={corpus}/", str(corpus)],
        lambda data: once(options.target, data),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
