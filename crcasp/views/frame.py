"""What stands around a result: by which rules it is, the key to its codes, the closing sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from clingo import Control

from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.wording import listed
from crcasp.results.provenance import Provenance
from crcasp.views.document import Block, Document, Field, Note, Section

RESEARCH = "Research software, not for treatment decisions"
UNNAMED = ("facts", "-", "<stdin>")  # sources of facts that are no files


def framed(
    kind: str,
    title: str,
    blocks: Iterable[Block],
    rules: Table,
    old: Table | None = None,
    *,
    grades: bool = True,
    strong: bool = False,
) -> Document:
    """Return a document with its header, the key to its codes, and its closing sentence.

    Args:
        kind: as a document has it.
        title: as a document has it.
        blocks: the blocks of the document, of which empty sections are left out.
        rules: by which it is.
        old: what these are compared with.
        grades: whether grades are shown.
        strong: whether the title is a verdict.
    """
    shown = [it for it in blocks if not isinstance(it, Section) or it.blocks or it.lead]
    shown += key(shown, rules, grades=grades)
    header = f"{named_rules(old)} -> " if old else "Rules: "
    closed = closing(rules, old or rules)
    return Document(kind, title, f"{header}{named_rules(rules)}", tuple(shown), closed, strong)


def rules_of(provenance: Provenance | None) -> Table:
    """Return the rules behind a result; those of a result made by hand say nothing."""
    return provenance.rules if provenance else Table(Solver(Control()))


def named_rules(rules: Table) -> str:
    """Return by which rules an answer is given, as a header has it."""
    parts = [f"{rules.year} table" if rules.year else "the table"]
    years = sorted(year for year in rules.sources.values() if year)
    if len(rules.sources) > 2:
        span = f" ({years[0]} to {years[-1]})" if years else ""
        parts.append(f"{len(rules.sources)} later sources{span}")
    else:
        parts += [f"{name} ({year})" if year else name for name, year in rules.sources.items()]
    texts = [" + ".join([*parts, *rules.unsourced])]
    if rules.withdrawn:
        texts.append(f"without {listed(rules.withdrawn)}")
    texts += [f"{name}={value}" for name, value in rules.constants]
    return ", ".join(texts)


def closing(*rules: Table) -> str:
    """Return the sentence that closes a document."""
    newest = max((one.newest for one in rules), default=0)
    return f"{RESEARCH}; newest source {newest}." if newest else f"{RESEARCH}."


def patient_name(provenance: Provenance | None, otherwise: str = "Patient") -> str:
    """Return what a patient is called: the files of its facts, if they come from any."""
    sources = provenance.sources if provenance else ()
    names = ["standard input" if it in UNNAMED else os.path.basename(it) for it in sources]
    return listed(names) if [it for it in sources if it and it not in UNNAMED] else otherwise


def key(blocks: Iterable[object], rules: Table, *, grades: bool = True) -> Iterator[Note | Section]:
    """Yield what the codes in some blocks stand for.

    Args:
        blocks: what is shown.
        rules: which have the codes.
        grades: whether grades are shown.
    """
    shown = " ".join(_texts(blocks))
    seen = {*re.findall(r"(?<![\w.])[A-Z]\w*(?!\w|\.\w)", shown)}
    texts = []
    if grades and rules.grades:
        texts.append(f"Grades, best first: {', '.join(rules.grades)}.")
    exclusions = [name for name in rules.exclusions if name in seen and name not in rules.sources]
    if exclusions:
        plural = "exclusions" if len(exclusions) > 1 else "exclusion"
        texts.append(f"{listed(exclusions)}: {plural} of the table.")
    relied = [name for name in rules.interpretations if name in seen]
    if relied:
        called = (f"{name} {rules.words.labels.get(name, rules.texts[name])}" for name in relied)
        texts.append(f"Interpretations: {'; '.join(called)}.")
    numbers = ["Numbers are statements of the table"] if re.search(r"[\[(]\d", shown) else []
    if rules.review and re.search(r"\[\d", shown):
        numbers.append(f"[numbers] references of the review ({rules.review})")
    if numbers:
        texts.append(f"{', '.join(numbers)}.")
    if texts:
        yield Note(" ".join(texts))
    if relied:
        items = tuple(Field(name, rules.texts[name]) for name in relied)
        yield Section("Interpretations relied on", items, folded=True)


def _texts(item: object) -> Iterable[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, Iterable):
        for part in item:
            yield from _texts(part)
