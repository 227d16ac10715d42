"""Which tests could change the answer, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.table import Table
from crcasp.program.terms import grouped
from crcasp.program.wording import Wording
from crcasp.results.missing import Missing, MissingFinding
from crcasp.views import phrases
from crcasp.views.advice import ADDS, joint_tests, settled
from crcasp.views.document import Block, Document, Entry, Item, Note, Section
from crcasp.views.frame import framed, patient_name, rules_of
from crcasp.views.phrases import folded, folded_sets, graded

CHANGES = "One finding at a time: what the preferred sets would be"


def missing_document(missing: Missing) -> Document:
    """Return what is missing as a document."""
    rules = rules_of(missing.provenance)
    return framed(
        ADDS,
        f"{patient_name(missing.provenance)}: what to test next",
        _blocks(missing, rules),
        rules,
        grades=bool(missing.together),
    )


def _blocks(missing: Missing, rules: Table) -> Iterator[Block]:
    words = rules.words
    if not missing.in_scope:
        yield Note(f"{phrases.capital(phrases.OUT_OF_SCOPE)}.")
        return
    if missing.preferred:
        text = folded_sets(missing.preferred, words)
        yield Section("Preferred", (Entry(text, aside=missing.grade or ""),))
    none = not missing.preferred
    tests = joint_tests(missing.together, missing.as_understood, rules.therapies_in_words, none)
    yield Section(ADDS, tuple(tests))
    if not any(item.prefers for item in missing.together):
        yield Note(settled(rules, none))
    changing = (item for item in missing.findings if missing.changes(item))
    told = (Item(words.name(it.finding), _outcomes(it, missing, words)) for it in changing)
    yield Section(CHANGES, tuple(told))
    idle = [item for item in missing.findings if not missing.changes(item)]
    groups = grouped(((item.decides, item.raises), item.finding) for item in idle)
    items = (Item(_idle(names, *does, words)) for does, names in groups.items())
    yield Section("Findings that by themselves change no preferred set", tuple(items))
    named = {item.finding for item in missing.findings}
    named.update(name for it in missing.together for name, _ in it.findings)
    rest = [it.name for it in missing.as_understood if it.value is None and it.name not in named]
    if rest:
        what = words.names(rest, "or")
        yield Note(f"By these rules no verdict on this patient depends on {what}.")


def _idle(
    names: list[str], decides: tuple[str, ...], raises: tuple[str, ...], words: Wording
) -> str:
    s = "s" if len(names) == 1 else ""
    does = [f"decide{s} {folded(decides, words, 'or')}"] if decides else []
    does += [f"raise{s} the grade of {folded(raises, words, 'or')}"] if raises else []
    return f"{words.names(names)} {' and '.join(does)}"


def _outcomes(finding: MissingFinding, missing: Missing, words: Wording) -> tuple[str, ...]:
    groups = grouped(((item.preferred, item.grade), item.value) for item in finding.outcomes)
    texts = []
    for (sets, grade), values in groups.items():
        what = f"{folded_sets(sets, words) or 'no set'}{graded(grade)}"
        same = (sets, grade) == (missing.preferred, missing.grade)
        said = words.said(finding.finding, values)
        texts.append(f"{said}: {'as now' if same else what}")
    return tuple(texts)
