"""Two tables compared, as text."""

from __future__ import annotations

from crcasp.program.wording import Wording
from crcasp.results.diff import Diff
from crcasp.views.groups import diff as diffs
from crcasp.views.layout import Text
from crcasp.views.wording import BULLET


def diff_text(diff: Diff, words: Wording, width: int = 80) -> str:
    """Return what changes from one table to another as text."""
    text = Text(width)
    for title, said in diffs.tables(diff):
        text.add(title, f"{said}.")
    text.add("Patients", f"{diffs.scope(diff)}.")
    for title, groups in diffs.changes(diff, words):
        text.gap(title)
        for group in groups:
            text.add("  -", f"{group.names}: {group.moved}; by {group.because}", BULLET)
            for lead, alternative in group.alternatives:
                text.add(f"    {lead}", f"{alternative}", BULLET + diffs.LEAD)
            if group.allowed:
                text.add("    with", f"allowed: {group.allowed}", BULLET + diffs.LEAD)
            text.add("    e.g.", group.smallest, BULLET + diffs.LEAD)
    text.gap()
    text.add("Preferred", f"{diffs.preferred(diff)}.")
    text.add("Unchanged", f"{diffs.unchanged(diff, words)}.")
    return text.closed()
