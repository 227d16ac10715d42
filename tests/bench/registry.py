"""How fast a registry is answered, and where the time goes.

Run by hand, on a quiet machine: `python tests/bench/registry.py [ROWS]`, a million rows if
none are given. The ratios compare what was measured in this run only.
"""

from __future__ import annotations

import csv
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import clingo
import polars as pl

from crcasp import cohort, parse_facts, recommend
from crcasp.program.files import Program, main_paths
from crcasp.registry.profiles import Profiles
from crcasp.registry.solver import History, Sets
from crcasp.registry.tables import read_csv

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
        control = clingo.Control(["0"])
        for name in main_paths():
            control.load(name)
        control.add("base", [], facts_of(row))
        control.ground([("base", [])])
        control.solve(on_model=lambda _: None)
    return sample / (time.perf_counter() - start)


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


def parts(source: Path) -> None:
    """Where the time of one profile goes: medians over many, in microseconds."""
    profiles = Profiles(Program())
    frame = next(iter(read_csv(source.open("rb"))))[:20_000].with_columns(
        pl.when(pl.all() != "").then(pl.all())
    )
    found: list[tuple[tuple[str, ...], ...]] = []
    profiles.solve = lambda tasks: (
        found.append(tuple(t[2])) or profiles.concepts.solver.outcomes(*t)  # type: ignore[func-returns-value]
        for t in tasks
        if not t[0]
    )
    first = [name for name in frame.columns if not name.startswith("line")]
    profiles.of(frame.select(first))
    history = History(Program(), (), 0)
    known: dict[object, Sets] = {}
    cases = found[0][:3000]
    for facts in cases:
        history.outcome(facts, known)
    control = history.control

    def solved(assumptions: list[int]) -> None:
        control.solve(assumptions=assumptions)

    def read(assumptions: list[int]) -> None:
        control.solve(
            assumptions=assumptions,
            on_model=lambda model: bool(model.symbols(shown=True)) and False,
        )

    middle = {
        "assumptions": per_profile(history, cases, lambda _: None),
        "solve": per_profile(history, cases, solved),
        "read": per_profile(history, cases, read),
    }
    start = time.perf_counter()
    for facts in cases:
        history.outcome(facts, known)
    whole = 1e6 * (time.perf_counter() - start) / len(cases)
    solve = middle["solve"] - middle["assumptions"]
    print(f"a profile takes {whole:.0f} us, {whole / solve:.2f} bare calls of solve():")
    print(f"  assumptions {middle['assumptions']:.0f}, solve() {solve:.0f},", end=" ")
    print(f"reading the model {middle['read'] - middle['solve']:.0f},", end=" ")
    print(f"building the result {whole - middle['read']:.0f}")


def per_profile(
    history: History, cases: Sequence[tuple[str, ...]], call: Callable[[list[int]], None]
) -> float:
    """Return the mean microseconds of a call with the assumptions of each profile."""
    start = time.perf_counter()
    for facts in cases:
        call(history.assuming(facts))
    return 1e6 * (time.perf_counter() - start) / len(cases)


def main(rows: int = 1_000_000) -> None:
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
                f"  {summary.profiles:7,} profiles  {memory:5,.0f} MiB at most"
            )
        fresh = fresh_rate(source, 200)
        print(f"a fresh control for each: {fresh:,.0f} a second; {rate / fresh:,.0f} times as fast")
        agreement(source, output, 2_000)
        parts(source)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
