"""The page of a registry: its figures are drawn here, from the counts of its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.trusted import content_of
from crcasp.registry.column_map import ColumnMap
from crcasp.registry.outcome import AND, CONCORDANCE
from crcasp.registry.summary import NO_SET, Summary
from crcasp.results.comparison import KINDS
from crcasp.results.provenance import Provenance, digest, overlay_fingerprints
from crcasp.views.frame import named_rules
from crcasp.views.page.templating import page

WIDTH, LABEL, ROW, BAR, NODE = 720, 210, 26, 18, 14  # of a figure, in its own units
ROOM = 26  # characters of a label; a longer one is squeezed into its place
NARROW = 34  # a part of a bar that has no room for its number
FLOW, GAP = 220, 12
NOTHING = "no set"
ALONE, OTHERS = "missing alone", "missing with others"


Drawn = dict[str, Any]  # a part of a figure, as the template asks for it


def registry_html(
    summary: Summary,
    source: str,
    program: Program,
    mapping: ColumnMap,
    map_file: str | None,
    options: str,
    old: Program | None,
) -> str:
    """Return the report on a registry."""
    wording = engine(program).table.words
    nodes, bands = _flow(summary.flow, engine(program).table.grades)
    missing = {
        name: {ALONE: alone, OTHERS: count - alone}
        for name, count in summary.missing.items()
        for alone in [summary.settles.get(name, 0)]
    }
    return page(
        "registry",
        "A registry against the table",
        [Provenance.of(program)._replace(sources=(source,))],
        "cohort",
        summary=summary,
        kinds=CONCORDANCE,
        called=lambda name: (
            NOTHING if name == NO_SET else " with ".join(map(wording.name, name.split(AND)))
        ),
        shares=(ALONE, OTHERS),
        changes=KINDS,
        touched=_bars(summary.touched.therapies, KINDS, share=False) if summary.touched else [],
        old=None if old is None else overlay_fingerprints(old),
        old_table=named_rules(engine(old).table) if old else "",
        concordance=_bars(summary.concordance, CONCORDANCE, share=True),
        missing=_bars(missing, (ALONE, OTHERS), share=False),
        nodes=nodes,
        bands=bands,
        size={
            **{"width": WIDTH, "label": LABEL, "room": ROOM, "row": ROW},
            **{"bar": BAR, "node": NODE, "flow": FLOW},
        },
        narrow=NARROW,
        mapping=mapping.to_toml(),
        map_file=(map_file, digest(content_of(map_file))) if map_file else None,
        options=options,
    )


def _bars(
    counts: Mapping[str, Mapping[str, int]], kinds: Sequence[str], share: bool
) -> list[Drawn]:
    """Return one bar for each row of counts: its share of each kind, or its length."""
    longest = max((sum(row.values()) for row in counts.values()), default=1)
    bars = []
    for place, (name, row) in enumerate(counts.items()):
        total, x, segments = sum(row.values()), float(LABEL), []
        scale = (WIDTH - LABEL) / ((total if share else longest) or 1)
        for kind in kinds:
            if count := row.get(kind, 0):
                width = count * scale
                segments.append({"kind": kind, "patients": count, "x": x, "width": width})
                x += width
        bars.append({"label": name, "total": total, "y": place * ROW, "segments": segments})
    return bars


def _flow(
    flow: Mapping[str, Mapping[str, int]], grades: Sequence[str]
) -> tuple[list[Drawn], list[Drawn]]:
    """Return the nodes and bands from each line to the grade of the preferred sets."""
    left = {name: sum(row.values()) for name, row in flow.items()}
    right = {name: sum(row.get(name, 0) for row in flow.values()) for name in (*grades, NO_SET)}
    right = {name: count for name, count in right.items() if count}
    scale = (FLOW - GAP * max(len(left), len(right))) / (sum(left.values()) or 1)
    nodes, down = [], dict[str, float]()
    for x, counts in ((LABEL, left), (WIDTH - LABEL, right)):
        y = 0.0
        for name, count in counts.items():
            nodes.append({"name": name, "patients": count, "x": x, "y": y, "height": count * scale})
            down[name] = y
            y += count * scale + GAP
    bands = []
    for source, row in flow.items():
        for target in filter(row.get, right):
            height = row[target] * scale
            path = _band(down[source], down[target], height)
            band = {"source": source, "target": target, "patients": row[target], "path": path}
            bands.append(band)
            down[source] += height
            down[target] += height
    return nodes, bands


def _band(y: float, low: float, height: float) -> str:
    x, end, middle = LABEL + NODE, WIDTH - LABEL, (WIDTH + NODE) / 2
    return (
        f"M{x} {y:.1f} C{middle} {y:.1f} {middle} {low:.1f} {end} {low:.1f} V{low + height:.1f} "
        f"C{middle} {low + height:.1f} {middle} {y + height:.1f} {x} {y + height:.1f} Z"
    )
