"""What overlays add, put into words."""

from __future__ import annotations

from collections.abc import Iterator

from crcasp.program.wording import Wording, listed
from crcasp.results.additions import AddedSource, Addition, Additions, Named, Need, Said
from crcasp.views.wording import cited

INITIAL = "initial"  # what a branch offers that offers the initial therapy again
Entry = tuple[str, str, list[str]]


def verdict(additions: Additions) -> str:
    """Return in one sentence that nothing is wrong."""
    several = len(additions.overlays) > 1
    return f"Nothing is wrong with {'these overlays' if several else 'this overlay'}."


def entries(addition: Addition, words: Wording) -> Iterator[Entry]:
    """Yield a title, a sentence and details of each thing that an overlay adds."""
    for source in addition.sources:
        yield source.source, _source(source, words), [_said(said, words) for said in source.says]
    for name, text in addition.withdrawn:
        yield name, f"withdrawn: {text}", []
    if addition.others:
        yield "also", " ".join(f"{other}." for other in addition.others), []
    if addition.constraints:
        plural = "s, which take" if addition.constraints > 1 else ", which takes"
        yield "also", f"{addition.constraints} constraint{plural} answers away", []
    if not any(addition[1:]):
        yield "", "It adds nothing.", []


def _source(item: AddedSource, words: Wording) -> str:
    kind = "statement" if item.line else "exclusion"
    line = "any line" if item.line == "any" else words.name(item.line)
    said = f", {line}, grade {item.grade}" if item.line else ""
    new = f"new {kind}{said}" if item.new else f"more of this {kind}{said}"
    return f"{new}: {item.text}{cited(item.references)}"


def _said(said: Said, words: Wording) -> str:
    what = listed([_named(item, words) for item in said.what])
    needs = " and ".join(_need(need, words) for need in said.needs)
    condition = f" if {needs}" if needs else ""
    if said.does == "lowers":
        return f"gives {what} no higher grade than {said.grade}{condition}"
    return f"{said.does} {what}{f' (grade {said.grade})' if said.grade else ''}{condition}"


def _named(item: Named, words: Wording) -> str:
    if item.name == INITIAL:
        return "the initial therapy again"
    name = words.name(item.name) if item.name else "everything"
    statement = f" by statement {item.statement}" if item.statement else ""
    return f"{name}{statement}{f', {words.name(item.branch)}' if item.branch else ''}"


def _need(need: Need, words: Wording) -> str:
    name = words.name(need.finding)
    if need.values == ("yes",):
        return name
    alternatives = [*map(words.name, need.values), *([listed(need.bounds)] if need.bounds else [])]
    return f"{name} is {listed(alternatives, 'or')}"
