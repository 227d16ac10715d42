"""What a fact file may hold, and what is refused with which place and words."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import clingo
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crcasp.errors import Fault, InputError, Place
from crcasp.facts import FactBase, merge, read_mapping, read_path, read_symbols, read_text
from crcasp.program.vocabulary import Vocabulary

LP = Path(__file__).parents[2] / "lp" / "vocabulary.lp"
MEBIBYTE = 1 << 20


def make_vocabulary() -> Vocabulary:
    control = clingo.Control()
    control.add("base", [], LP.read_text(encoding="utf-8") + "\n#defined s1_used_in/1.")
    control.ground([("base", [])])

    def rows(name: str, arity: int) -> list[list[clingo.Symbol]]:
        return [x.symbol.arguments for x in control.symbolic_atoms.by_signature(name, arity)]

    def names(name: str) -> tuple[str, ...]:
        return tuple(row[0].name for row in rows(name, 1))

    findings: dict[str, tuple[str | int, ...]] = {}
    for finding, value in rows("value", 2):
        is_number = value.type == clingo.SymbolType.Number
        plain = value.number if is_number else value.name
        findings[finding.name] = (*findings.get(finding.name, ()), plain)
    return Vocabulary(
        findings=findings,
        therapies=names("therapy_name"),
        reasons=names("stop_reason"),
        agents=names("agent"),
        limits=names("limitable"),
        lines=max(row[0].number for row in rows("line", 1)),
        meanings={key.name: text.string for key, text in rows("means", 2)},
    )


VOCABULARY = make_vocabulary()


@pytest.fixture
def vocabulary() -> Vocabulary:
    return VOCABULARY


def written(base: FactBase) -> list[str]:
    return [str(fact) for fact in base.facts]


def places(base: FactBase) -> list[str]:
    return [str(fault.place) for fault in base.faults]


# ---- accepted -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", []),
        ("% nothing but a comment", []),
        ("age(54). side(left).", ["age(54)", "side(left)"]),
        ("age( 54 )\n.", ["age(54)"]),
        ("age((54)).", ["age(54)"]),
        ("age(0x36).", ["age(54)"]),
        ("age(54). age(54).", ["age(54)"]),
        ("\ufeffage(54).\r\nside(left).\r\n", ["age(54)", "side(left)"]),
        ("age(54).\rside(left).", ["age(54)", "side(left)"]),
        ("age(54). % ecog(1). “é”\nside(left).", ["age(54)", "side(left)"]),
        ("%* a %* nested *% . *% age(54).", ["age(54)"]),
        ("age(%* here *%54).", ["age(54)"]),
        ("received(1, (folfox; hai)).", ["received(1,folfox)", "received(1,hai)"]),
        ("received((1;2), hai).", ["received(1,hai)", "received(2,hai)"]),
        ("received(1, hai; 2, tace).", ["received(1,hai)", "received(2,tace)"]),
        ("received(1..2, hai).", ["received(1,hai)", "received(2,hai)"]),
        ("contraindicated(s1; hai).", ["contraindicated(s1)", "contraindicated(hai)"]),
        ("unavailable(anti_vegf). stopped(1, toxicity).", None),
        ("toxic(1, (s1; tace)).", ["toxic(1,s1)", "toxic(1,tace)"]),
        ("side(left). side(right).", ["side(left)", "side(right)"]),
        ('{"age": 54}', ["age(54)"]),
        ('\ufeff% a comment\n %* more *% {"age": 54}', ["age(54)"]),
        ("{}", []),
    ],
)
def test_accepted(text: str, facts: list[str] | None, vocabulary: Vocabulary) -> None:
    base = read_text(text, "p.lp", vocabulary)
    assert not base.faults
    if facts is not None:
        assert written(base) == facts


def test_place_of_each_fact(vocabulary: Vocabulary) -> None:
    base = read_text("% é\nage(54). side(left).\nage(54).", "p.lp", vocabulary)
    assert [str(place) for place in base.facts.values()] == ["p.lp:2:1", "p.lp:2:10"]


# ---- refused --------------------------------------------------------------------------

REFUSED = [
    ("age(54) :- side(left).", "1:1", "rule"),
    ("age(X) :- side(X).", "1:1", "rule"),
    (":- side(left).", "1:1", "constraint"),
    ("{side(left)}.", "1:1", "choice"),
    ("1 {side(left)} 1.", "1:1", "choice"),
    ("side(left); side(right).", "1:1", "disjunction"),
    ("side(left) | side(right).", "1:1", "disjunction"),
    (":~ side(left). [1@2]", "1:1", "weak constraint"),
    ("&diff { a - b } <= 3.", "1:1", "theory atom"),
    ("\n  #script (python)\nimport os.\n#end.", "2:3", "#script"),
    ('#include "other.lp".', "1:1", "#include"),
    ("#include <incmode>.", "1:1", "#include"),
    ("#const n = 5.", "1:1", "#const"),
    ("#show.", "1:1", "#show"),
    ("#external side(left). [true]", "1:1", "#external"),
    ("#program base.", "1:1", "#program"),
    ("age(#inf).", "1:5", "#inf"),
    ("age(X).", "1:5", "variable"),
    ("age(_).", "1:5", "variable"),
    ("Age(54).", "1:1", "capital"),
    ("-age(54).", "1:1", "negated"),
    ("not age(54).", "1:1", "negated"),
    ("age(50+4).", "1:5", "arithmetic"),
    ("age(|54|).", "1:5", "arithmetic"),
    ("age(@f(1)).", "1:5", "@-term"),
    ("age(18..120).", "1:5", "103 facts"),
    ("received((1..9), (hai;tace;folfox;folfiri;capox;sox;iris;hai)).", "1:1", "72 facts"),
    ("received(1..64, folfox).", "1:10", "1 to 20, not 21"),
    ("received(2..1, folfox).", "1:10", "no number"),
    ("age(a..b).", "1:5", "interval"),
    ("agee(54).", "1:1", "did you mean age?"),
    ("zzz(54).", "1:1", "none of"),
    ("age(54, 55).", "1:1", "1 argument, not 2"),
    ("age.", "1:1", "1 argument, not 0"),
    ("received(folfox).", "1:1", "2 arguments, not 1"),
    ("age(17).", "1:5", "18 to 120, not 17"),
    ("age(-5).", "1:5", "18 to 120, not -5"),
    ('age("54").', "1:5", "without quotation marks"),
    ("age(fifty).", "1:5", "18 to 120, not fifty"),
    ("ecog(5).", "1:6", "0 to 4"),
    ("side(lefft).", "1:6", "left or right, not lefft; did you mean left?"),
    ('side("left").', "1:6", "write left without quotation marks"),
    ("side(1).", "1:6", "left or right, not 1"),
    ("kras(wild-type).", "1:6", "did you mean wild_type?"),
    ("kras(-mutant).", "1:6", "not -mutant"),
    ("side(f(left)).", "1:6", "not f(...)"),
    ("side((left, right)).", "1:7", "a tuple"),
    ("received(0, folfox).", "1:10", "the line of received"),
    ("received(first, folfox).", "1:10", "the line of received"),
    ("received(1, folfx).", "1:13", "did you mean folfox?"),
    ("stopped(1, progress).", "1:12", "did you mean progression?"),
    ("toxic(0, s1).", "1:7", "the line of toxic must be 1 to 20"),
    ("toxic(oxaliplatin).", "1:1", "2 arguments, not 1"),
    ("toxic(1, oxaliplatine).", "1:10", "did you mean oxaliplatin?"),
    ("toxic(1, folfox).", "1:10", "toxic must be floxuridine, fluorouracil"),
    ("toxic(1, hai).", "1:10", "not hai"),
    ("toxic(1, anti_egfr).", "1:10", "not anti_egfr"),
    ("unavailable((hai;\n haj)).", "2:2", "unavailable must be"),
    ("age(54", "1:1", "full stop"),
    ("side(left)\necog(1).", "1:11", "full stop is missing"),
    ("age(54,).", "1:8", ") is not expected"),
    ("%* x *%\nage(54)).", "2:8", ") is not expected"),
    ("age(54.5).", "1:5", "whole number"),
    ("age(99999999999).", "1:5", "larger"),
    ("age(0xffffffffffff).", "1:5", "larger"),
    ("age(4294967350).", "1:5", "larger"),
    ("age(“54”).", "1:5", "LEFT DOUBLE QUOTATION MARK"),
    ("\N{NO-BREAK SPACE}age(54).", "1:1", "NO-BREAK SPACE"),
    ('side("left).', "1:6", "does not end"),
    ("%* never closed", "1:1", "never closed"),
    ("age(54). %* %* *%", "1:10", "never closed"),
    ("1 < 2.", "1:1", "not a fact"),
    ('{"age": 54,\n  }', "2:3", "JSON"),
    ('% c\n{"age" 54}', "2:8", "JSON"),
]


@pytest.mark.parametrize(("text", "place", "words"), REFUSED)
def test_refused(text: str, place: str, words: str, vocabulary: Vocabulary) -> None:
    base = read_text(text, "p.lp", vocabulary)
    assert places(base) == [f"p.lp:{place}"]
    assert words in base.faults[0].message
    assert base.faults[0].message[-1] in ".?"


def test_all_faults_of_a_text_together(vocabulary: Vocabulary) -> None:
    """Each refused text on a line of its own leaves its fault, and a fact after it is read."""
    whole_line = [row for row in REFUSED if "\n" not in row[0] and row[0].endswith((".", "]"))]
    asp = [row for row in whole_line if not row[0].startswith(("{", "%"))]
    text = "".join(f"{row[0]}\nmsi(high).\n" for row in asp)
    base = read_text(text, "p.lp", vocabulary)
    expected = [(f"p.lp:{2 * i + 1}:{row[1].split(':')[1]}") for i, row in enumerate(asp)]
    assert places(base) == expected
    assert "msi(high)" in written(base)


def test_every_value_of_a_pool_is_judged(vocabulary: Vocabulary) -> None:
    base = read_text("received((1;0), (hai;hay)).", "p.lp", vocabulary)
    assert places(base) == ["p.lp:1:13", "p.lp:1:22"]
    assert written(base) == ["received(1,hai)"]


def test_nothing_is_included_or_run(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "other.lp").write_text("side(left).")
    mark = tmp_path / "mark"
    path = tmp_path / "p.lp"
    path.write_text(
        f'#include "{tmp_path}/other.lp".\n#include "other.lp".\n'
        f"#script (python)\nopen({str(mark)!r}, 'w')\n#end.\nage(@f(1))."
    )
    base = read_path(path, vocabulary)
    assert not base.facts
    assert len(base.faults) == 4
    assert not mark.exists()


# ---- hostile --------------------------------------------------------------------------

HOSTILE = {
    "deep term": "age(" + "f(" * 5000 + "1" + ")" * 5000 + ").",
    "parentheses": "(" * MEBIBYTE,
    "brackets": "[" * MEBIBYTE,
    "braces": "{" * MEBIBYTE,
    "closing": ")" * MEBIBYTE,
    "deep JSON": '{"a":' * 200_000,
    "minus signs": "-" * MEBIBYTE,
    "dots": "." * MEBIBYTE,
    "spaced dots": ". " * (MEBIBYTE // 2),
    "quotation marks": '"' * MEBIBYTE,
    "escapes": '\\"' * (MEBIBYTE // 2),
    "open string": '"' + '\\"' * (MEBIBYTE // 2 - 1),
    "open comments": "%*" * (MEBIBYTE // 2),
    "underscores": "_" * MEBIBYTE,
    "primes": "'" * MEBIBYTE,
    "one word": "a" * (MEBIBYTE - 1) + ".",
    "one number": "1" * MEBIBYTE,
    "JSON number": '{"age": ' + "1" * 100_000 + "}",
    "JSON list": '{"unavailable": [' + '"a",' * 200_000 + '"a"]}',
    "many facts": "age(54).\n" * 100_000,
    "one long pool": "age(" + "54;" * 300_000 + "54).",
    "huge interval": "received(-2147483647..2147483647, folfox).",
    "long rule": "a :- " + "b, " * 300_000 + "c.",
    "signs": "@" * MEBIBYTE,
    "not ASCII": "é" * MEBIBYTE,
    "NUL": "age(54).\0",
    "surrogate": "\ud800",
    "too large": "a" * (MEBIBYTE + 1),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_one_fault_at_once(text: str, vocabulary: Vocabulary) -> None:
    start = time.perf_counter()
    base = read_text(text, "p.lp", vocabulary)
    assert time.perf_counter() - start < 5  # far below, unless something is quadratic
    assert not base.facts
    assert len(base.faults) == 1
    assert len(str(base.faults[0])) < 1000


def test_many_faults_at_once(vocabulary: Vocabulary) -> None:
    text = "".join(f"received(1, folfx{i}).\n" for i in range(1999))
    start = time.perf_counter()
    assert len(read_text(text, "p.lp", vocabulary).faults) == 1999
    assert time.perf_counter() - start < 2


# ---- files ----------------------------------------------------------------------------


def test_file_with_place(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "patient.json"
    path.write_text("age(54).\nside(lefft).")
    base = read_path(path, vocabulary)
    assert written(base) == ["age(54)"]
    assert places(base) == [f"{path}:2:6"]


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"age(54).\nside(\xff).", ":2:6", "UTF-8"),
        ("age(54).".encode("utf-16"), "", "UTF-8"),
        (b"\x7fELF\0\0", "", "NUL"),
        (b" " * (MEBIBYTE + 1), "", "1 MiB"),
    ],
)
def test_file_content_refused(
    content: bytes, place: str, words: str, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    path = tmp_path / "p.lp"
    path.write_bytes(content)
    base = read_path(path, vocabulary)
    assert words in base.faults[0].message
    assert len(base.faults) == 1
    assert places(base)[0].startswith(f"{path}{place}")


def test_path_refused(tmp_path: Path, vocabulary: Vocabulary) -> None:
    os.mkfifo(tmp_path / "fifo")
    refused: list[tuple[str | Path, str]] = [
        (tmp_path, "directory"),
        (tmp_path / "missing", "cannot be read"),
        (tmp_path / "fifo", "regular file"),
        ("/dev/zero", "regular file"),
        ("a\0b", "cannot be read"),
        ("", "cannot be read"),
    ]
    for path, words in refused:
        base = read_path(path, vocabulary)
        assert len(base.faults) == 1
        assert words in base.faults[0].message
        assert "\0" not in str(base.faults[0])


def test_pipe_handed_over(vocabulary: Vocabulary) -> None:
    reader, writer = os.pipe()

    def write() -> None:
        time.sleep(0.05)
        os.write(writer, b"age(54).")
        os.close(writer)

    thread = threading.Thread(target=write)
    thread.start()
    base = read_path(f"/dev/fd/{reader}", vocabulary)
    thread.join()
    os.close(reader)
    assert written(base) == ["age(54)"]
    assert not base.faults


@pytest.mark.parametrize("stream", [io.StringIO("age(17)."), None])
def test_standard_input_without_bytes(
    stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary
) -> None:
    monkeypatch.setattr(sys, "stdin", stream)
    assert places(read_path("-", vocabulary))[0].startswith("<stdin>")


def test_standard_input(monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"\xef\xbb\xbfage(54).")))
    assert written(read_path("-", vocabulary)) == ["age(54)"]


def test_merge_keeps_the_first_place(vocabulary: Vocabulary) -> None:
    texts = {"a": "age(54). x.", "b": "side(left). age(54). y."}
    base = merge(read_text(text, source, vocabulary) for source, text in texts.items())
    assert {str(fact): str(place) for fact, place in base.facts.items()} == {
        "age(54)": "a:1:1",
        "side(left)": "b:1:1",
    }
    assert places(base) == ["a:1:10", "b:1:22"]


# ---- mappings and symbols -------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ({"age": True}, "18 to 120, not true"),
        ({"age": "54"}, 'not "54"; write 54 without quotation marks'),
        ({"age": 54.0}, "not 54.0"),
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


def test_json_key_given_twice(vocabulary: Vocabulary) -> None:
    base = read_text('{"age": 54, "age": 55}', "p.json", vocabulary)
    assert "the key age is given twice" in str(base.faults[0])


def test_symbols(vocabulary: Vocabulary) -> None:
    texts = ["age(54)", "received(1,hai)", "side(lefft)", "-age(54)", "5", "(1,2)", "age(f(1))"]
    base = read_symbols([*map(clingo.parse_term, texts), clingo.Infimum], vocabulary)
    assert written(base) == ["age(54)", "received(1,hai)"]
    words = ["did you mean left?", "negated", "5 is not", "a tuple", "f(...)", "is not a fact"]
    for fault, word in zip(base.faults, words, strict=True):
        assert word in fault.message


# ---- errors ---------------------------------------------------------------------------


def test_input_error_lists_faults_by_place() -> None:
    places = [Place("b", 1, 2), Place("a", 10, 1), Place("a", 9), Place("a")]
    error = InputError([Fault(place, "no.") for place in places])
    assert str(error) == "a: no.\na:9: no.\na:10:1: no.\nb:1:2: no."
    assert isinstance(error, ValueError)


# ---- any input ------------------------------------------------------------------------

WORDS = (
    *("age", "side", "received", "54", "1", "left", "hai", "(", ")", ";", ",", "..", ".", ". "),
    *("%", "%*", "*%", "\n", '"', "\\", "X", "_", "'", "-", "not ", ":-", "{", "}", "#script"),
    *("#end", "@", "&", "|", "é", "\r", "[", "]", ":", "1.5", "=", "<", "\t", "$", "age(54)."),
)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
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


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    base = read_text(text, "p.lp", VOCABULARY)
    assert isinstance(base, FactBase)
    assert all(fault.place and fault.message for fault in base.faults)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_any_mapping(patient: dict[str, object]) -> None:
    base = read_mapping(patient, VOCABULARY)
    assert all(fact.name in (*VOCABULARY.findings, *MANY) for fact in base.facts)


MANY = ("received", "stopped", "toxic", "contraindicated", "unavailable")


def facts_by_clingo(text: str) -> set[str]:
    """The facts of a text as clingo itself reads it."""
    control = clingo.Control(logger=lambda code, message: None)
    control.add("base", [], text)
    control.ground([("base", [])])
    return {str(atom.symbol) for atom in control.symbolic_atoms if atom.is_fact}


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([w for w in WORDS if w != "\r"] + ["age(54).", "hai"]), max_size=12)
)
def test_what_is_accepted_is_what_clingo_reads(words: list[str]) -> None:
    """A text without a fault holds the same facts for clingo, comments and all."""
    text = "".join(words)
    base = read_text(text, "p.lp", VOCABULARY)
    if not base.faults and not text.lstrip().startswith(("{", "[")):
        assert set(written(base)) == facts_by_clingo(text)


# ---- the quick way for plain facts is the way of the parser ---------------------------------

PREDICATES = st.sampled_from(("received", "stopped", "toxic", "age", "kras", "not", "folfax"))
TERMS = st.sampled_from(
    ("folfox", "mutant", "progression", "1", "2", "007", "54", "0", "1234567890", "not", "X", "_")
)
POOLS = st.lists(TERMS, min_size=1, max_size=9).map("; ".join).map("({})".format)
ITEMS = st.lists(TERMS | POOLS, min_size=1, max_size=2).map(", ".join)
LINES = "1; 2; 3; 4; 5; 6; 7; 8; 9"
ENDS = st.sampled_from((".", ". ", ".\n", "..", ""))
STATED = st.tuples(PREDICATES, ITEMS, ENDS).map(lambda parts: "{}({}){}".format(*parts))
OTHER = st.sampled_from((" ", "\n", "% remark\n", "%* remark *%", "kras(mutant).", "(", ";", "@f"))


@settings(max_examples=400)
@given(st.lists(STATED | OTHER, max_size=4).map("".join))
@example(f"received(({LINES}), (folfox; capox; sox; iris; capiri; hai; tace; folfiri)).")
def test_plain_facts_are_read_as_the_parser_reads_them(text: str) -> None:
    quick = read_text(text, "f", VOCABULARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crcasp.facts.sources._fill_plain", lambda *_: False)
        parsed = read_text(text, "f", VOCABULARY)
    assert list(quick.facts.items()) == list(parsed.facts.items())
    assert quick.faults == parsed.faults
