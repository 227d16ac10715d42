"""What is missing in words: what values would give, and what changes no preferred set."""

from __future__ import annotations

from typing import NamedTuple

from crcasp.program.wording import Wording
from crcasp.results.missing import Missing, MissingFinding
from crcasp.views.wording import SCOPE, grouped, together


class Values(NamedTuple):
    """Values that would give the same preferred sets, and whether these are preferred now."""

    names: str
    sets: tuple[str, ...]
    grade: str | None
    same: bool


def outcomes(finding: MissingFinding, missing: Missing, words: Wording) -> list[Values]:
    """Return what the values of a finding would give."""
    groups = grouped(((item.preferred, item.grade), item) for item in finding.outcomes)
    return [
        Values(
            words.names([item.value for item in items], "or"),
            tuple(together(chosen, words) for chosen in sets),
            grade,
            (sets, grade) == (missing.preferred, missing.grade),
        )
        for (sets, grade), items in groups.items()
    ]


def remark(missing: Missing, words: Wording) -> str:
    """Return in one sentence which findings change no preferred set, or that nothing is missing."""
    if not missing.findings:
        nothing = "Nothing is missing that could change the answer."
        return nothing if missing.in_scope else SCOPE
    idle = (item for item in missing.findings if not missing.changes(item))
    groups = grouped(((item.decides, item.raises), item.finding) for item in idle)
    parts = []
    for (decides, raises), names in groups.items():
        s = "s" if len(names) == 1 else ""
        does = [f"decide{s} {words.names(decides)}"] if decides else []
        does += [f"raise{s} {words.names(raises)}"] if raises else []
        parts.append(f"{words.names(names)} ({'; '.join(does)})")
    said = "The preferred sets stay as they are, whatever any one of these is"
    return f"{said}: {'; '.join(parts)}." if parts else ""
