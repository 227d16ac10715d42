"""Patients as JSON: the place of each fault, and the JSON Schema of what is accepted."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import refusals
from declared import places, written
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from words import VOCABULARY

from crcasp.facts import read_mapping, read_text
from crcasp.program.vocabulary import Vocabulary


def test_json_key_given_twice(vocabulary: Vocabulary) -> None:
    base = read_text('{"age": 54, "age": 55}', "p.json", vocabulary)
    assert "the key age is given twice" in str(base.faults[0])


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "words"), refusals.JSON)
def test_place_of_a_fault(text: str, words: str, ends: str, vocabulary: Vocabulary) -> None:
    before = text.partition("|")[0]
    place = f"p.json:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"
    base = read_text(text.replace("|", "").replace("\n", ends), "p.json", vocabulary)
    assert places(base) == [place]
    assert words in base.faults[0].message


def test_all_faults_of_a_document_together(vocabulary: Vocabulary) -> None:
    text = '{"age": 17, "x": 1,\n"history": [{"received": ["hay", 1]}, 3], "side": "up"}'
    base = read_text(text, "p.json", vocabulary)
    assert sorted(places(base)) == [
        f"p.json:{place}" for place in ("1:13", "1:9", "2:27", "2:34", "2:39", "2:51")
    ]


def test_place_of_each_fact(vocabulary: Vocabulary) -> None:
    """A contradiction that the program finds is told where it is written."""
    text = '{"age": 54,\n "history": [{"received": ["hai", "tace"], "stopped": "other"}]}'
    base = read_text(text, "p.json", vocabulary)
    assert not base.faults
    assert {str(fact): str(place) for fact, place in base.facts.items()} == {
        "age(54)": "p.json:1:9",
        "received(1,hai)": "p.json:2:28",
        "received(1,tace)": "p.json:2:35",
        "stopped(1,other)": "p.json:2:55",
    }


def test_a_string_may_look_like_json(vocabulary: Vocabulary) -> None:
    text = '{"\\"]},:{[": [{"a": "\\\\"}, "\\"]}"], "age": 17}'
    base = read_text(text, "p.json", vocabulary)
    assert places(base) == ["p.json:1:2", f"p.json:1:{text.index('17') + 1}"]


@pytest.mark.parametrize("depth", [*range(850, 1010, 3), 100_000])
def test_nesting_at_any_depth_is_one_fault(depth: int, vocabulary: Vocabulary) -> None:
    """As deep as the json library may go, and where it just may not."""
    base = read_text('{"age": ' + "[" * depth + "]" * depth + "}", "p.json", vocabulary)
    assert not base.facts
    assert len(base.faults) == 1
    place, message = base.faults[0]
    assert (str(place), "nested too deeply" in message) in (
        ("p.json:1:1", True),
        ("p.json:1:9", False),
    )


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "text",
    [
        '{"unavailable": [' + "1," * 500_000 + "1]}",
        '{"unavailable": [' + '"hai",' * 150_000 + '"hai"]}',
        "{" + '"age": 54,' * 100_000 + '"age": 54}',
        '{"history": [{"received": [' + '"hai",' * 150_000 + '"hai"]}]}',
        '{"history": [{"received": ["hai"]},' + '{"a":1,"a":1},' * 70_000 + "1]}",
        '{"' + "\\\\" * 250_000 + '": 1, "age": ' + " " * 500_000 + "1}",
    ],
    ids=["numbers", "names", "keys", "therapies", "lines", "blanks"],
)
def test_large_documents_are_refused_at_once(text: str, vocabulary: Vocabulary) -> None:
    start = time.process_time()
    base = read_text(text, "p.json", vocabulary)
    assert time.process_time() - start < 20  # far below, unless something is quadratic
    assert 1 <= len(base.faults) <= 2


# ---- the schema ---------------------------------------------------------------------------

SCHEMA = VOCABULARY.schema()
VALIDATOR = Draft202012Validator(SCHEMA)
ODD = st.sampled_from(
    (None, True, False, 0, 1, 17, 18, 54, 120, 121, -1, 4, 54.0, 54.5, -0.0, 1e300, 10**30, "54")
) | st.sampled_from(("", "left", "Left", "hai", "folfox", "other", [], {}, [None], ["hai"]))


def nearly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly such a value, and now and then any other."""
    return st.one_of(values, values, values, values, values, ODD)


def listed(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return nearly(st.lists(nearly(st.sampled_from(names)), max_size=3))


LINE = st.fixed_dictionaries(
    {},
    optional={
        "received": listed(VOCABULARY.therapies),
        "stopped": nearly(st.sampled_from(VOCABULARY.reasons)),
        "toxic": listed(VOCABULARY.blamable),
        "stoped": ODD,
    },
)
PATIENT = st.fixed_dictionaries(
    {},
    optional={
        **{name: nearly(st.sampled_from(values)) for name, values in VOCABULARY.findings.items()},
        "history": nearly(
            st.lists(nearly(LINE), max_size=4) | st.just([{"received": ["hai"]}] * 21)
        ),
        "contraindicated": listed(VOCABULARY.limits),
        "unavailable": listed(VOCABULARY.limits),
        "toxic": ODD,
    },
)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(nearly(PATIENT))
@example({"age": 54.0, "ecog": -0.0})
@example({"unavailable": ["hai", "hai"]})
@example({"history": [{"received": ["hai", "hai"]}]})
@example({"history": [{"received": None}]})
@example({"history": None, "contraindicated": None, "age": None})
def test_what_the_schema_allows_is_what_is_accepted(patient: Any) -> None:
    base = read_mapping(patient, VOCABULARY)
    assert VALIDATOR.is_valid(patient) == (not base.faults)
    text = json.dumps(patient, indent=1)
    if text[0] in "{[":
        document = read_text(text, "p.json", VOCABULARY)
        assert list(document.facts) == list(base.facts)
        assert [fault.message for fault in document.faults] == [
            fault.message for fault in base.faults
        ]
        assert all(fault.place and fault.place.column for fault in document.faults)


@pytest.mark.parametrize("value", [0, 1, 2, 3, 5, 7, 7.0, 7.5, 8, True, None, "1", "late"])
def test_numbers_with_gaps(value: object) -> None:
    """Values that an overlay declares: numbers that are no range, or names among them."""
    for values in ((1, 2, 7), (0, 1, "late"), (5,)):
        vocabulary = VOCABULARY._replace(findings={"stage": values})
        validator = Draft202012Validator(vocabulary.schema())
        faults = read_mapping({"stage": value}, vocabulary).faults
        assert validator.is_valid({"stage": value}) == (not faults)


@pytest.mark.parametrize("age", ["54.0", "54", "5.4e1", "5400e-2"])
def test_a_number_without_a_fraction_is_whole(age: str, vocabulary: Vocabulary) -> None:
    assert written(read_text(f'{{"age": {age}}}', "p.json", vocabulary)) == ["age(54)"]
