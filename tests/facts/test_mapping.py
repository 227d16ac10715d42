"""Patients as mappings: what is read, what is refused, and the JSON Schema of it."""

from __future__ import annotations

import pytest
from declared import places, written
from hypothesis import given, settings
from hypothesis import strategies as st
from words import VOCABULARY

from crcasp.facts import read_mapping
from crcasp.program.vocabulary import Vocabulary


def test_mapping(vocabulary: Vocabulary) -> None:
    patient = {
        "age": 54,
        "side": None,
        "history": [
            {"received": ["folfox", "bevacizumab"], "stopped": "progression"},
            {"received": ("hai",), "stopped": None, "toxic": None},
            {"received": ["capox"], "stopped": "toxicity", "toxic": ["oxaliplatin"]},
        ],
        "contraindicated": ["oxaliplatin"],
        "unavailable": [],
    }
    base = read_mapping(patient, vocabulary)
    assert not base.faults
    assert written(base) == [
        "age(54)",
        "received(1,folfox)",
        "received(1,bevacizumab)",
        "stopped(1,progression)",
        "received(2,hai)",
        "received(3,capox)",
        "stopped(3,toxicity)",
        "toxic(3,oxaliplatin)",
        "contraindicated(oxaliplatin)",
    ]


def test_a_number_without_a_fraction_is_whole(vocabulary: Vocabulary) -> None:
    assert written(read_mapping({"age": 54.0}, vocabulary)) == ["age(54)"]


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ({"age": True}, "18 to 120, not true"),
        ({"age": "54"}, 'not "54"; write 54 without quotation marks'),
        ({"age": 54.5}, "not 54.5"),
        ({"age": float("nan")}, "not NaN"),
        ({"age": 10**5000}, "a huge number"),
        ({"age": [54]}, "a list"),
        ({"side": 1}, "left or right, not 1"),
        ({"kras": "wild type"}, 'not "wild type"; did you mean wild_type?'),
        ({"krass": "mutant"}, "krass is none of"),
        ({"krass": "mutant"}, "did you mean kras?"),
        ({"received": ["folfox"]}, "a line of history"),
        ({"toxic": ["oxaliplatin"]}, 'write it as in "history": [{"toxic": ...}]'),
        ({1: 2}, "a key must be text"),
        ({"contraindicated": "hai"}, 'must be a list, not hai; write ["hai"]'),
        ({"contraindicated": {"hai": 1}}, "must be a list, not an object"),
        ({"unavailable": ["hai", "hai"]}, "unavailable[1] is hai again; give it once."),
        ({"history": [{"received": ("hai", "tace", "hai")}]}, "history[0].received[2] is hai"),
        ({"unavailable": ["hai", None]}, "unavailable[1] must be"),
        ({"history": {"received": ["hai"]}}, "history must be a list"),
        ({"history": [["hai"]]}, "history[0] must be an object"),
        ({"history": [{"received": []}]}, "history[0].received must name"),
        ({"history": [{"stopped": "toxicity", "received": None}]}, "history[0].received"),
        ({"history": [{"received": "hai"}]}, "history[0].received must be a list"),
        ({"history": [{"received": ["hai", "folfx"]}]}, "history[0].received[1] must be"),
        ({"history": [{"received": ["hai"], "stopped": 1}]}, "history[0].stopped must be"),
        ({"history": [{"received": ["hai"], "stoped": 1}]}, "did you mean stopped?"),
        ({"history": [{"received": ["hai"], "toxic": "s1"}]}, 'a list, not s1; write ["s1"]'),
        ({"history": [{"received": ["hai"], "toxic": {"s1": 1}}]}, "must be a list, not an obj"),
        ({"history": [{"received": ["hai"], "toxic": ["s1", "S1"]}]}, "toxic[1] must be"),
        ({"history": [{"received": ["hai"], "toxic": ["hai"]}]}, "history[0].toxic[0] must be"),
        ({"history": [{"received": ["hai"], "toxic": [None]}]}, "not null"),
        ({"history": [{"received": ["hai"], "toxix": ["s1"]}]}, "did you mean toxic?"),
        ({"history": [{"received": ["hai"]}] * 21}, "at most 20 lines"),
    ],
)
def test_mapping_refused(patient: dict[str, object], words: str, vocabulary: Vocabulary) -> None:
    base = read_mapping(patient, vocabulary)
    assert len(base.faults) == 1
    assert words in base.faults[0].message
    assert places(base) == ["patient"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["hai", "left", "toxicity", "tace"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["received", "stopped", "toxic", "x"]) | st.text(), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["age", "side", "history", "unavailable", "received"]) | st.text(max_size=5)


MANY = ("received", "stopped", "toxic", "contraindicated", "unavailable")


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_any_mapping(patient: dict[str, object]) -> None:
    base = read_mapping(patient, VOCABULARY)
    assert all(fact.name in (*VOCABULARY.findings, *MANY) for fact in base.facts)
