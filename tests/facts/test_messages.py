"""What is said of a fault, word for word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import clingo
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from words import VOCABULARY

from crcasp.facts import read_mapping, read_path, read_symbols, read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.vocabulary import Vocabulary

NONE_OR_MANY = (
    "this stands for no fact, or for more than 64; write the facts of the patient one by one."
)
SIDE = "side must be left or right, not "
LONG = "a" * 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age(54.5).", "1:5: age must be a whole number, 18 to 120, not 54.5."),
        ("age(fifty).", "1:5: age must be 18 to 120, not fifty."),
        ('age("54").', '1:5: age must be 18 to 120, not "54"; write 54 without quotation marks.'),
        (f"age({'1' * 40}).", f"1:5: age must be 18 to 120, not {'1' * 40}."),
        (
            f"age({'1' * 41}).",
            f"1:5: age must be a whole number, 18 to 120, not {'1' * 40}....",
        ),
        ("age(54, 55).", "1:1: age takes 1 argument, not 2; write it as in age(18)."),
        (
            "stopped(progression).",
            "1:1: stopped takes 2 arguments, not 1; write it as in stopped(1, progression).",
        ),
        ("received(0, folfox).", "1:10: the line of received must be 1 to 20, not 0."),
        ("received(1..65, folfox).", f"1:10: {NONE_OR_MANY}"),
        ("age(54..53).", f"1:5: {NONE_OR_MANY}"),
        ("side(rihgt).", f"1:6: {SIDE}rihgt; did you mean right?"),
        ("side((left, right)).", f"1:6: {SIDE}a tuple."),
        ("side(up).", f"1:6: {SIDE}up."),
        (f"side({LONG}).", f"1:6: {SIDE}{LONG}."),
        (f"side({LONG}b).", f"1:6: {SIDE}{LONG}...."),
        (f'side("{LONG}b").', f'1:6: {SIDE}"{LONG}...".'),
        ("side(left", "1:1: this statement does not end; end it with a full stop."),
        ("%* x", "1:1: this comment is never closed; end it with *%."),
        (
            "side(\x01).",
            "1:6: the character (U+0001) does not belong in a fact; remove it or replace it.",
        ),
        (
            "\r",
            "1:1: a carriage return stands alone here; save the text with ordinary line ends.",
        ),
        ("\0", " this is not text (a NUL byte is in it); save it as plain UTF-8 text."),
        ('{"age": 54.5}', "1:9: age must be a whole number, 18 to 120, not 54.5."),
        ('{"age": 1' + "0" * 40 + "}", "1:9: age must be 18 to 120, not a huge number."),
        (
            f'{{"unavailable": "{LONG}"}}',
            f'1:17: unavailable must be a list, not {LONG}; write ["{LONG}"].',
        ),
        (
            f'{{"unavailable": "{LONG}b"}}',
            f"1:17: unavailable must be a list, not {LONG}....",
        ),
        (
            '{"history": 5}',
            "1:13: history must be a list of lines of treatment, not 5.",
        ),
        (
            '{"history": [5]}',
            "1:14: history[0] must be an object with the keys received, stopped or toxic, not 5.",
        ),
        ("[1]", "1:1: a patient must be one object of keys and values, not a list."),
    ],
)
def test_of_a_text(text: str, said: str, vocabulary: Vocabulary) -> None:
    (fault,) = read_text(text, "p", vocabulary).faults
    assert str(fault) == f"p:{said}"


def test_of_a_number_that_is_an_interval(vocabulary: Vocabulary) -> None:
    assert [*map(str, read_text("age(54..54).", "p", vocabulary).facts)] == ["age(54)"]


def test_of_what_is_unknown(vocabulary: Vocabulary) -> None:
    (fault,) = read_text("zzz(54).", "p", vocabulary).faults
    assert str(fault).startswith("p:1:1: zzz is none of primary_site, side, kras, nras, ")
    remedy = "unavailable; use one of these, and give rules of your own by --with."
    assert str(fault).endswith(f"contraindicated, {remedy}")
    (fault,) = read_text("toxic(1, oxaliplatine).", "p", vocabulary).faults
    assert str(fault).startswith("p:1:10: toxic must be floxuridine, fluorouracil, ")
    assert str(fault).endswith("or anti_her2, not oxaliplatine; did you mean oxaliplatin?")


@pytest.mark.parametrize(("most", "lines"), [("1", "1"), ("2", "1 to 2"), ("3", "1 to 3")])
def test_of_a_line_that_is_too_many(most: str, lines: str) -> None:
    known = engine(Program.build((), {"max_lines": most})).vocabulary
    (fault,) = read_text("received(4, folfox).", "p", known).faults
    assert str(fault) == f"p:1:10: the line of received must be {lines}, not 4."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({5: 1}, "a key must be text, not 5."),
        (
            {"history": {1}},
            "history must be a list of lines of treatment, not a value of type set.",
        ),
        (
            {"history": [{5: 1, "received": ["hai"]}]},
            'history[0]."5" is none of received, stopped, toxic; use one of these, and give rules '
            "of your own by --with.",
        ),
        (
            {"history": [{None: 1, "received": ["hai"]}]},
            "history[0].null is none of received, stopped, toxic; use one of these, and give rules "
            "of your own by --with.",
        ),
        ({"age": {1, 2}}, "age must be 18 to 120, not a value of type set."),
    ],
)
def test_of_a_mapping(given: Any, said: str, vocabulary: Vocabulary) -> None:
    (fault,) = read_mapping(given, vocabulary).faults
    assert str(fault) == f"patient: {said}"


def test_of_symbols(vocabulary: Vocabulary) -> None:
    terms = ['"left"', f'"{LONG}b"', "f(1)", "(1, 2)", "-left", "#inf", "1"]
    facts = [*(f"side({term})" for term in terms), "-age(54)", "5", "age(54, 55)"]
    base = read_symbols(map(clingo.parse_term, facts), vocabulary)
    no_fact = "this is not a fact: write name(value)."
    assert [*map(str, base.faults)] == [
        f'facts: {SIDE}"left"; write left without quotation marks.',
        f'facts: {SIDE}"{LONG}...".',
        f"facts: {SIDE}f(...).",
        f"facts: {SIDE}a tuple.",
        f"facts: {SIDE}-left.",
        f"facts: {SIDE}a limit of the order of terms.",
        f"facts: {SIDE}1.",
        f"facts: -age(54): {no_fact}",
        f"facts: 5: {no_fact}",
        "facts: age takes 1 argument, not 2; write it as in age(18).",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "none.lp",
            None,
            "none.lp: this cannot be read (No such file or directory); give a file of facts.",
        ),
        (
            "bad.lp",
            b"age(54).\n\xff",
            "bad.lp:2:1: this is not text in UTF-8; save it as plain UTF-8 text.",
        ),
        ("bad.lp", b"\0\xff", "bad.lp: this is not text in UTF-8; save it as plain UTF-8 text."),
        ("a\nb.lp", b"age(5).", "a\\nb.lp:1:5: age must be 18 to 120, not 5."),
        (".", None, ".: this cannot be read (it is a directory); give a file of facts."),
    ],
)
def test_of_a_file(
    name: str,
    content: bytes | None,
    said: str,
    vocabulary: Vocabulary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content:
        Path(name).write_bytes(content)
    (fault,) = read_path(name, vocabulary).faults
    assert str(fault) == said


# ---- what is no JSON, against the library ------------------------------------------------------

WHOLE = '{"side": "l\\u00e4\\n", "history": [{"received": ["hai", true]}, -1.5e3], "age": 54}'
PIECES = [
    "",
    '"',
    "\\",
    "\\u12",
    "\\x",
    "\n",
    "\t",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "1",
    ".",
    "e",
    "nul",
    "-",
]
CHANGES = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 3), st.sampled_from(PIECES))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(CHANGES)
@example((1, 0, ","))
@example((len(WHOLE), 0, "]"))
def test_of_what_is_no_json(change: tuple[int, int, str]) -> None:
    """The same fault at the same place as Python's own library finds."""
    at, removed, piece = change
    text = WHOLE[:at] + piece + WHOLE[at + removed :]
    error = refusal(text)
    if error is None or not text.startswith("{"):
        return  # what begins otherwise is read as facts
    (fault,) = read_text(text, "p", VOCABULARY).faults
    said = re.fullmatch(r"this is not valid JSON \((.*)\); correct it here.*", fault.message)
    assert said is not None
    if "comma" not in error.msg:  # which Python says since 3.13
        assert (said[1], str(fault.place)) == (error.msg, f"p:{error.lineno}:{error.colno}")


def refusal(text: str) -> json.JSONDecodeError | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error
    return None
