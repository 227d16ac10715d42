"""Conditions on a patient in words: what a finding may be, from what it may not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from clingo import Function, Symbol, SymbolType

from crcasp.program.terms import natural, word
from crcasp.program.wording import Wording, listed
from crcasp.results.diff import Only

GIVEN = [Function("given"), Function("not_given")]  # what a single fact may be
UNKNOWN = Function("unknown")
YES = [Function("yes")]


def only(
    finding: Symbol, possible: Sequence[Symbol], ruled_out: Sequence[Symbol], words: Wording
) -> Only:
    """Return the condition that a finding is none of the values that are ruled out."""
    left = [value for value in possible if value not in ruled_out]
    name = called(finding, words)
    if left == [UNKNOWN]:
        text = f"{name} not known"
    elif UNKNOWN not in possible or UNKNOWN not in left:
        text = f"{name}: {listed(valued(left, possible, words), 'or')}"
    elif list(ruled_out) == YES:
        text = f"not known to be so: {name}"
    else:
        text = f"{name} not known to be {listed(valued(ruled_out, possible, words), 'or')}"
    return Only(str(word(finding)), tuple(valued(left, possible, None)), text)


def called(finding: Symbol, words: Wording) -> str:
    """Return the name of a finding in words, whatever it speaks of."""
    name = str(word(finding))
    if (
        name in words.labels
        or finding.type is not SymbolType.Function
        or not finding.arguments
        or finding.name not in words.labels
    ):
        return words.name(name)
    return words.labels[finding.name].format(*(called(it, words) for it in finding.arguments))


def valued(
    values: Sequence[Symbol], possible: Sequence[Symbol], words: Wording | None
) -> list[str]:
    """Return values by name or, without words, as results write them; of numbers, in bounds."""
    bands = sorted(value for value in possible if _is_band(value))
    names = [str(word(value)) for value in values if not _is_band(value)]
    names.sort(key=lambda name: (name == "unknown", natural(name)))
    texts = [words.name(name) if words else name for name in names]
    spans = []
    for inside, run in groupby(bands, key=lambda band: band in values):
        if inside:
            several = list(run)
            low, top = several[0].arguments[0].number, several[-1].arguments[1].number
            if low == top:
                spans.append(str(low))
            elif several[0] == bands[0]:
                spans.append(f"at most {top}")
            else:
                spans.append(f"at least {low}" if several[-1] == bands[-1] else f"{low} to {top}")
    return spans + texts


def _is_band(value: Symbol) -> bool:
    return value.match("band", 2)
