"""What a whole registry comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from crcasp.program.terms import natural
from crcasp.registry.batches import ERROR, GIVEN
from crcasp.registry.outcome import LIST
from crcasp.results.result import FORMAT
from crcasp.views.wording import BULLET, CLOSING, entry

NO_SET = "none"


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run.

    Attributes:
        rows: how many rows there were, and came out.
        errors: how many of them are faulty.
        out_of_scope: how many patients the table does not speak of.
        lines: patients by line of therapy.
        grades: patients by the grade of their preferred sets; "none" where there is no set.
        flow: for each line of therapy, patients by the grade of their preferred sets.
        statuses: for each therapy, patients by its status.
        concordance: for each therapy that was given, patients by its concordance.
        missing: for each finding that is missing, in how many patients.
        settles: for each finding, in how many patients it is the only one that is missing.
        profiles: how many profiles were told apart.
        seconds: how long it took.
    """

    rows: int
    errors: int
    out_of_scope: int
    lines: Mapping[str, int]
    grades: Mapping[str, int]
    flow: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, Mapping[str, int]]
    concordance: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]
    settles: Mapping[str, int]
    profiles: int
    seconds: float

    def to_dict(self) -> dict[str, object]:
        """Return what `--summary FILE` holds."""
        return {
            "format": FORMAT,
            "rows": self.rows,
            "errors": self.errors,
            "out_of_scope": self.out_of_scope,
            "lines": dict(self.lines),
            "grades": dict(self.grades),
            "flow": {name: dict(counts) for name, counts in self.flow.items()},
            "statuses": {name: dict(counts) for name, counts in self.statuses.items()},
            "concordance": {name: dict(counts) for name, counts in self.concordance.items()},
            "missing": {
                name: {"patients": count, "settles": self.settles.get(name, 0)}
                for name, count in self.missing.items()
            },
            "profiles": self.profiles,
            "seconds": round(self.seconds, 3),
        }

    def text(self, width: int = 80) -> str:
        """Return the summary for a person."""
        return "\n".join(self._lines(width)) + "\n"

    def _lines(self, width: int) -> Iterator[str]:
        rate = self.rows / self.seconds if self.seconds else 0
        yield from entry(
            "Rows",
            f"{self.rows:,} in {self.seconds:.1f} s ({rate:,.0f} a second); "
            f"{self.profiles:,} profiles; {self.errors:,} with an error; "
            f"{self.out_of_scope:,} out of scope.",
            width,
        )
        yield from entry("Line", _counted(self.lines), width)
        yield from entry("Grade", _counted(self.grades), width)
        if self.concordance:
            yield "Given"
            for therapy, counts in self.concordance.items():
                yield from entry("  -", f"{therapy}: {_counted(counts)}", width, BULLET)
        if self.missing:
            missing = (
                f"{finding} {count:,} (alone {self.settles.get(finding, 0):,})"
                for finding, count in self.missing.items()
            )
            yield from entry("Missing", f"{', '.join(missing)}.", width)
        yield from entry("", CLOSING, width, 0)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) + "."


class Tally:
    """Adds up batches to a summary."""

    def __init__(self) -> None:
        self.rows = self.errors = self.out_of_scope = 0
        self.flow: Counter[tuple[str, str]] = Counter()
        self.statuses: dict[str, Counter[str]] = {"eligible": Counter(), "undetermined": Counter()}
        self.concordance: Counter[tuple[str, str]] = Counter()
        self.missing: Counter[str] = Counter()

    def add(self, given: pl.Series | None, results: pl.DataFrame) -> None:
        """Count one batch."""
        good = results.filter(pl.col(ERROR).is_null())
        self.rows += len(results)
        self.errors += len(results) - len(good)
        scoped = good.filter("in_scope")
        self.out_of_scope += len(good) - len(scoped)
        graded = scoped.select("line", pl.col("grade").fill_null(NO_SET))
        for line, grade, count in graded.group_by(graded.columns).len().rows():
            self.flow[line, grade] += count
        self.missing.update(_counts(scoped, "missing"))
        for status, counter in self.statuses.items():
            counter.update(_counts(scoped, status))
        if given is not None:
            pairs = results.select(pl.lit(given).alias(GIVEN), "concordance").drop_nulls()
            for therapy, concordance, count in pairs.group_by(pairs.columns).len().rows():
                self.concordance[therapy, concordance] += count

    def summary(self, profiles: int, seconds: float) -> Summary:
        """Return the counts as results."""
        scoped = self.rows - self.errors - self.out_of_scope
        missing, settles = _parts(self.missing), self.missing
        eligible, undetermined = (_parts(counter) for counter in self.statuses.values())
        names = sorted({*eligible, *undetermined}, key=natural)
        statuses = {
            name: {
                "eligible": eligible[name],
                "undetermined": undetermined[name],
                "excluded": scoped - eligible[name] - undetermined[name],
            }
            for name in names
        }
        flow: dict[str, dict[str, int]] = {}
        grades: Counter[str] = Counter()
        for (line, grade), count in sorted(self.flow.items(), reverse=True):
            flow.setdefault(line, {})[grade] = count
            grades[grade] += count
        concordance: dict[str, dict[str, int]] = {}
        for (therapy, verdict), count in sorted(self.concordance.items()):
            concordance.setdefault(therapy, {})[verdict] = count
        ordered = sorted(missing, key=lambda name: (-missing[name], natural(name)))
        return Summary(
            rows=self.rows,
            errors=self.errors,
            out_of_scope=self.out_of_scope,
            lines={line: sum(counts.values()) for line, counts in flow.items()},
            grades=dict(sorted(grades.items())),
            flow=flow,
            statuses=statuses,
            concordance=concordance,
            missing={name: missing[name] for name in ordered},
            settles={name: settles[name] for name in ordered if settles[name]},
            profiles=profiles,
            seconds=seconds,
        )


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame.group_by(column).len().rows())


def _parts(counts: Counter[str]) -> Counter[str]:
    """Return how often each name is in lists that were counted."""
    parts: Counter[str] = Counter()
    for names, count in counts.items():
        for name in filter(None, names.split(LIST)):
            parts[name] += count
    return parts
