"""Treatments in a table of their own: one row for a patient, a line and a drug."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.facts.wording import choices, show
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.batch import Batch, Said
from crcasp.registry.cells import as_text
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.columns import ID, Names
from crcasp.registry.reader import UNKNOWN, Reader, same

PREFIX = "treatments."
# What the map says of these columns holds of the columns of a patient's lines.
OF_LINES = {
    **{"drug": "lineN", "regimen": "lineN"},
    **{"stopped": "lineN_stopped", "toxic": "lineN_toxic"},
}
NO_ID = ("the id is missing", "the id is missing by which treatments are found.")
NEEDED = {
    ID: "the id of the patient",
    "line": "the number of the line of therapy; lines are not guessed from dates",
    "drug": "the drug or regimen",
}

Lines = dict[int, dict[str, dict[str, None]]]  # for each line the texts of its columns, in order


class Treatments:
    """The lines of therapy that a table of treatments gives, by the ids of patients.

    Args:
        batches: the rows, each time with the names of the columns as they are.
        called: what a message calls the table.
        mapping: the map of the patients, which has that of the treatments.
        program: what says what facts may be.

    Attributes:
        counts: how many rows there are, and what they come to.
        met: the keys of the map that a cell had.
    """

    def __init__(
        self,
        batches: Iterable[tuple[Sequence[str], Batch]],
        called: str,
        mapping: ColumnMap,
        program: Program,
    ) -> None:
        self.called = called
        self.mapping = mapping.treatments or ColumnMap()
        known = engine(program).vocabulary
        self.names = Names(self.mapping, known, (ID, "line", *OF_LINES, "setting"), PREFIX)
        self.counts = dict.fromkeys(("rows", "excluded", "without_id", "without_treatment"), 0)
        self.not_lines, self.unnamed = known.not_lines, choices(known.unnamed)
        self.settings = self._reader("setting", known.settings)
        self.numbers = self._reader("line", range(1, known.lines + 1))
        self.reasons = self._reader("stopped", known.reasons)
        self.faults: dict[str, Said] = {}
        self.seen: set[str] = set()
        self.lines: defaultdict[str, Lines] = defaultdict(dict)
        self.excluded: defaultdict[str, set[int]] = defaultdict(set)
        for header, batch in batches:
            self._add(batch, self._columns(header))
        self.met = self.settings.met | self.numbers.met
        self.columns = {it: self._columns_of(it) for it in self.lines if it not in self.faults}
        self.known = self.columns.keys() | self.faults.keys()

    def _reader(self, mine: str, domain: Sequence[str | int]) -> Reader:
        table = self.names.values.get(mine, mine)
        meanings = [(f"{PREFIX}{table}", self.mapping.values.get(table, {}))]
        return Reader(f"{PREFIX}{mine}", domain, meanings, self.mapping.unknown, label=mine)

    def map_of_lines(self, mapping: ColumnMap) -> tuple[ColumnMap, dict[str, str]]:
        """Return the map of the patients with that of their lines, and which table is whose."""
        tables = {f"{PREFIX}{mine}": texts for mine, texts in self.mapping.values.items()}
        pairs = self.names.values.items()
        whose = {OF_LINES[mine]: f"{PREFIX}{it}" for mine, it in pairs if mine in OF_LINES}
        unknown = (*mapping.unknown, *self.mapping.unknown)
        return replace(mapping, values={**mapping.values, **tables}, unknown=unknown), whose

    def of(self, ids: pa.ChunkedArray) -> tuple[dict[str, pa.Array], dict[int, Said]]:
        """Return the columns of the lines of some patients, and what is wrong with these."""
        keys = [_key(own) for own in as_text(ids).to_pylist()]
        self.seen.update(keys)
        self.counts["without_treatment"] += sum(bool(it) and it not in self.known for it in keys)
        own = [self.columns.get(key, {}) for key in keys]
        names = dict.fromkeys(name for columns in own for name in columns)
        found = {name: pa.array([it.get(name) for it in own], pa.string()) for name in names}
        known = {**self.faults, "": NO_ID}
        faults = {row: known[key] for row, key in enumerate(keys) if key in known}
        return found, faults

    def counted(self) -> dict[str, int]:
        """Return the counts, once all patients were seen."""
        return {**self.counts, "without_patient": len(self.known - self.seen)}

    def strange(self) -> Iterator[str]:
        """Yield which id belongs to no patient, rather one that differs in case only, as a note."""
        if strange := [key for key in (*self.lines, *self.faults) if key not in self.seen]:
            patients = {key.casefold(): key for key in self.seen}
            own = next((key for key in strange if key.casefold() in patients), strange[0])
            near = patients.get(own.casefold())
            end = f": that of a patient is {show(near)}, write both alike" if near else ""
            yield f"No patient has the id {show(own)} of the treatments{end}."

    # ---- rows ---------------------------------------------------------------------------------

    def _columns(self, header: Sequence[str]) -> dict[str, str]:
        """Return the columns that are read, or say what is missing."""
        found, _ = self.names.of(header, self.called)
        used = {mine: names[0] for mine, names in found.items()}
        if {"drug", "regimen"} <= used.keys():
            for mine in {"drug", "regimen"} - self.names.mapped.keys():
                del used[mine]
            if len({"drug", "regimen"} & used.keys()) != 1:
                raise UsageError(
                    f"{self.called}: it has a column for the drug and one for the regimen: map "
                    f"the one to be read, by --column {PREFIX}drug=... or {PREFIX}regimen=...."
                )
        for mine, what in NEEDED.items():
            if mine not in used and not (mine == "drug" and "regimen" in used):
                raise UsageError(
                    f"{self.called}: no column says {what}: say by --column {PREFIX}{mine}=... "
                    "which does."
                )
        return used

    def _add(self, batch: Batch, used: Mapping[str, str]) -> None:
        """Add the rows of a batch to the lines of their patients."""
        nothing = pa.nulls(len(batch.rows), pa.string())
        there = {*batch.rows.column_names}  # which lacks a key that no JSON row has
        columns = [
            as_text(batch.rows[name] if name in there else nothing).to_pylist()
            for name in used.values()
        ]
        for place, texts in enumerate(zip(*columns, strict=True)):
            self.counts["rows"] += 1
            row = dict(zip(used, (text or "" for text in texts), strict=True))
            key, where = _key(row[ID]), f"row {self.counts['rows']} of the treatments"
            setting, number = self.settings.read(row.get("setting")), self.numbers.read(row["line"])
            lines = [line for group in number.groups for line in group if isinstance(line, int)]
            cause, said = batch.faults.get(place, (setting.cause, setting.message))
            other = bool(setting.groups) and setting.groups[0][0] in self.not_lines
            if not (said or other or lines):
                cause = number.cause or "the number of the line is missing"
                said = number.message or f"{cause}."
            if not key:
                self.counts["without_id"] += 1
            elif said:
                self.faults.setdefault(key, (f"treatments: {cause}", f"{where}: {said}"))
            elif other:
                self.counts["excluded"] += 1
                self.excluded[key].update(lines)
            else:
                own = self.lines[key].setdefault(lines[0], {})
                for mine in OF_LINES.keys() & row.keys():
                    text = row[mine].strip()
                    if text or mine in ("drug", "regimen"):
                        end = OF_LINES[mine].removeprefix("lineN")
                        own.setdefault(end, {})[text] = None

    def _columns_of(self, patient: str) -> dict[str, str]:
        """Return the texts of a patient's lines, closed up where all of a line is excluded."""
        own = self.lines[patient]
        gone = self.excluded[patient] - own.keys()
        numbered = {number - sum(it < number for it in gone): own[number] for number in own}
        if lacking := {*range(1, max(numbered))} - numbered.keys():
            said = f"there is line {max(numbered)} and not line {min(lacking)}: add it "
            said += f"({self.unnamed} if its name is not known), or number lines without a gap."
            self.faults.setdefault(patient, ("treatments: a line is missing", said))
        columns: dict[str, str] = {}
        for number, line in numbered.items():
            for end, texts in line.items():
                columns[f"line{number}{end}"] = json.dumps([*texts])
            reasons = [self.reasons.read(text).groups for text in line.get("_stopped", ())]
            if len({*filter(None, reasons)}) > 1:
                cause = "a line has more than one reason of stopping"
                self.faults.setdefault(
                    patient, (f"treatments: {cause}", f"line {number}: {cause}.")
                )
            columns |= {f"line{number}_stopped": it for it in line.get("_stopped", ())}
        return columns


def _key(own: str | None) -> str:
    """Return an id by which tables are joined: a number is one with and without a point.

    What is written for an unknown value is no id.
    """
    key = re.sub(r"^(\d+)\.0+$", r"\1", (own or "").strip())
    return "" if same(key) in UNKNOWN else key
