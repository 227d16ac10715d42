"""How fast: `recommend()` and the command against plain clingo on the same patients.

Run by hand, on a quiet machine: `python tests/bench/speed.py [PATIENTS]`. Medians of one run;
the ratios compare what was measured in that run only. Plain clingo loads the program and the
patient and gives the cautious consequences, which is one of the three questions that an answer
asks.
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
from crcasp.program.files import main_paths

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import reading  # noqa: E402

PROGRAM = main_paths()
EXAMPLE = str(ROOT / "examples" / "refractory.lp")
CAUTIOUS = "--enum-mode=cautious"


def plain(facts: Sequence[clingo.Symbol]) -> None:
    """Ask a fresh control for what is certain of one patient."""
    control = clingo.Control([CAUTIOUS])
    for name in PROGRAM:
        control.load(name)
    control.add("base", [], "\n".join(f"{fact}." for fact in facts))
    control.ground([("base", [])])
    control.solve(on_model=lambda _: None)


def duration(call: Callable[[], object]) -> float:
    """Return how long a call takes, in milliseconds."""
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)


def never_seen(patients: int) -> None:
    """Patients with histories of their own, each asked for once, the engine warm."""
    rng = random.Random(1)
    cases = [parse_facts(reading.random_patient(rng).facts()) for _ in range(patients)]
    recommend(cases[0])
    pairs = [(duration(partial(recommend, case)), duration(partial(plain, case))) for case in cases]
    show("recommend(facts), each patient once", pairs)


def process(times: int) -> None:
    """The whole command against the whole of plain clingo, with modules compiled."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run(arguments: Sequence[str]) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)

    ours = partial(run, ["-m", "crcasp", "recommend", "--format", "json", EXAMPLE])
    clingo_alone = partial(run, ["-m", "clingo", *PROGRAM, EXAMPLE, CAUTIOUS])
    show(
        "crcasp recommend --format json",
        [(duration(ours), duration(clingo_alone)) for _ in range(times)],
    )


def show(label: str, pairs: Sequence[tuple[float, float]]) -> None:
    """Print one comparison."""
    ours, alone = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"{label:36} {ours:8.1f} ms   plain clingo {alone:8.1f} ms   {ours / alone:.2f} times")


def main() -> None:
    """Print all comparisons of one run."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"Python {platform.python_version()}, clingo {clingo.__version__}, {platform.machine()}")
    never_seen(patients)
    process(times=15)


if __name__ == "__main__":
    main()
