"""What a whole registry comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crcasp.facts.wording import printable, show
from crcasp.program.terms import natural
from crcasp.program.wording import listed
from crcasp.registry.advisor import ERROR, Answers
from crcasp.registry.columns import ID
from crcasp.registry.outcome import LIST
from crcasp.registry.update_impact import Touched
from crcasp.results.result import FORMAT
from crcasp.views.frame import RESEARCH
from crcasp.views.text import entry

NO_SET = "none"
FIRST = 3  # rows of a cause that are named
CAUSES = 1_000  # that are told apart
LISTED = 20  # of them in the text
BULLET = 4  # columns before an item of the text
REST = "other causes"
# Columns whose texts are counted together.
FLOW, GIVEN = ("line", "grade"), ("given", "concordance")
MISSING, ELIGIBLE, UNDETERMINED = ("missing",), ("eligible",), ("undetermined",)
COUNTED: tuple[tuple[str, ...], ...] = (FLOW, GIVEN, MISSING, ELIGIBLE, UNDETERMINED)


@dataclass(frozen=True, slots=True)
class ErrorCause:
    """One thing that is wrong, in how many rows, and the first of them.

    Attributes:
        cause: the column and what would be right.
        rows: how many rows have it.
        first: the first of these rows: number, patient, and what is there.
    """

    cause: str
    rows: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run.

    Attributes:
        rows: how many rows there were, and came out.
        errors: how many of them are faulty.
        empty: how many more rows there were in which nothing stands.
        out_of_scope: how many patients the table does not speak of.
        lines: patients by line of therapy.
        grades: patients by the grade of their preferred sets; "none" where there is no set.
        flow: for each line of therapy, patients by the grade of their preferred sets.
        statuses: for each therapy, patients by its status.
        concordance: for what was given, patients by its concordance.
        missing: for each finding that is missing, in how many patients.
        settles: for each finding, in how many patients it is the only one that is missing.
        columns: for each column of a patient, those of the table that it was read from.
        aside: columns that were not used but look like one, with what they look like.
        causes: what is wrong with rows, the most frequent first.
        notes: what else is to be known of the table and of how it was answered, in sentences.
        unmet: keys of the map that no cell had, by the tables of the map.
        repeated_ids: how many ids stand on more than one row.
        rows_of_repeated_ids: on how many rows these stand.
        treatments: counts of a table of treatments, if there is one.
        fingerprint: of the registry.
        seconds: how long it took.
        touched: where two tables are compared, how many patients the update touches.
    """

    rows: int
    errors: int
    empty: int
    out_of_scope: int
    lines: Mapping[str, int]
    grades: Mapping[str, int]
    flow: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, Mapping[str, int]]
    concordance: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]
    settles: Mapping[str, int]
    columns: Mapping[str, tuple[str, ...]]
    aside: Mapping[str, str]
    causes: tuple[ErrorCause, ...]
    notes: tuple[str, ...]
    unmet: Mapping[str, tuple[str, ...]]
    repeated_ids: int
    rows_of_repeated_ids: int
    treatments: Mapping[str, int] | None
    fingerprint: str
    seconds: float
    touched: Touched | None = None

    def to_dict(self) -> dict[str, object]:
        """Return what `--summary FILE` holds."""
        found = {"format": FORMAT, **asdict(self), "seconds": round(self.seconds, 3)}
        found["missing"] = {
            name: {"patients": count, "settles": self.settles.get(name, 0)}
            for name, count in self.missing.items()
        }
        del found["settles"]
        for name in ("touched", "treatments"):
            if found[name] is None:
                del found[name]
        return found

    def text(self, width: int = 80) -> str:
        """Return the summary for a person."""
        parts = (entry(title, text, width, *margin) for title, text, *margin in self._parts())
        return "".join(f"{line}\n" for part in parts for line in part)

    def _parts(self) -> Iterator[tuple[str, str] | tuple[str, str, int]]:
        """Yield the title, the text and, where it is not the usual one, the margin of each part."""
        rate = self.rows / self.seconds if self.seconds else 0
        empty = f"; {_many(self.empty, 'empty row')} excluded" if self.empty else ""
        yield (
            "Rows",
            f"{self.rows:,} in {self.seconds:.1f} s ({rate:,.0f} a second); "
            f"{self.errors:,} with an error; {self.out_of_scope:,} out of scope{empty}.",
        )
        used = (
            name if names == (name,) else f"{name} from {', '.join(map(printable, names))}"
            for name, names in self.columns.items()
        )
        yield "Columns", f"{'; '.join(used)}."
        if self.aside:
            like = (
                f"{printable(column)} ({near} is {printable(self.columns[near][0])})"
                if near in self.columns
                else f"{printable(column)} (did you mean {near}?)"
                for column, near in self.aside.items()
            )
            yield "Not used", f"{'; '.join(like)}."
        for note in self.said():
            yield "Note", note
        for title, counts in (("Line", self.lines), ("Grade", self.grades)):
            if counts:
                yield title, _counted(counts)
        if self.concordance:
            yield "", "Given", 0
        for therapy, counts in self.concordance.items():
            yield "  -", f"{therapy}: {_counted(counts)}", BULLET
        if self.touched:
            old = listed(self.touched.old)
            yield "Old table", f"the table with {old}." if old else "the table alone."
            yield "Touched", self.touched.text()
            for therapy, counts in self.touched.therapies.items():
                yield "  -", f"{therapy}: {_counted(counts)}", BULLET
        if self.missing:
            missing = [
                f"{finding} {count:,} ({self.settles.get(finding, 0):,})"
                for finding, count in self.missing.items()
            ]
            said = "patients of whom a therapy is undetermined without it (without it alone)"
            yield "Missing", f"{said}: {', '.join(missing)}."
        yield from self._errors()
        yield "", f"{RESEARCH}.", 0

    def said(self) -> Iterator[str]:
        """Yield what else is to be known of the table and of how it was answered."""
        if self.repeated_ids:
            ids, rows = _many(self.repeated_ids, "id"), self.rows_of_repeated_ids
            yield (
                f"{ids} {_is(self.repeated_ids, 'stands', 'stand')} on more than one row, "
                f"on {rows:,} rows in all: each row was answered by itself, as a patient."
            )
        if self.treatments:
            yield " ".join(_of_treatments(self.treatments))
        if self.unmet:
            keys = (f"{table}: {', '.join(map(show, its))}" for table, its in self.unmet.items())
            yield f"No cell had these keys of the map: {'; '.join(keys)}."
        yield from self.notes

    def unanswered(self) -> str:
        """Return that no row could be answered, and why."""
        rows = _many(self.rows + self.empty, "row")
        lines = [f"of {rows} not one could be answered, and no file was written."]
        for title, text, *margin in self._errors():
            lines += entry(title, text, 80, *margin)
        return "\n".join(lines)

    def _errors(self) -> Iterator[tuple[str, str] | tuple[str, str, int]]:
        if self.causes:
            yield "", "Errors", 0
        for cause in self.causes[:LISTED]:
            yield "  -", printable(f"{cause.rows:,} x {cause.cause}"), BULLET
            for first in cause.first:
                yield "", printable(first), 2 * BULLET
        if len(self.causes) > LISTED:
            yield "  -", f"{len(self.causes) - LISTED:,} more causes.", BULLET


def _of_treatments(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield what a table of treatments comes to, in sentences."""
    there = "is" if counts["rows"] == 1 else "are"
    yield f"There {there} {_many(counts['rows'], 'row')} of treatments."
    for name, why in (("excluded", "as no line of therapy"), ("without_id", "for want of an id")):
        if count := counts[name]:
            yield f"{_many(count, 'row')} of them {_is(count)} excluded {why}."
    if count := counts["without_treatment"]:
        alone = f"{_many(count, 'patient')} without a row there {_is(count, 'was', 'were')}"
        yield f"{alone} answered as never treated."
    if count := counts["without_patient"]:
        yield f"{_many(count, 'id')} there {_is(count, 'belongs', 'belong')} to no patient."


def _is(count: int, one: str = "is", more: str = "are") -> str:
    return one if count == 1 else more


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items()) + "."


class Tally:
    """Adds up batches to a summary."""

    def __init__(self) -> None:
        self.rows = self.errors = self.empty = self.out_of_scope = 0
        self.ids: list[NDArray[np.uint64]] = []  # which tell ids apart in little room
        self.counts = {columns: Counter[tuple[str, ...]]() for columns in COUNTED}
        self.causes: Counter[str] = Counter()
        self.first: dict[str, list[str]] = {}

    def add(self, answers: Answers) -> None:
        """Count one batch."""
        results = answers.results
        good = results.filter(pl.col(ERROR).is_null())
        self.errors += len(results) - len(good)
        scoped = good.filter("in_scope").with_columns(pl.col("grade").fill_null(NO_SET))
        self.out_of_scope += len(good) - len(scoped)
        for columns in (FLOW, MISSING, ELIGIBLE, UNDETERMINED):
            self._count(scoped, columns)
        self._count(results.drop_nulls(GIVEN), GIVEN)
        for cause, shown in answers.flaws:
            called = cause if cause in self.causes or len(self.causes) < CAUSES else REST
            self.causes[called] += 1
            if self.causes[called] <= FIRST:
                self.first.setdefault(called, []).append(shown)
        ids = results[ID].drop_nulls()
        self.ids.append(ids.filter(ids.str.len_bytes() > 0).hash().to_numpy())
        self.empty += int(answers.empty.sum())
        self.rows += len(results)

    def _count(self, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
        """Count the rows that have the same texts in some columns."""
        for *texts, count in frame.group_by(columns).len().rows():
            self.counts[columns][tuple(texts)] += count

    def summary(self, seconds: float, **more: Any) -> Summary:
        """Return the counts as results, with more that they lack."""
        scoped = self.rows - self.errors - self.out_of_scope
        _, counts = np.unique(
            np.concatenate([np.array([], np.uint64), *self.ids]), return_counts=True
        )
        repeated = counts[counts > 1]
        eligible, undetermined, missing = (
            _parts(self.counts[columns]) for columns in (ELIGIBLE, UNDETERMINED, MISSING)
        )
        statuses = {
            name: {
                "eligible": eligible[name],
                "undetermined": undetermined[name],
                "excluded": scoped - eligible[name] - undetermined[name],
            }
            for name in sorted({*eligible, *undetermined}, key=natural)
        }
        flow = _nested(sorted(self.counts[FLOW].items(), reverse=True))
        grades = sum(map(Counter, flow.values()), Counter[str]())
        alone = self.counts[MISSING]
        ordered = sorted(missing, key=lambda name: (-missing[name], natural(name)))
        return Summary(
            rows=self.rows,
            errors=self.errors,
            empty=self.empty,
            repeated_ids=len(repeated),
            rows_of_repeated_ids=int(repeated.sum()),
            out_of_scope=self.out_of_scope,
            lines={line: sum(row.values()) for line, row in flow.items()},
            grades=dict(sorted(grades.items())),
            flow=flow,
            statuses=statuses,
            concordance=_nested(sorted(self.counts[GIVEN].items())),
            missing={name: missing[name] for name in ordered},
            settles={name: alone[name,] for name in ordered if alone[name,]},
            causes=tuple(
                ErrorCause(cause, rows, tuple(self.first[cause]))
                for cause, rows in self.causes.most_common()
            ),
            seconds=seconds,
            **more,
        )


def _nested(pairs: Iterable[tuple[tuple[str, ...], int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (outer, inner), count in pairs:
        found.setdefault(outer, {})[inner] = count
    return found


def _parts(counts: Mapping[tuple[str, ...], int]) -> Counter[str]:
    """Return how often each name is in lists that were counted."""
    parts: Counter[str] = Counter()
    for (names,), count in counts.items():
        for name in filter(None, names.split(LIST)):
            parts[name] += count
    return parts
