"""What is wrong with an overlay: each fault with its place, and nothing of what is in order."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import clingo
import pytest
from clingo import ast
from hypothesis import given, settings
from hypothesis import strategies as st

import crcasp
from crcasp import OverlayError, UsageError, cli, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program, main_paths, program_directory
from crcasp.program.flaws import FLAWS, OverlayCheck
from crcasp.program.syntax import signatures_of
from crcasp.questions.check import check

SOUND = 'statement("Z", first, benefit). text("Z", "more"). offers("Z", b, capecitabine).'
BARS = 'exclusion("X9", "none"). bars("X9", k, anti_egfr). needs("X9", k, side, right).'
BLOCKS = Path(__file__).with_name("faulty_overlays.txt").read_text(encoding="utf-8").split("\n\n")
OWN_FILES = ("vocabulary", "interpretations", "table")
EXAMPLES = Path(__file__).parents[2] / "examples" / "overlays" / "since_2019"


def case(block: str) -> tuple[str, list[str]]:
    """The text of a faulty overlay, and what is wrong with it."""
    lines = block.strip("\n").split("\n")
    text = "\n".join(line for line in lines if not line.startswith("=> "))
    text = re.sub("^SOUND$", SOUND, re.sub("^BARS$", BARS, text, flags=re.M), flags=re.M)
    return text, [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]


CASES = [case(block) for block in BLOCKS[1:]]


def program(*texts: str) -> Program:
    return Program(tuple((f"overlay{number}.lp", text) for number, text in enumerate(texts)))


def faults(*texts: str) -> list[str]:
    """All that is wrong with overlays."""
    try:
        OverlayCheck(program(*texts)).checked()
    except OverlayError as error:
        return [str(fault).removeprefix("overlay0.lp:") for fault in error.faults]
    return []


@pytest.mark.one_in(16)
@pytest.mark.parametrize(("text", "said"), CASES, ids=[said[0] for _, said in CASES])
def test_each_fault_is_said_with_its_place(text: str, said: list[str]) -> None:
    assert faults(text) == said


def test_the_parts_of_the_faulty_ones_are_in_order() -> None:
    assert faults(SOUND, BARS) == []


# ---- what is in order -----------------------------------------------------------------

IN_ORDER = [
    "",
    "% a remark, \u00e4",
    SOUND + 'needs("Z", b, side, left). needs("Z", b, age, at_most(younger_age)).',
    SOUND + 'needs("Z", b, failed(oxaliplatin), yes). needs("Z", b, stopped(1), completed).',
    SOUND + 'offers("Z", c, folfox) :- in_force("I9"). needs("Z", c, ras, mutant).',
    SOUND + 'regraded("Z", b, considered) :- received(1, folfox).'
    ' regraded("Z", b, recommended) :- received(1, folfiri).',
    SOUND + 'needs("Z", b, side, left) :- received(L, folfox), L > 1.',
    'exclusion("X9", "x"). bars("X9", k, folfox) :- received(3, _).',
    'exclusion("X9", "x"). bars("X9", k, folfox) :- 4 <= #count { L : chemotherapy(L) }.',
    SOUND + 'needs("Z", b, ecog, at_most(N)) :- own(N). own(1..2). reference("Z", (1; 2)).',
    'statement("Z", first, benefit). text("Z", "z"). reuses("Z", again).',
    'exclusion("X9", "x"). bars("X9", k, fizz). needs("X9", k, side, left). regimen(fizz).',
    'exclusion("X9", "x"). bars("X9", k, folfox). lowers("X9", l, folfiri, considered).',
    SOUND + 'needs("Z", b, age, at_least(60)). needs("Z", b, age, at_most(60)). year("Z", 2020).',
    SOUND + 'year("N", 2020). notice("N", "more") :- is(ras, mutant).',
    'exclusion("X9", "x"). bars_pair("X9", "X9"). never_together("X9", hai, by("1")).',
    SOUND + 'needs("Z", b, failed(folfox_like), no). member(folfox_like, oxaliplatin).',
    'rests_on(("X2", "1"), "I8"). rests_on(value("13", disease_extent, liver_only), "I8").',
    'exclusion("X9", "x"). bars_pair("X9", "Z"). never_together("Z", anti_vegf, oxaliplatin).'
    ' text("Z", "z").',
    'interpretation("I31", "mine"). rests_on("1", "I31"). withdrawn("I31").',
    'regimen(fizz). composed(fizz, (capecitabine; fizzin)). label(fizzin, "Fizz").'
    " member(fizzy, fizzin).",
    "value(stage, (iii; iv)). given(stage, V, stage(V)) :- stage(V). #defined stage/1."
    ' means(stage, "stage"). label(iii, "III").',
    'label(folfox, "Folfox"). means(kras, "KRAS").',
    "s1_used_in(taiwan). rank(strong, 4).",
    'statement("1", first, recommended). offers("1", any, capox). regraded("1", any, benefit).',
    "country(japan).",
    ":- not regimen_chosen(_).",
    ":- received(1, folfox), is(side, left).",
    "mine :- not regimen_chosen(_). :- mine, recommended(hai).",
    'needs("1", any, side, left) :- not withdrawn("I9"), not in_force("I10").',
    '#const youth = 40. needs("1", any, age, at_most(youth)).',
    *(
        path.read_text(encoding="utf-8")
        for path in (EXAMPLES / "beacon.lp", EXAMPLES / "keynote_177.lp")
    ),
]


# What hangs on a verdict is grounded with the whole table for anyone, which takes its time.
ON_A_VERDICT = [
    'notice("N", "in words") :- eligible(hai), not because(hai, "5").',
    ":- eligible(hai), is(ras, mutant).",
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("text", [*IN_ORDER, *ON_A_VERDICT])
def test_what_is_in_order_has_no_fault(text: str) -> None:
    assert faults(text) == []


def test_all_interpretations_may_be_withdrawn() -> None:
    """The table itself has no flaw, whatever is taken back; of each alone `test_table` asks."""
    assert faults(" ".join(f'withdrawn("I{number}").' for number in range(1, 23))) == []


@pytest.mark.slow
def test_the_table_is_an_overlay_in_order() -> None:
    """Each name that the program states is one that its own check knows."""
    texts = [
        Path(program_directory(), f"{name}.lp").read_text(encoding="utf-8") for name in OWN_FILES
    ]
    said = faults(*(re.sub("^#const.*$", "", text, flags=re.M) for text in texts))
    derived = "is a predicate of the program: choose another name."
    assert [fault for fault in said if not fault.endswith(derived)] == []


# ---- several overlays -------------------------------------------------------------------


def test_two_that_regrade_one_branch_are_both_at_fault() -> None:
    said = "has more than one grade: keep the one that is right."
    texts = (SOUND + '\nregraded("1", any, benefit).', '\n  regraded("1", any, considered).')
    assert faults(*texts) == [f'2:1: ("1",any) {said}', f'overlay1.lp:2:3: ("1",any) {said}']


def test_one_may_complete_another() -> None:
    parts = SOUND.split(". ")
    assert faults(*(f"{part.removesuffix('.')}." for part in parts)) == []
    assert len(faults(f"{parts[0]}.", f"{parts[2]}")) == 1


def test_a_file_that_includes_another_is_refused(tmp_path: Path) -> None:
    """And the other is not read, or else clingo would say what is wrong with it."""
    (tmp_path / "other.lp").write_text("a b")
    overlay = tmp_path / "overlay.lp"
    for name in (f'"{tmp_path / "other.lp"}"', "<incmode>"):
        overlay.write_text(f"% #include\n #include {name}.")
        with pytest.raises(OverlayError, match=r"lay\.lp:2:2: no other file is read: .*\.$"):
            recommend({}, overlays=[overlay])


def test_a_mark_at_the_beginning_of_a_file_is_named(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text("s1_used_in(taiwan).", encoding="utf-8-sig")
    with pytest.raises(OverlayError, match=r":1:1: .* save the file without a byte order mark"):
        recommend({"country": "taiwan"}, overlays=[overlay])


def test_what_is_no_name_of_a_file_is_refused() -> None:
    for wrong in ([EXAMPLES / "beacon.lp"], 5, None):
        with pytest.raises(UsageError, match=r'write check\("file.lp"\)'):
            check(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("most", ["0", "1"])
def test_fewer_lines_than_are_looked_at(most: str) -> None:
    overlay = (("overlay.lp", SOUND),)
    OverlayCheck(Program(overlay, (("max_lines", most),))).checked()


def test_all_faults_of_all_are_said_at_once() -> None:
    said = faults(
        'offers("Z", b, folfax).', BARS + ' need("1", any, side, left).\n  withdrawn("I77").'
    )
    assert [line.partition(" ")[0] for line in said] == [
        *("1:1:", "1:1:"),
        *("overlay1.lp:1:81:", "overlay1.lp:2:3:"),
    ]


def test_syntax_errors_of_all_are_said_at_once() -> None:
    said = faults("a(", "b(\n.", SOUND)
    assert [line.partition(" ")[0] for line in said] == ["2:1:", "overlay1.lp:2:1:"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('text("1", \u00e4).', "1:11:"),
        ("x\0.", " a NUL is in it"),
        ("% x\ry.", " a carriage return stands alone"),
        ("x(1..2).\n" + "x(" * 200_000 + "1" + ")" * 200_000 + ".", "2: this statement is too"),
        ("x(" * 2000 + "1" + ")" * 2000 + ".", "1:1: this statement is too"),
    ],
)
def test_what_clingo_breaks_down_at(text: str, place: str) -> None:
    assert faults(text)[0].startswith(place)


# ---- wherever an overlay is used ----------------------------------------------------------

OWN = [
    "recommend --with {} -",
    "vocabulary --with {}",
    "audit --with {}",
    "map --format dot --with {}",
]


FURTHER = ["explain --with {} - hai", "compare --with {} - in.lp", "page --with {}"]
FURTHER += ["cohort in.csv -o - --with {}", "cohort in.csv -o - --old {} --format csv"]
NO_TABLE = """{ mine }. s1_used_in(taiwan) :- mine, yours.
yours :- not theirs, chemotherapy(1). theirs :- not yours."""


@pytest.mark.one_in(11)
@pytest.mark.parametrize("command", [*OWN, "check {}", "missing --with {} -", *FURTHER])
def test_every_command_says_the_same(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my overlay.lp"
    path.write_text(BARS + f'\n withdrawn("I88"). {NO_TABLE}', encoding="utf-8")
    assert cli.main([part.format(path) for part in command.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    loop = "hangs on itself through `not`, and may have more than one answer, or none: break the"
    assert err.splitlines() == [
        f"{path}:2:2: I88 is no interpretation, statement or exclusion; did you mean I8?",
        f"{path}:2:20: this leaves more than one answer: write a rule with one atom as its head.",
        f"{path}:3:1: yours {loop} loop.",
        f"{path}:3:39: theirs {loop} loop.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("regimen(a).\n  regimen(b). “x.", r"2:15: clingo says: lexer error, unexpected '\u201c'."),
        (
            "#const k = 1.\n#const k = 2.",
            "2:1: clingo says: redefinition of constant: #const k=2.; constant also defined here; "
            "override it by -c NAME=VALUE.",
        ),
        (
            "offrs(1, b). regimn(a, b). member(1).",
            "1:1: nothing asks for offrs/2; did you mean offers(Statement, Branch, Therapy)?\n"
            "odd:1:2-3: name.lp:1:14: nothing asks for regimn/2; did you mean regimen(Therapy)?\n"
            "odd:1:2-3: name.lp:1:28: nothing asks for member/1; "
            "did you mean member(Class, Agent)?",
        ),
    ],
)
def test_a_place_whatever_the_name(text: str, said: str) -> None:
    name = "odd:1:2-3: name.lp"
    with pytest.raises(OverlayError) as caught:
        OverlayCheck(Program(((name, text),))).checked()
    assert str(caught.value) == f"{name}:{said}"


@pytest.mark.slow
def test_properties_have_places_too(tmp_path: Path) -> None:
    path = tmp_path / "own.lp"
    path.write_text('violation("x") :-\n  nothing_such(X).', encoding="utf-8")
    with pytest.raises(OverlayError, match=re.escape(f"{path}:2:3: clingo says: atom does not")):
        crcasp.audit(properties=[path])


def test_an_error_can_be_pickled() -> None:
    with pytest.raises(OverlayError) as caught:
        engine(program('withdrawn("I88").'))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.faults, str(again)) == (caught.value.faults, str(caught.value))


# ---- the checks themselves ----------------------------------------------------------------


def accusing(nodes: list[str]) -> Iterator[int]:
    """Which statements of a file say of something that it is at fault."""
    for number, node in enumerate(nodes):
        if re.match(r"(flaw|misnamed|no_such|once|fault|reserved|new|between|both)\(", node):
            yield number


def statements(text: str) -> list[str]:
    nodes: list[str] = []
    ast.parse_string(text, lambda node: nodes.append(str(node)))
    return nodes


def found(facts: str, files: dict[str, list[str]]) -> set[str]:
    """What is derived of the facts of an overlay."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], "\n".join([facts, *(node for file in files.values() for node in file)]))
    control.ground([("base", [])])
    kinds = (("fault", 5), ("misnamed", 5))
    return {
        str(atom.symbol) for kind in kinds for atom in control.symbolic_atoms.by_signature(*kind)
    }


@pytest.mark.slow
def test_each_rule_is_missed() -> None:
    """Without any one of the rules, some faulty overlay above is not refused as it should be."""
    directory = Path(program_directory())
    files = {name: statements((directory / name).read_text(encoding="utf-8")) for name in FLAWS}
    read: list[tuple[str, set[str]]] = []
    for text, _ in CASES:
        with suppress(OverlayError, RuntimeError):
            facts = " ".join(f"{fact}." for fact in OverlayCheck(program(text))._facts())
            read.append((facts, found(facts, files)))
    unmissed = []
    for name, nodes in files.items():
        for number in accusing(nodes):
            kept = {**files, name: nodes[:number] + nodes[number + 1 :]}
            read.sort(key=lambda item: not likely(nodes[number], item[1]))
            if all(found(facts, kept) == said for facts, said in read):
                unmissed.append(nodes[number])
    assert unmissed == []


def likely(rule: str, said: set[str]) -> bool:
    """Whether a rule is about this overlay, which is tried first then."""
    return any(text in line for text in re.findall(r'"[^"]{8,}"', rule) for line in said)


def test_the_language_is_what_the_program_knows() -> None:
    overlays = OverlayCheck(program(""))
    known = signatures_of(tuple(main_paths()))
    groups = ("states", "tells", "asks", "asks_fact", "asks_verdict")
    assert {item for item in overlays.language(*groups) if item not in known} == {("year", 2)}
    gone = {(str(name), arity) for name, arity, _ in overlays.declared.facts("gone", 3)}
    assert gone & known == set()


# ---- anything at all ----------------------------------------------------------------------

NAMES = ['"Z"', '"1"', "b", "any", "side", "left", "folfox", "hai", "age", "at_most(3)", "X", "_"]
NAMES += ["first", "benefit", '"X2"', "anti_egfr", '"I8"', "with(folfox, cetuximab)", "-1", "(a;b)"]
PREDICATES = [name for name, _ in OverlayCheck(program("")).language("states", "tells")][::4]
PREDICATES += ["statement", "offers", "needs", "bars", "value", "given", "side", "mine", "is"]
ATOM = st.builds(
    lambda name, terms: f"{name}({', '.join(terms)})" if terms else name,
    st.sampled_from(PREDICATES),
    st.lists(st.sampled_from(NAMES), max_size=4),
)
BODY = st.lists(st.one_of(ATOM, ATOM.map("not {}".format)), max_size=2).map(", ".join)
SHAPES = st.sampled_from(["{}", "{{ {} }}", "-{}", "{} : mine"])
RULES = st.builds(
    lambda shape, head, body: shape.format(head) + (f" :- {body}." if body else "."),
    SHAPES,
    ATOM,
    BODY,
)
LOOSE = st.text(st.sampled_from('ab1X"(){}.,:-;%*#\n \0\u00e4_@&|='), max_size=12)
TEXT = st.lists(st.one_of(RULES, LOOSE, st.just(SOUND), st.just(BARS)), max_size=4).map("\n".join)


def refusal(ask: Callable[[], object]) -> OverlayError | None:
    """Why overlays are refused, if they are; every fault says where."""
    try:
        ask()
    except OverlayError as error:
        refused = error
    else:
        return None
    assert refused.faults
    for fault in refused.faults:
        assert fault.place
        assert fault.message.endswith((".", "?"))
        assert "<string>" not in str(fault)
    return refused


def is_refused(text: str) -> bool:
    return refusal(lambda: engine(program(text))) is not None


def agrees(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="")
    by_check = refusal(lambda: check(path))
    by_answer = refusal(lambda: recommend({}, overlays=[path]))
    assert str(by_check) == str(by_answer)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(TEXT)
def test_no_overlay_crashes_it(text: str) -> None:
    is_refused(text)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("text", [SOUND, BARS, *(text for text, _ in CASES[:6])])
def test_check_refuses_what_the_engine_refuses(text: str, tmp_path: Path) -> None:
    agrees(text, tmp_path / "overlay.lp")


@pytest.mark.slow
def test_check_refuses_what_the_engine_refuses_at_length(tmp_path: Path) -> None:
    for (one, _), two in zip(CASES[::6], cycle(IN_ORDER[::6]), strict=False):
        agrees(f"{one}\n{two}" if not one.endswith("*") else one, tmp_path / "overlay.lp")


@pytest.mark.slow
def test_what_is_withdrawn_for_some_is_said_so(tmp_path: Path) -> None:
    overlay = tmp_path / "old.lp"
    overlay.write_text('withdrawn("I8") :- received(1, folfox).\nwithdrawn("I9").\n')
    (added,) = check(overlay).overlays
    assert [text.endswith("a rule says so") for _, text in added.withdrawn] == [True, False]
    lines = ({"history": [{"received": [it], "stopped": "completed"}]} for it in ("folfox", "sox"))
    one, other = (recommend(facts, overlays=[overlay]).to_dict() for facts in lines)
    assert one["rules"]["withdrawn"] == ["I8", "I9"]
    assert other["rules"]["withdrawn"] == ["I9"]


def test_facts_of_a_patient_are_called_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "patient.lp"
    overlay.write_text("country(japan).\n")
    assert cli.main(["check", str(overlay)]) == 0
    assert "Facts of a patient, which every patient has" in capsys.readouterr().out


def test_what_has_no_end_is_no_overlay(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.lp")
    (tmp_path / "large.lp").write_bytes(b"%" * ((1 << 20) + 1))
    for path in ("/dev/zero", tmp_path / "pipe.lp", tmp_path / "large.lp"):
        with pytest.raises(UsageError, match=r"it is (not a regular file|larger than 1 MiB);"):
            recommend({}, overlays=[path])


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule",
    [
        "q(0). q(N + 1) :- q(N).",
        "q(a). q(again(T)) :- q(T).",
        "q(A, B, C) :- A = 1..1000, B = A..1000, C = B..1000.",
        "q(A, B, C, D) :- value(age, A), value(age, B), value(age, C), value(age, D).",
    ],
)
def test_a_grounding_that_does_not_end_is_refused(rule: str) -> None:
    assert faults(rule) == [
        " it comes to more than 500,000 ground rules: give its numbers and terms an end."
    ]


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"one\.lp: .*\n.*two\.lp: "):
        recommend({}, overlays=[tmp_path / "one.lp", tmp_path / "two.lp"])


@pytest.mark.parametrize("constant", [{"younger_age": 500}, {"fit_ecog": 9}, {"unfit_ecog": -1}])
def test_a_limit_that_no_patient_reaches_is_refused(constant: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="give one of these"):
        recommend({}, constants=constant)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            'offers("N", b, (folfox; capox)). lowers("N", b, folfiri, considered).',
            "Gives FOLFIRI offered by other statements no higher grade than considered if CAPOX or "
            "FOLFOX eligible.",
        ),
        (
            'offers("N", b, sox). regraded("N", b, considered) :- received(1, folfox).',
            "Offers SOX (considered, for those patients only for whom a rule says so).",
        ),
        (
            'reuses("N", c). lowers("N", c, sox, considered).',
            "Gives SOX offered by other statements no higher grade than considered if the initial "
            "therapy eligible.",
        ),
        (
            'offers("N", b, folfox). spares("X3", "N", 1).',
            "X3 does not bar what is offered by N for what failed in line 1.",
        ),
    ],
)
def test_a_sentence_says_what_the_facts_mean(
    rules: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is lowered hangs on any therapy of the branch; what is spared, on the line."""
    overlay = tmp_path / "own.lp"
    overlay.write_text(
        f'statement("N", any, benefit). text("N", "a"). reference("N", "x"). {rules}'
    )
    assert cli.main(["check", str(overlay)]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
