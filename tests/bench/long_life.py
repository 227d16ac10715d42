"""A long life: mixed calls from eight threads over five tables, then a hundred tables in turn.

Run by hand: `python tests/bench/long_life.py [CALLS]`. Each answer is compared with the first one
to the same question; memory and time are told at every tenth part.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from crcasp import CrcaspError, compare, explain, missing, parse_facts, recommend

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import reading  # noqa: E402

LATER = ROOT / "examples" / "overlays" / "since_2019"
TABLES = [(), *((LATER / f"{name}.lp",) for name in ("keynote_177", "beacon", "sunlight", "her2"))]
FAULTY = "age(17). side(lefft). % \n received(1, (folfox; hai"
Question = Callable[[], object]


def questions() -> list[Question]:
    """Return what is asked again and again, of five tables."""
    found: list[Question] = []
    for seed, overlays in enumerate(TABLES):
        rng = random.Random(seed)
        given: dict[str, Any] = {"overlays": overlays}
        texts = [reading.random_patient(rng).facts() for _ in range(4)]
        patients = [parse_facts(text, **given) for text in texts]
        found += [partial(recommend, patient, tests=False, **given) for patient in patients]
        found += [partial(parse_facts, text, **given) for text in [*texts, FAULTY] * 4]
        found.append(partial(recommend, patients[0], **given))
        found.append(partial(missing, patients[1], **given))
        found.append(partial(explain, patients[2], "folfox", **given))
        found.append(partial(compare, patients[2], patients[3], **given))
    return found


def outcome(question: Question) -> object:
    """Return the answer, or the refusal."""
    try:
        return question()
    except CrcaspError as error:
        return str(error)


def memory() -> float:
    """Return the memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def answers(count: int = 20) -> list[str]:
    """Return some answers as text, for another process to compare with."""
    return [str(outcome(question)) for question in questions()[:count]]


def main(calls: int) -> None:
    """Live long."""
    asked = questions()
    first = [outcome(question) for question in asked]
    rng = random.Random(1)

    def again(number: int) -> bool:
        return outcome(asked[number]) == first[number]

    with ThreadPoolExecutor(8) as pool:
        for tenth in range(10):
            start = time.perf_counter()
            wrong = [*pool.map(again, rng.choices(range(len(asked)), k=calls // 10))].count(False)
            speed = calls // 10 / (time.perf_counter() - start)
            print(
                f"{tenth + 1}/10: {memory():.0f} MiB, {speed:.0f} calls/s, {wrong} wrong",
                flush=True,
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.lp"
        for number in range(100):
            path.write_text(f'withdrawn("I{number % 22 + 1}"). % {number}\n')
            outcome(partial(recommend, {"age": 54}, overlays=[path]))
            if number % 25 == 24:
                print(f"{number + 1} tables in turn: {memory():.0f} MiB", flush=True)
    here = answers()
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as processes:
            same = all(there == here for there in processes.map(answers, [20] * 2))
            print(f"{method}: the same answers: {same}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
