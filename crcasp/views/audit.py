"""An audit of the table, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.terms import natural
from crcasp.program.wording import Wording, listed
from crcasp.results.audit import Audit, Property
from crcasp.views import phrases
from crcasp.views.document import Block, Check, Document, Item, Note, Section
from crcasp.views.frame import framed, rules_of

PARTS = {"Must hold": True, "Asked, and need not hold": False}
STATES = {"proved": "met", "refuted": "not_met", "found": ""}
GAPS = (
    "Beyond first line and without limits, a patient has no set exactly if each of these "
    "statements supports nothing, which is so if one of its descriptions fits:"
)


def audit_document(audit: Audit) -> Document:
    """Return an audit as a document."""
    rules = rules_of(audit.provenance)
    verdict = "everything that must hold was proved" if audit.holds else "the table is at fault"
    return framed(
        "Audit of the table",
        f"Audit: {verdict}",
        _blocks(audit, rules.words),
        rules,
        grades=False,
        strong=True,
    )


def _blocks(audit: Audit, words: Wording) -> Iterator[Block]:
    yield Note(
        "Over all fully known patients in scope: any findings, histories of up to "
        f"{audit.lines} lines, any limits. It took {audit.seconds:.1f} s. A set is what may be "
        "recommended together; a patient of whom nothing is eligible has none."
    )
    for title, must_hold in PARTS.items():
        checks = [_check(one, words) for one in audit.properties if one.must_hold == must_hold]
        yield Section(title, tuple(checks))
    if audit.gaps:
        items = (
            Item(
                f"{listed([gap.statement, *gap.others])}:",
                tuple(", and ".join(both) for both in gap.descriptions),
            )
            for gap in audit.gaps
        )
        yield Section("Gaps", (Note(GAPS), *items))


def _check(item: Property, words: Wording) -> Check:
    found = []
    if item.result == "found":
        listing = [f"{key} ({of})" if of else key for key, of in _listing(item, words)]
        found.append(", ".join(listing) or "none")
    else:
        found += [f"no patient: {words.name(name)}" for name in item.items]
        for one in item.examples:
            if item.result == "refuted" and one.item is None:
                facts = "; ".join(phrases.fact_words(one.facts, words, ends=True))
                found.append(f"smallest patient: {facts or 'nothing is known'}")
    return Check(item.result, STATES[item.result], item.text, "; ".join(found))


def _listing(item: Property, words: Wording) -> list[tuple[str, str]]:
    """Return what was found; of `therapy: 1 and 2`, the therapies by what follows."""
    groups: dict[str, list[str]] = {}
    for name in item.items:
        first, colon, rest = name.partition(": ")
        groups.setdefault(rest if colon else first, []).extend([words.name(first)] if colon else [])
    return [(key, listed(groups[key])) for key in sorted(groups, key=natural)]
