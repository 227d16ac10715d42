"""The page of a registry: its figures are drawn here, from the counts of its summary."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.wording import Wording
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.outcome import AND, CONCORDANCE
from crcasp.registry.summary import NO_SET, Summary
from crcasp.results.provenance import SHOWN, Provenance
from crcasp.views.page.templating import page

WIDTH, LABEL, ROW, BAR, NODE = 720, 210, 26, 18, 14  # of a figure, in its own units
NARROW = 34  # a part of a bar that has no room for its number
FLOW, GAP = 220, 12
NOTHING = "no set"
ALONE, OTHERS = "missing alone", "missing with others"


class Segment(NamedTuple):
    """A part of a bar: what it counts, where it is, how wide it is."""

    kind: str
    patients: int
    x: float
    width: float


class Bar(NamedTuple):
    """One bar of a figure, with its label and its place."""

    label: str
    total: int
    y: int
    segments: tuple[Segment, ...]


class Band(NamedTuple):
    """A band of a flow, from one node to another."""

    source: str
    target: str
    patients: int
    path: str


class Node(NamedTuple):
    """A node of a flow."""

    name: str
    patients: int
    x: float
    y: float
    height: float


def registry_html(
    summary: Summary,
    source: str,
    program: Program,
    mapping: ColumnMap | None = None,
    map_file: str | None = None,
    options: str = "",
) -> str:
    """Return the report on a registry.

    Args:
        summary: what the registry comes to.
        source: the name of the registry.
        program: the logic program that answered it.
        mapping: what its columns and cells are called.
        map_file: the file that says so, of which the page has the fingerprint.
        options: further options of the command.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    table = engine(program).table
    wording = table.words
    nodes, bands = _flow(summary.flow, sorted(table.ranks, key=lambda grade: -table.ranks[grade]))
    missing = {
        name: {ALONE: alone, OTHERS: count - alone}
        for name, count in summary.missing.items()
        for alone in (summary.settles.get(name, 0),)
    }
    return page(
        "registry",
        "A registry against the table",
        [Provenance((), (source,), program)],
        wording,
        "cohort",
        summary=summary,
        kinds=CONCORDANCE,
        called=lambda name: NOTHING if name == NO_SET else _called(name, wording),
        shares=(ALONE, OTHERS),
        concordance=_bars(summary.concordance, CONCORDANCE, share=True),
        missing=_bars(missing, (ALONE, OTHERS), share=False),
        nodes=nodes,
        bands=bands,
        size={"width": WIDTH, "label": LABEL, "row": ROW, "bar": BAR, "node": NODE, "flow": FLOW},
        narrow=NARROW,
        mapping=mapping.to_toml() if mapping else "",
        map_file=(map_file, _fingerprint(map_file)) if map_file else None,
        options=options,
    )


def _fingerprint(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:SHOWN]


def _called(name: str, wording: Wording) -> str:
    """Return a therapy, or what was given together, in words."""
    return " with ".join(wording.name(part) for part in name.split(AND))


def _bars(counts: Mapping[str, Mapping[str, int]], kinds: Sequence[str], share: bool) -> list[Bar]:
    """Return one bar for each row of counts: its share of each kind, or its length."""
    totals = {name: sum(row.values()) for name, row in counts.items()}
    longest = max(totals.values(), default=1)
    bars = []
    for place, (name, row) in enumerate(counts.items()):
        scale = (WIDTH - LABEL) / ((totals[name] if share else longest) or 1)
        widths = [row.get(kind, 0) * scale for kind in kinds]
        starts = [LABEL, *(LABEL + end for end in accumulate(widths))]
        segments = tuple(
            Segment(kind, row[kind], start, width)
            for kind, start, width in zip(kinds, starts, widths, strict=False)
            if row.get(kind)
        )
        bars.append(Bar(name, totals[name], place * ROW, segments))
    return bars


def _flow(
    flow: Mapping[str, Mapping[str, int]], grades: Sequence[str]
) -> tuple[list[Node], list[Band]]:
    """Return the nodes and bands from each line to the grade of the preferred sets."""
    total = sum(sum(row.values()) for row in flow.values()) or 1
    targets = [name for name in (*grades, NO_SET) if any(row.get(name) for row in flow.values())]
    scale = (FLOW - GAP * max(len(flow), len(targets))) / total
    left = _column(LABEL, {name: sum(row.values()) for name, row in flow.items()}, scale)
    ends = {name: sum(row.get(name, 0) for row in flow.values()) for name in targets}
    right = _column(WIDTH - LABEL, ends, scale)
    bands = []
    down = {name: node.y for name, node in {**left, **right}.items()}
    for source, row in flow.items():
        for target in targets:
            if row.get(target):
                height = row[target] * scale
                path = _band(LABEL + NODE, down[source], WIDTH - LABEL, down[target], height)
                bands.append(Band(source, target, row[target], path))
                down[source] += height
                down[target] += height
    return [*left.values(), *right.values()], bands


def _column(x: float, counts: Mapping[str, int], scale: float) -> dict[str, Node]:
    nodes, y = {}, 0.0
    for name, count in counts.items():
        nodes[name] = Node(name, count, x, y, count * scale)
        y += count * scale + GAP
    return nodes


def _band(x: float, y: float, end: float, low: float, height: float) -> str:
    middle = (x + end) / 2
    return (
        f"M{x:.1f} {y:.1f} C{middle:.1f} {y:.1f} {middle:.1f} {low:.1f} {end:.1f} {low:.1f} "
        f"V{low + height:.1f} C{middle:.1f} {low + height:.1f} {middle:.1f} {y + height:.1f} "
        f"{x:.1f} {y + height:.1f} Z"
    )
