"""How fast a registry is answered, and where the time goes.

Run by hand, on a quiet machine: `python tests/bench/registry.py [ROWS [CHECKOUT]]`, a million
rows if none are given; CHECKOUT is one of an older version, whose command answers the same
rows in turn with ours. The ratios compare what was measured in this run only.
"""

from __future__ import annotations

import csv
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import clingo
import numpy as np
import polars as pl
from clingo import Function, Number, Symbol

from crcasp import cohort, parse_facts, recommend
from crcasp.program.files import Program, main_paths
from crcasp.registry.evaluation import Evaluator
from crcasp.registry.outcome import Bits, Coded

VALUES: dict[str, list[object]] = {
    "age": list(range(18, 100)),
    "ecog": list(range(5)),
    "primary_site": ["cecum", "ascending_colon", "transverse_colon", "sigmoid_colon", "rectum"],
    **{gene: ["wild_type", "mutant"] for gene in ("kras", "nras", "braf")},
    "mmr": ["proficient", "deficient"],
    "msi": ["high", "low", "stable"],
    "tumor_burden": ["low", "high"],
    "country": ["japan", "korea", "other"],
    "liver_metastases": ["unresectable", "resectable", "none"],
    "disease_extent": ["liver_only", "liver_dominant", "disseminated"],
    "multifocal_liver_disease": ["early", "late", "absent"],
    "organ_function": ["adequate", "inadequate"],
}
HISTORIES = [[], ["folfox+bevacizumab"], ["folfiri"], ["folfox", "folfiri+cetuximab"]]
REASONS = ["progression", "toxicity", "completed", "other"]
LINES_OF = (
    ("folfox+bevacizumab", "folfiri", "capox"),
    ("folfiri+cetuximab", "folfox", "hai"),
    ("regorafenib", "irinotecan+panitumumab", "tace"),
    ("trifluridine_tipiracil", "folfoxiri", "nivolumab"),
)
GIVEN = (("folfox",), ("folfiri+bevacizumab",), ("folfox+cetuximab", "tace"), ("capox",), ("hai",))
LINES = ["line1", "line1_stopped", "line2", "line2_stopped"]


def patients(count: int) -> Iterator[dict[str, object]]:
    """Patients drawn over all findings, four kinds of history, a fifth of the values missing."""
    rng = random.Random(7)
    for number in range(count):
        row: dict[str, object] = {"id": number}
        for name, values in VALUES.items():
            if rng.random() > 0.2:
                row[name] = rng.choice(values)
        for line, received in enumerate(rng.choice(HISTORIES), 1):
            row[f"line{line}"] = received
            if rng.random() > 0.2:
                row[f"line{line}_stopped"] = rng.choice(REASONS)
        yield row


def written(path: Path, count: int) -> Path:
    """Write a registry of so many patients."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["id", *VALUES, *LINES])
        writer.writeheader()
        writer.writerows(patients(count))
    return path


def facts_of(row: dict[str, object]) -> str:
    """One row as a fact file."""
    facts = [f"{name}({row[name]})." for name in VALUES if row.get(name) is not None]
    for line in (1, 2):
        for therapy in str(row.get(f"line{line}") or "").split("+"):
            facts += [f"received({line},{therapy})."] if therapy else []
        if row.get(f"line{line}_stopped"):
            facts.append(f"stopped({line},{row[f'line{line}_stopped']}).")
    return " ".join(facts)


def fresh_rate(path: Path, sample: int) -> float:
    """How many patients a second a fresh control for each of them answers."""
    rows = random.Random(1).sample(pl.read_csv(path, n_rows=100_000).to_dicts(), sample)
    start = time.perf_counter()
    for row in rows:
        control = clingo.Control(["0", "--enum-mode=cautious"])
        for name in main_paths():
            control.load(name)
        control.add("base", [], facts_of(row))
        control.ground([("base", [])])
        control.solve(on_model=lambda _: None)
    return sample / (time.perf_counter() - start)


def command(checkout: Path, source: Path) -> float:
    """How long the command of a checkout takes for a registry, as a process, in seconds."""
    output = source.with_name("of_command.parquet")
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "crcasp", "cohort", str(source), "-o", str(output)],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=source.parent,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def agreement(source: Path, output: Path, sample: int) -> None:
    """Compare rows of the output with `recommend()` alone."""
    answers = pl.read_parquet(output)
    rows = pl.read_csv(source)
    for place in random.Random(2).sample(range(len(rows)), min(sample, len(rows))):
        advice = recommend(parse_facts(facts_of(rows.row(place, named=True))))
        answer = answers.row(place, named=True)
        eligible = sorted(n for n, v in advice.therapies.items() if v.status == "eligible")
        preferred = sorted(str(chosen) for chosen in advice.preferred)
        assert answer["in_scope"] == advice.in_scope, place
        assert answer["eligible"] == ";".join(eligible), place
        assert sorted(filter(None, answer["preferred"].split("; "))) == preferred, place
    print(f"equal to recommend() on {min(sample, len(rows)):,} random rows")


def drawn(rng: np.random.Generator, rows: int, lines: int) -> dict[Symbol, Bits]:
    """The facts of random patients, a fifth of the values missing, at most so many lines."""
    facts: dict[Symbol, Bits] = {}

    def fact(name: str, *arguments: object) -> Symbol:
        return Function(
            name, [Number(x) if isinstance(x, int) else Function(str(x)) for x in arguments]
        )

    def draw(names: Sequence[object], whom: Bits, *place: object) -> None:
        which = rng.integers(0, len(names), rows)
        told = whom & (rng.random(rows) > 0.2)
        for number, value in enumerate(names):
            facts[fact(*map(str, place[:1]), *place[1:], value)] = told & (which == number)

    for name, values in VALUES.items():
        draw(values, np.ones(rows, bool), name)
    history = rng.integers(0, lines + 1, rows)
    for line, therapies in enumerate(LINES_OF[:lines], 1):
        there = history >= line
        which = rng.integers(0, len(therapies), rows)
        for number, held in enumerate(therapies):
            for therapy in held.split("+"):
                key = fact("received", line, therapy)
                facts[key] = facts.get(key, False) | there & (which == number)
        draw(REASONS, there, "stopped", line)
    return facts


def verdicts(rows: int = 65_536, times: int = 8) -> None:
    """How many patients a second one core answers, without reading and writing a file."""
    for lines in (2, 4):
        found = ", ".join(f"{name} {value:,.0f}" for name, value in speeds(rows, times, lines))
        print(f"patients a second and core, at most {lines} lines: {found}")


def speeds(rows: int, times: int, lines: int) -> Iterator[tuple[str, float]]:
    """How many patients a second each part answers."""
    rng = np.random.default_rng(7)
    batches = [drawn(rng, rows, lines) for _ in range(times)]
    nobody, given = np.zeros(rows, bool), Coded(GIVEN, rng.integers(0, len(GIVEN), rows))
    evaluator = Evaluator(Program())
    evaluator.answers(rows, batches[0], nobody, given)

    def rate(call: Callable[[dict[Symbol, Bits]], object]) -> float:
        call(batches[0])
        seconds = []
        for batch in batches:
            start = time.thread_time()
            call(batch)
            seconds.append(time.thread_time() - start)
        return rows / statistics.median(seconds)

    yield "verdicts", rate(lambda facts: evaluator.answered(facts, nobody, lines).missing())
    yield "all columns", rate(lambda facts: evaluator.answers(rows, facts, nobody))
    yield "with concordance", rate(lambda facts: evaluator.answers(rows, facts, nobody, given))


def main(rows: int = 1_000_000, older: Path | None = None) -> None:
    """Print everything of one run."""
    print(f"Python {platform.python_version()}, clingo {clingo.__version__}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.parquet"
        rate = 0.0
        for count in (1_000, 10_000, 100_000, 1_000_000, rows):
            if count > rows or (count == rows and (Path(folder) / f"{count}.csv").exists()):
                continue
            source = written(Path(folder) / f"{count}.csv", count)
            summary = cohort(source, output)
            rate = summary.rows / summary.seconds
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{count:>9,} rows {summary.seconds:7.2f} s  {rate:9,.0f} rows/s"
                f"  {memory:5,.0f} MiB at most"
            )
        if older:
            ours, theirs = command(Path(__file__).parents[2], source), command(older, source)
            print(
                f"the command {ours:.1f} s, the older one {theirs:.1f} s, {theirs / ours:.1f} times"
            )
        fresh = fresh_rate(source, 200)
        print(f"a fresh control for each: {fresh:,.0f} a second; {rate / fresh:,.0f} times as fast")
        agreement(source, output, 2_000)
    verdicts()


if __name__ == "__main__":
    count, checkout = (*sys.argv[1:3], *("1000000", "")[len(sys.argv) - 1 :])
    main(int(count), Path(checkout) if checkout else None)
