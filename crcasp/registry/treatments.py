"""Treatments in a table of their own: one row for a patient, a line and a drug."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from crcasp.errors import UsageError
from crcasp.facts.wording import choices
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.registry.cells import as_text
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.columns import ID, Names
from crcasp.registry.reader import ELSE, UNKNOWN, Reader, as_cell, same
from crcasp.registry.source import Batch, Said

PREFIX = "treatments."
# What the map says of these columns holds of the columns of a patient's lines.
OF_LINES = {
    "drug": "lineN",
    "regimen": "lineN",
    "stopped": "lineN_stopped",
    "toxic": "lineN_toxic",
}
KNOWN = (ID, "line", *OF_LINES, "setting")
LINE, EXCLUDED = "palliative", ("adjuvant", "surgery")  # what a setting may be
WHOLE = re.compile(r"(\d+)\.0+")

Lines = dict[int, dict[str, dict[str, None]]]  # for each line the texts of its columns, in order


@dataclass(slots=True)
class Counts:
    """What a table of treatments comes to.

    Attributes:
        rows: how many rows it has.
        excluded: rows of a setting that makes no line.
        without_id: rows that do not say whose they are.
        without_patient: ids that no patient has.
        without_treatment: patients who have no row.
    """

    rows: int = 0
    excluded: int = 0
    without_id: int = 0
    without_patient: int = 0
    without_treatment: int = 0

    def to_dict(self) -> dict[str, int]:
        """Return the counts by their names."""
        return asdict(self)


class Treatments:
    """The histories that a table of treatments gives, by the ids of patients.

    Args:
        batches: the rows, each time with the names of the columns as they are.
        called: what a message calls the table.
        mapping: the map of the patients, which has that of the treatments.
        program: what says what facts may be.

    Raises:
        UsageError: a column is not there, or the map says what there is not.
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
        self.vocabulary = engine(program).vocabulary
        self.counts = Counts()
        self.met: set[tuple[str, str]] = set()
        self.faults: dict[str, Said] = {}
        self.seen: set[str] = set()
        self.names = Names(self.mapping, self.vocabulary, KNOWN, PREFIX)
        self.values = {self.names.checked(mine): mine for mine in self.mapping.values}
        self.settings = self._meanings("setting", (LINE, *EXCLUDED))
        self.numbers = self._meanings("line", tuple(range(1, self.vocabulary.lines + 1)))
        meanings = [("stopped", self.mapping.values.get("stopped", {}))]
        self.reasons = Reader("line1_stopped", engine(program), meanings, self.mapping.unknown)
        self.unknown = {*UNKNOWN, *map(same, self.mapping.unknown)}
        lines: defaultdict[str, Lines] = defaultdict(dict)
        excluded: defaultdict[str, set[int]] = defaultdict(set)
        for header, batch in batches:
            self._add(batch, self._columns(header), lines, excluded)
        self.histories = {
            patient: json.dumps(self._history(patient, own, excluded[patient]))
            for patient, own in lines.items()
        }

    def map_of_lines(self, mapping: ColumnMap) -> tuple[ColumnMap, dict[str, str]]:
        """Return the map of the patients with that of their lines, and which table is whose."""
        tables = {f"{PREFIX}{mine}": texts for mine, texts in self.mapping.values.items()}
        whose = {
            OF_LINES[mine]: f"{PREFIX}{table}"
            for mine, table in self.values.items()
            if mine in OF_LINES
        }
        unknown = (*mapping.unknown, *self.mapping.unknown)
        return replace(mapping, values={**mapping.values, **tables}, unknown=unknown), whose

    def of(self, ids: Sequence[str | None]) -> tuple[pa.Array, dict[int, Said]]:
        """Return the histories of some patients in JSON, and what is wrong with them."""
        keys = [_key(own) for own in ids]
        self.seen.update(keys)
        known = self.histories.keys() | self.faults.keys()
        self.counts.without_treatment += sum(key not in known for key in keys)
        faults = {row: self.faults[key] for row, key in enumerate(keys) if key in self.faults}
        return pa.array([self.histories.get(key) for key in keys], pa.string()), faults

    def counted(self) -> Counts:
        """Return the counts, once all patients were seen."""
        known = self.histories.keys() | self.faults.keys()
        self.counts.without_patient = len(known - self.seen)
        return self.counts

    # ---- rows ---------------------------------------------------------------------------------

    def _meanings(self, mine: str, domain: Sequence[str | int]) -> dict[str, tuple[str, str]]:
        """Return what texts of a column mean, each with the key of the map."""
        found = {same(str(value)): (str(value), "") for value in domain}
        table = self.values.get(mine, mine)
        for text, meaning in self.mapping.values.get(table, {}).items():
            if same(meaning) not in found and same(meaning) not in UNKNOWN:
                raise UsageError(
                    f"{PREFIX}{mine}: {text} is to mean {as_cell(meaning)}: {mine} must be "
                    f"{choices(domain)}."
                )
            found[same(text)] = same(meaning), text
        return found

    def _columns(self, header: Sequence[str]) -> Mapping[str, str]:
        """Return the columns that are read, or say what is missing."""
        used = {mine: names[0] for mine, names in self.names.of(header, self.called).used.items()}
        both = [mine for mine in ("drug", "regimen") if mine in used]
        if len(both) == 2:
            asked = [mine for mine in both if mine in map(str, self.names.mapped)]
            if len(asked) != 1:
                raise UsageError(
                    f"{self.called}: it has a column for the drug and one for the regimen: map "
                    f"the one to be read, by --column {PREFIX}drug=... or {PREFIX}regimen=...."
                )
            del used[({*both} - {*asked}).pop()]
        lacking = {
            ID: "the id of the patient",
            "line": "the number of the line of therapy",
            "drug": "the drug or regimen",
        }
        for mine, what in lacking.items():
            if mine not in used and not (mine == "drug" and both):
                end = " Lines are not guessed from dates." if mine == "line" else ""
                raise UsageError(
                    f"{self.called}: no column says {what}: say by --column {PREFIX}{mine}=... "
                    f"which does.{end}"
                )
        return used

    def _add(
        self,
        batch: Batch,
        used: Mapping[str, str],
        lines: dict[str, Lines],
        excluded: dict[str, set[int]],
    ) -> None:
        """Add the rows of a batch to the lines of their patients."""
        for column in used.values():
            if column not in batch.rows.column_names:  # a key of JSON that no row of these has
                nothing = pa.nulls(len(batch.rows), pa.string())
                batch = batch._replace(rows=batch.rows.append_column(column, nothing))
        columns = [as_text(batch.rows[column]).to_pylist() for column in used.values()]
        for place, texts in enumerate(zip(*columns, strict=True)):
            self.counts.rows += 1
            row = dict(zip(used, (text or "" for text in texts), strict=True))
            key, where = _key(row[ID]), f"row {self.counts.rows} of the treatments"
            if same(key) in UNKNOWN:
                self.counts.without_id += 1
                continue
            if place in batch.faults:
                cause, said = batch.faults[place]
                self.faults.setdefault(key, (f"treatments: {cause}", f"{where}: {said}"))
                continue
            setting = self._meant("setting", row.get("setting", ""), self.settings)
            number = self._meant("line", row["line"], self.numbers)
            if setting in EXCLUDED:
                self.counts.excluded += 1
                if number and number.isdigit():
                    excluded[key].add(int(number))
            elif setting is None:
                allowed = f"setting must be {choices((LINE, *EXCLUDED))}"
                said = f"{where}: {allowed}, not {as_cell(row['setting'])}."
                self.faults.setdefault(key, (f"treatments: {allowed}", said))
            elif not number:
                allowed = f"line must be {choices(range(1, self.vocabulary.lines + 1))}"
                said = f"{where}: {allowed}, not {as_cell(row['line'])}."
                self.faults.setdefault(key, (f"treatments: {allowed}", said))
            else:
                own = lines[key].setdefault(int(number), {})
                for mine in OF_LINES.keys() & row.keys():
                    received = OF_LINES[mine] == "lineN"
                    if received or same(row[mine]) not in self.unknown:
                        column = "received" if received else mine
                        own.setdefault(column, {})[row[mine].strip()] = None

    def _meant(self, mine: str, text: str, meanings: Mapping[str, tuple[str, str]]) -> str | None:
        """Return what a text of a column means, "" where it is unknown, None if it is not clear."""
        key = same(text) if same(text) in meanings else ELSE
        if key == ELSE and same(text) in self.unknown:
            return ""
        meaning, written = meanings.get(key, (None, ""))
        self.met.add((f"{PREFIX}{self.values.get(mine, mine)}", written))
        return meaning

    def _history(self, patient: str, own: Lines, excluded: set[int]) -> list[dict[str, object]]:
        """Return the lines of a patient, closed up where all rows of a line are excluded."""
        gone = excluded - own.keys()
        numbered = {number - sum(it < number for it in gone): own[number] for number in own}
        history: list[dict[str, object]] = []
        for number in range(1, max(numbered) + 1):
            line: dict[str, object] = {
                it: [*texts] for it, texts in numbered.get(number, {}).items()
            }
            reasons = {
                self.reasons.read(text) for text in numbered.get(number, {}).get("stopped", ())
            }
            if len(reasons) > 1:
                cause = "a line has more than one reason of stopping"
                self.faults.setdefault(
                    patient, (f"treatments: {cause}", f"line {number}: {cause}.")
                )
            if "stopped" in line:
                line["stopped"] = next(iter(numbered[number]["stopped"]))
            history.append(line)
        return history


def _key(own: str | None) -> str:
    """Return an id by which tables are joined: a number is one with and without a point."""
    text = (own or "").strip()
    whole = WHOLE.fullmatch(text)
    return whole[1] if whole else text
