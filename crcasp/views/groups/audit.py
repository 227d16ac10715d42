"""An audit in words."""

from __future__ import annotations

from crcasp.program.terms import natural
from crcasp.program.wording import Wording, listed
from crcasp.results.audit import Audit, Property

PARTS = {"Must hold": True, "Asked": False}
GAPS = (
    "beyond first line and without limits, a patient has no set exactly if each of these "
    "statements supports nothing, which is so if one of its descriptions fits"
)


def scope(audit: Audit) -> str:
    """Return over what was proved."""
    return (
        "all fully known patients: any findings, histories of up to "
        f"{audit.lines} lines, any limits"
    )


def verdict(audit: Audit) -> str:
    """Return what the audit comes to."""
    return "everything that must hold was proved" if audit.holds else "the table is at fault"


def against(item: Property, words: Wording) -> list[str]:
    """Return what speaks against a property."""
    if item.result == "found":
        return []
    whole = [str(one) or "nothing is known" for one in item.examples if one.item is None]
    smallest = [f"smallest patient: {facts}" for facts in whole if item.result == "refuted"]
    return [*(f"no patient: {words.name(name)}" for name in item.items), *smallest]


def listing(item: Property, words: Wording) -> list[tuple[str, str]]:
    """Return what was found; of `therapy: 1 and 2`, the therapies by what follows."""
    groups: dict[str, list[str]] = {}
    for name in item.items:
        first, colon, rest = name.partition(": ")
        groups.setdefault(rest if colon else first, []).extend([words.name(first)] if colon else [])
    return [(key, listed(groups[key])) for key in sorted(groups, key=natural)]


def gaps(audit: Audit) -> list[tuple[str, list[str]]]:
    """Return statements that support nothing together, each with the descriptions of when."""
    return [
        (listed([gap.statement, *gap.others]), [", and ".join(both) for both in gap.descriptions])
        for gap in audit.gaps
    ]
