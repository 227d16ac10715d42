"""What a fact file may hold, and what is refused with which place and words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import clingo
import pytest
import refusals
from declared import places, written
from hypothesis import example, given, settings
from hypothesis import strategies as st
from words import VOCABULARY

from crcasp.facts import FactBase, read_path, read_symbols, read_text
from crcasp.program.vocabulary import Vocabulary

MEBIBYTE = 1 << 20
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", []),
        ("% nothing but a comment", []),
        ("age(54). side(left).", ["age(54)", "side(left)"]),
        ("age( 54 )\n.", ["age(54)"]),
        ("age((54)).", ["age(54)"]),
        ("age(54). age(54).", ["age(54)"]),
        ("\ufeffage(54).\r\nside(left).\r\n", ["age(54)", "side(left)"]),
        ("age(54). % ecog(1). “é”\nside(left).", ["age(54)", "side(left)"]),
        ("%* a %* nested *% . *% age(54).", ["age(54)"]),
        ("age(%* here *%54).", ["age(54)"]),
        ("received(1, (folfox; hai)).", ["received(1,folfox)", "received(1,hai)"]),
        ("received((1;2), hai).", ["received(1,hai)", "received(2,hai)"]),
        ("received(1, hai; 2, tace).", ["received(1,hai)", "received(2,tace)"]),
        ("received(1..2, hai).", ["received(1,hai)", "received(2,hai)"]),
        ("contraindicated(s1; hai).", ["contraindicated(s1)", "contraindicated(hai)"]),
        ("unavailable(anti_vegf). stopped(1, toxicity).", None),
        ("toxic(1, (s1; anti_egfr)).", ["toxic(1,s1)", "toxic(1,anti_egfr)"]),
        ("received(1, (resection; other_systemic; fluorouracil; encorafenib)).", None),
        ("braf_v600e(yes). kras_g12c(no). her2(positive). unavailable(anti_her2).", None),
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


@pytest.mark.parametrize(("text", "place", "words"), refusals.FACTS)
def test_refused(text: str, place: str, words: str, vocabulary: Vocabulary) -> None:
    base = read_text(text, "p.lp", vocabulary)
    assert places(base) == [f"p.lp:{place}"]
    assert words in base.faults[0].message
    assert base.faults[0].message[-1] in ".?"


def test_all_faults_of_a_text_together(vocabulary: Vocabulary) -> None:
    """Each refused text on a line of its own leaves its fault, and a fact after it is read."""
    whole_line = [
        row
        for row in refusals.FACTS
        if not {"\n", "\r"} & set(row[0]) and row[0].endswith((".", "]"))
    ]
    asp = [row for row in whole_line if not row[0].startswith(("{", "%"))]
    text = "".join(f"{row[0]}\nmsi(high).\n" for row in asp)
    base = read_text(text, "p.lp", vocabulary)
    expected = [(f"p.lp:{2 * i + 1}:{row[1].split(':')[1]}") for i, row in enumerate(asp)]
    assert places(base) == expected
    assert "msi(high)" in written(base)


def test_a_fact_right_after_a_fault_is_read(vocabulary: Vocabulary) -> None:
    base = read_text("age(5 5).side(left).", "p.lp", vocabulary)
    assert (places(base), written(base)) == (["p.lp:1:1"], ["side(left)"])


def test_a_lone_carriage_return_hides_no_fault(vocabulary: Vocabulary) -> None:
    base = read_text("age(17). % remark\rside(up).\r\necog(9).", "p.lp", vocabulary)
    assert places(base) == ["p.lp:1:18", "p.lp:1:5", "p.lp:1:24", "p.lp:2:6"]


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
    "long pool of a line": "received(1, (" + "a;" * 500_000 + "a)).",
    "nested terms": "a(" * (MEBIBYTE // 2),
    "nested terms of a fact": "age(a(" * (MEBIBYTE // 6),
    "bars": "age(" + "|" * (MEBIBYTE - 4),
    "tildes": "age(" + "-~" * (MEBIBYTE // 2 - 2),
    "many faults": "side(lefft).\n" * 80_000,
    "many rules": "a:-b." * 100_000,
    "many facts without a full stop": "age(54) " * 100_000,
    "many arithmetic terms": "age(a+b).\n" * 100_000,
    "one line of rules": "a:-b," * (MEBIBYTE // 5),
    "comments to skip": "age(: " + "%* %* *% *%" * 50_000,
    "deep comments": "%*" * 200_000 + "*%" * 200_000 + "x(1).",
    "JSON deep value": '{"age":' + "[" * 100_000 + "]" * 100_000 + "}",
    "JSON keys": "{" + ",".join(f'"k{i}":1' for i in range(80_000)) + "}",
    "JSON objects": '{"history": [' + "{}," * 300_000 + "{}]}",
    "signs": "@" * MEBIBYTE,
    "not ASCII": "é" * MEBIBYTE,
    "NUL": "age(54).\0",
    "surrogate": "\ud800",
    "too large": "a" * (MEBIBYTE + 1),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_one_fault_at_once(text: str, vocabulary: Vocabulary) -> None:
    start = time.process_time()
    base = read_text(text, "p.lp", vocabulary)
    assert time.process_time() - start < 20  # far below, unless something is quadratic
    assert not base.facts
    assert len(base.faults) == 1
    assert len(str(base.faults[0])) < 1000


def test_brackets_are_read_eight_deep(vocabulary: Vocabulary) -> None:
    deep = "age(" + "(" * 7 + "54" + ")" * 7 + ")."
    assert written(read_text(deep, "p.lp", vocabulary)) == ["age(54)"]
    deeper = read_text(deep.replace("54", "(54)"), "p.lp", vocabulary)
    assert places(deeper) == ["p.lp:1:1"]
    assert deeper.faults[0].message == refusals.NO_FACT


@pytest.mark.slow
def test_many_faults_at_once(vocabulary: Vocabulary) -> None:
    text = "".join(f"received(1, folfx{i}).\n" for i in range(1999))
    start = time.process_time()
    assert len(read_text(text, "p.lp", vocabulary).faults) == 1999
    assert time.process_time() - start < 20


WORDS = (
    *("age", "side", "received", "54", "1", "left", "hai", "(", ")", ";", ",", "..", ".", ". "),
    *("%", "%*", "*%", "\n", '"', "\\", "X", "_", "'", "-", "not ", ":-", "{", "}", "#script"),
    *("#end", "@", "&", "|", "é", "\r", "[", "]", ":", "1.5", "=", "<", "\t", "$", "age(54)."),
)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map("".join))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    base = read_text(text, "p.lp", VOCABULARY)
    assert isinstance(base, FactBase)
    assert all(fault.place and fault.message for fault in base.faults)


def facts_by_clingo(text: str) -> set[str]:
    """The facts of a text as clingo itself reads it."""
    control = clingo.Control(logger=lambda code, message: None)
    control.add("base", [], text)
    control.ground([("base", [])])
    return {str(atom.symbol) for atom in control.symbolic_atoms if atom.is_fact}


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "hai"]), max_size=12))
def test_what_is_accepted_is_what_clingo_reads(words: list[str]) -> None:
    """A text without a fault holds the same facts for clingo, comments and all."""
    text = "".join(words)
    base = read_text(text, "p.lp", VOCABULARY)
    if not base.faults and not text.lstrip().startswith(("{", "[")):
        assert set(written(base)) == facts_by_clingo(text)


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


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.lists(STATED | OTHER, max_size=4).map("".join))
@example("received((1; 2), (folfox; hai)).% remark\n%* %* nested *% *%kras(mutant).")
@example("age(007).")
@example("kras(mutant)..")
@example("kras(mutant);kras(mutant).")
def test_what_clingo_reads_as_facts_of_a_patient_is_accepted(text: str) -> None:
    try:
        facts = facts_by_clingo(text)
    except RuntimeError:
        assert read_text(text, "f", VOCABULARY).faults
        return
    known = read_symbols(map(clingo.parse_term, facts), VOCABULARY)
    base = read_text(text, "f", VOCABULARY)
    refused = base.faults[0].message if base.faults else ""
    # A disjunction is a fact to clingo where its parts are the same.
    alternatives = refused == refusals.NO_FACT and re.search(r"\)[^()]*;", text)
    assert bool(refused) == bool(known.faults) or "stands for" in refused or alternatives
    if not base.faults:
        assert set(written(base)) == facts


def test_the_parser_of_clingo_meets_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one of the functions of clingo that parse is called."""

    def parse(*_: object, **__: object) -> None:
        raise AssertionError("text that is not trusted is parsed by clingo")

    for name in ("parse_term", "Control", "ast.parse_string", "ast.parse_files"):
        monkeypatch.setattr(f"clingo.{name}", parse)
    for text, place, _ in refusals.FACTS:
        assert places(read_text(text, "p.lp", VOCABULARY)) == [f"p.lp:{place}"]
    assert written(read_text("received(1..2, (hai; tace)).", "p.lp", VOCABULARY))


def test_what_is_seldom_needed_is_not_imported() -> None:
    """Reading a file without a fault takes no module but those that clingo has loaded."""
    program = (
        "import sys, clingo; before = set(sys.modules)\n"
        "from declared import VOCABULARY as v; from crcasp.facts import read_text\n"
        "assert not read_text('age(54). received(1, (hai; tace)).', 'p.lp', v).faults\n"
        "print(*set(sys.modules) - before)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "crcasp" in loaded
    assert loaded.isdisjoint({"dataclasses", "difflib", "json", "unicodedata"})
