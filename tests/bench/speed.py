"""How fast: `recommend()` against a fresh control, and the command against plain clingo.

Run by hand, on a quiet machine: `python tests/bench/speed.py`. Medians of one run; the
ratios compare what was measured in that run only.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import clingo

from crcasp import parse_facts, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program, main_paths

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import reading  # noqa: E402

PROGRAM = main_paths()
EXAMPLES = [str(path) for path in sorted((ROOT / "examples").glob("*.lp"))]


def fresh(path: str) -> int:
    """Load the program and one patient into a fresh control, and count the models."""
    control = clingo.Control(["0"])
    for name in [*PROGRAM, path]:
        control.load(name)
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        return sum(1 for _ in handle)


def median(call: Callable[[], object], times: int) -> float:
    """Return the median duration of a call, in milliseconds."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        durations.append(1e3 * (time.perf_counter() - start))
    return statistics.median(durations)


def in_process(times: int) -> None:
    """Each example again and again: the engine is warm, as in a program that runs on."""
    for path in EXAMPLES:
        recommend(path)
        recommend(path)
    ours = [median(partial(recommend, path), times) for path in EXAMPLES]
    plain = [median(partial(fresh, path), times) for path in EXAMPLES]
    ratios = [slow / fast for slow, fast in zip(plain, ours, strict=True)]
    row("recommend(path), warm", statistics.median(ours), statistics.median(plain), ratios)


def never_seen(patients: int) -> None:
    """Patients with histories of their own, each asked for once."""
    rng = random.Random(1)
    cases = [parse_facts(reading.random_patient(rng).facts()) for _ in range(patients)]
    for lines in (1, 2, 4):
        engine(Program()).for_lines(lines)
    ours, plain = [], []
    for facts in cases:
        start = time.perf_counter()
        recommend(facts)
        ours.append(1e3 * (time.perf_counter() - start))
        text = "\n".join(f"{fact}." for fact in facts)
        start = time.perf_counter()
        control = clingo.Control(["0"])
        for name in PROGRAM:
            control.load(name)
        control.add("base", [], text)
        control.ground([("base", [])])
        control.solve(on_model=lambda _: None)
        plain.append(1e3 * (time.perf_counter() - start))
    ratios = [slow / fast for slow, fast in zip(plain, ours, strict=True)]
    label = "recommend(facts), each patient once"
    row(label, statistics.median(ours), statistics.median(plain), ratios)


def process(times: int) -> None:
    """The whole command against the whole of plain clingo, on the same files.

    Both with their modules compiled, as an installation has them.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run(arguments: Sequence[str]) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)

    path = EXAMPLES[0]
    ours, plain = [], []
    for _ in range(times):
        command = ["-m", "crcasp", "recommend", "--format", "json", path]
        ours.append(median(partial(run, command), 1))
        plain.append(median(partial(run, ["-m", "clingo", *PROGRAM, path, "0"]), 1))
    fast, slow = statistics.median(ours), statistics.median(plain)
    print(f"{'crcasp recommend --format json':38} {fast:8.2f} ms   plain clingo {slow:8.2f} ms")
    print(f"{'':38} the command takes {fast / slow:.2f} times as long (at most 1.5)")


def row(label: str, ours: float, plain: float, ratios: Sequence[float]) -> None:
    """Print one comparison."""
    print(f"{label:38} {ours:8.2f} ms   fresh control {plain:8.2f} ms")
    middle, least = statistics.median(ratios), min(ratios)
    print(f"{'':38} {middle:.1f} times faster, {least:.1f} at worst (at least 4)")


def main() -> None:
    """Print all comparisons of one run."""
    print(f"Python {platform.python_version()}, clingo {clingo.__version__}, {platform.machine()}")
    in_process(times=15)
    never_seen(patients=200)
    process(times=15)


if __name__ == "__main__":
    main()
