"""Facts that are symbols of clingo already."""

from __future__ import annotations

import clingo
from declared import written

from crcasp.facts import read_symbols
from crcasp.program.vocabulary import Vocabulary


def test_symbols(vocabulary: Vocabulary) -> None:
    texts = ["age(54)", "received(1,hai)", "side(lefft)", "-age(54)", "5", "(1,2)", "age(f(1))"]
    base = read_symbols([*map(clingo.parse_term, texts), clingo.Infimum], vocabulary)
    assert written(base) == ["age(54)", "received(1,hai)"]
    words = ["mean left?", "-age(54): this is", "5: this is", "(1,2): this", "f(...)", "#inf: this"]
    for fault, word in zip(base.faults, words, strict=True):
        assert word in fault.message
