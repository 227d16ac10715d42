"""What the user runs and gets back: arguments, output, exit status, and the JSON to the letter."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import reading
from jsonschema import Draft202012Validator
from words import CLOSING

import crcasp
from crcasp import InputError, cli, recommend

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.lp"))
JSON_EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(crcasp.__file__).parents[1])}

# Left-sided, RAS wild-type, country unknown, HAI contraindicated, early multifocal disease.
LEFT = (
    "age(58). ecog(0). primary_site(sigmoid_colon). kras(wild_type). nras(wild_type). "
    "braf(wild_type). tumor_burden(low). liver_metastases(unresectable). "
    "disease_extent(liver_dominant). multifocal_liver_disease(early). contraindicated(hai)."
)
NO_METASTASES = "age(58). liver_metastases(none)."


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Run]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in this process."""

    def run(*argv: str | Path) -> Run:
        status = cli.main([str(argument) for argument in argv])
        captured = capsys.readouterr()
        return Run(status, captured.out, captured.err)

    return run


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    return written(tmp_path / "patient.lp", LEFT)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def spawned(argv: Sequence[str | Path], cwd: Path, text: str | None = None) -> Run:
    """The command line in a process of its own, started in another directory."""
    done = subprocess.run(
        [sys.executable, "-m", "crcasp", *map(str, argv)],
        cwd=cwd,
        env=ENVIRONMENT,
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def give_stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def answer(run: Run) -> dict[str, Any]:
    assert (run.status, run.err) == (0, "")
    result: dict[str, Any] = json.loads(run.out)
    return result


def assert_refused(run: Run, *said: str) -> None:
    """Exit status 2, every word of the reason on standard error, nothing on standard output."""
    assert run.status == 2, f"bad input or usage must exit with 2, not {run.status}: {run.err}"
    assert run.out == ""
    assert run.err.endswith("\n")
    assert "Traceback" not in run.err
    for words in said:
        assert words in run.err


# ---- recommend: text ------------------------------------------------------------------


def test_text_says_who_what_why_and_what_not(command: Command, patient: Path) -> None:
    run = command("recommend", patient)
    assert (run.status, run.err) == (0, "")
    text = " ".join(run.out.split())
    for words in (
        "first line",  # who the patient is
        "KRAS wild-type, NRAS wild-type, I2",  # and what was derived from what
        "FOLFIRI or FOLFOX, each + cetuximab",
        "1.1",
        "[165]",
        "primary site sigmoid colon",
        "I1",
        "country of treatment",  # what would settle SOX and IRIS
        "SOX",
        "X4",  # HAI is excluded
        "HAI contraindicated",
    ):
        assert words in text


def test_text_is_the_default_format(command: Command, patient: Path) -> None:
    assert command("recommend", patient) == command("recommend", "--format", "text", patient)


@pytest.mark.parametrize("facts", [LEFT, NO_METASTASES, "", "contraindicated(fluoropyrimidine)."])
@pytest.mark.parametrize("options", [[], ["--all"]], ids=["preferred", "all"])
def test_text_closes_with_the_research_line_once(
    command: Command, tmp_path: Path, facts: str, options: list[str]
) -> None:
    run = command("recommend", *options, written(tmp_path / "p.lp", facts))
    assert run.status == 0
    assert run.out.endswith(f"\n{CLOSING}\n")
    assert run.out.count("not for treatment decisions") == 1


@pytest.mark.one_in(4)
@pytest.mark.parametrize("path", [*EXAMPLES, *JSON_EXAMPLES], ids=lambda path: path.stem)
def test_every_example_is_answered_in_text_and_json(command: Command, path: Path) -> None:
    run = command("recommend", "--all", path)
    assert (run.status, run.err) == (0, "")
    assert max(map(len, run.out.splitlines())) <= 80
    assert_to_the_letter(answer(command("recommend", "--format", "json", path)))


def test_all_adds_the_sets_of_lower_grade(command: Command, patient: Path) -> None:
    sets = answer(command("recommend", "--format", "json", patient))["sets"]
    lower = {name for chosen in sets for name in chosen["therapies"]}
    lower -= {name for chosen in sets if chosen["preferred"] for name in chosen["therapies"]}
    assert "folfox+panitumumab" in lower
    preferred, every = (command("recommend", *o, patient).out for o in ([], ["--all"]))
    assert "panitumumab" in preferred  # named, without its reasons
    said = "FOLFOX or FOLFIRI with panitumumab"  # statement 2
    assert said in " ".join(every.split())
    assert said not in " ".join(preferred.split())
    assert len(every) > len(preferred)


def test_no_set_is_an_answer_that_says_why(command: Command, tmp_path: Path) -> None:
    barred = "contraindicated(fluoropyrimidine). disease_extent(disseminated)."
    path = written(tmp_path / "p.lp", barred)
    assert "No therapy of the table is eligible" in " ".join(command("recommend", path).out.split())
    given = answer(command("recommend", "--format", "json", path))
    assert given["sets"] == []
    assert len(given["notices"]) == 1
    assert {verdict["status"] for verdict in given["therapies"].values()} == {"excluded"}


# ---- recommend: the patient's files ---------------------------------------------------


def test_several_files_are_one_patient(command: Command, tmp_path: Path, patient: Path) -> None:
    facts = re.findall(r"\S+\.", LEFT)
    parts = [
        written(tmp_path / f"{number}.lp", fact) for number, fact in enumerate(reversed(facts))
    ]
    assert len(parts) == 11
    together = command("recommend", "--format", "json", *parts)
    assert together == command("recommend", "--format", "json", patient)


def test_a_json_file_and_a_fact_file_are_one_patient(command: Command, tmp_path: Path) -> None:
    one = written(tmp_path / "one.json", '{"ras": "wild_type"}')
    other = written(tmp_path / "other.lp", "side(left).")
    given = answer(command("recommend", "--format", "json", one, other))
    assert given["therapies"]["folfox+cetuximab"]["grade"] == "benefit"


def test_files_that_contradict_each_other_are_refused(command: Command, tmp_path: Path) -> None:
    one = written(tmp_path / "one.lp", "kras(mutant).")
    other = written(tmp_path / "other.lp", "\nras(wild_type).")
    run = command("recommend", one, other)
    assert_refused(run, f"{other}:2:1: ras(wild_type) contradicts kras(mutant)")


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("stopped(1, toxicity).", "did not hold the agent"),
        ("received(1, folfiri). stopped(1, toxicity).", "did not hold the agent"),
        ("received(2, capox). stopped(1, toxicity).", "did not hold the agent"),
        ("received(1, capox).", "did not stop for toxicity"),
        ("received(1, capox). stopped(1, progression).", "did not stop for toxicity"),
    ],
)
def test_a_toxic_agent_that_does_not_fit_its_line_is_refused(
    history: str, said: str, command: Command, tmp_path: Path
) -> None:
    path = written(tmp_path / "toxic.lp", f"{history}\nage(60). toxic(1, oxaliplatin).")
    run = command("recommend", path)
    assert_refused(run, f"{path}:2:10: toxic(1,oxaliplatin): ", said)


def test_a_toxic_agent_of_a_mapping_that_does_not_fit_its_line() -> None:
    line = {"received": ["folfiri"], "stopped": "toxicity", "toxic": ["oxaliplatin"]}
    with pytest.raises(InputError, match=r"patient: toxic\(1,oxaliplatin\): this line"):
        recommend({"history": [line]})


def test_a_contradiction_between_files_names_both(command: Command, tmp_path: Path) -> None:
    """A bare `(line 1)` after the other file's place would send the reader to the wrong file."""
    one = written(tmp_path / "one.lp", "kras(mutant).")
    other = written(tmp_path / "other.lp", "\nras(wild_type).")
    assert_refused(command("recommend", one, other), "other.lp", "one.lp")


def test_every_fault_of_every_file_is_reported(command: Command, tmp_path: Path) -> None:
    one = written(tmp_path / "one.lp", "age(17).\nside(lefft).")
    other = written(tmp_path / "other.json", '{"kraas": "mutant"}')
    run = command("recommend", one, other)
    assert_refused(run, f"{one}:1:", f"{one}:2:", "did you mean left?", str(other), "kraas")


def test_standard_input(command: Command, patient: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, LEFT)
    (first, *rest), (_, *named) = (
        command("recommend", name).out.splitlines() for name in ("-", patient)
    )
    assert first.startswith("Patient: first line of therapy")
    assert rest == named


def test_standard_input_beside_a_file(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_stdin(monkeypatch, '{"side": "left"}')
    path = written(tmp_path / "p.lp", "ras(wild_type).")
    given = answer(command("recommend", "--format", "json", path, "-"))
    assert given["therapies"]["folfox+cetuximab"]["grade"] == "benefit"
    give_stdin(monkeypatch, "age(50).")
    assert command("recommend", "-", path).out.startswith("standard input and p.lp: ")


def test_standard_input_is_read_once(command: Command) -> None:
    assert_refused(command("recommend", "-", "-"), "Standard input")


def test_a_fault_of_standard_input_has_its_place(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_stdin(monkeypatch, "age(54).\n  sides(left).")
    assert_refused(command("recommend", "-"), "<stdin>:2:3: ", "sides", "did you mean side?")


def test_the_content_decides_the_form_not_the_suffix(command: Command, tmp_path: Path) -> None:
    as_facts = written(tmp_path / "facts.json", "% {\nside(left). ras(wild_type).")
    as_json = written(tmp_path / "json.lp", '\n {"side": "left", "ras": "wild_type"}')
    plain = written(tmp_path / "patient", "side(left). ras(wild_type).")
    paths = (as_facts, as_json, plain)
    runs = [command("recommend", "--format", "json", path) for path in paths]
    assert runs[0].status == 0
    assert runs[0] == runs[1] == runs[2]


# ---- recommend: constants and overlays ------------------------------------------------

OLDER = "age(72). tumor_burden(high). braf(mutant)."


@pytest.mark.slow
def test_a_constant_is_overridden(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "p.lp", OLDER)
    options = ("recommend", "--format", "json")
    verdicts = [
        answer(command(*options, *constants, path))["therapies"]["folfoxiri"]
        for constants in ((), ("-c", "younger_age=72"), ("-c", "fit_ecog=2"))
    ]
    assert [verdict["status"] for verdict in verdicts] == ["excluded", "eligible", "excluded"]
    conditions = {item["finding"]: item for item in verdicts[1]["because"][0]["conditions"]}
    assert conditions["age"]["needs"] == ["at most 72"]


@pytest.mark.slow
def test_the_last_of_two_values_counts(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "p.lp", OLDER)
    given = command("recommend", "-c", "younger_age=60", "-c", "younger_age=72", path)
    assert given == command("recommend", "-c", "younger_age=72", path)


def test_an_unknown_constant_names_the_known_ones(command: Command, patient: Path) -> None:
    run = command("recommend", "-c", "younger=75", patient)
    assert_refused(run, "younger", "younger_age=70", "fit_ecog=1")


@pytest.mark.parametrize(
    "constant",
    ["younger_age", "=75", "younger_age=", "younger_age=7.5", "younger_age=f(1)", "=", ""],
)
def test_a_malformed_constant_is_refused(command: Command, patient: Path, constant: str) -> None:
    assert_refused(command("recommend", "-c", constant, patient))


def test_a_name_for_a_number_is_refused(command: Command, tmp_path: Path) -> None:
    """Numbers come before names in clingo, so `younger_age=old` would make everyone younger."""
    path = written(tmp_path / "p.lp", OLDER)
    assert_refused(command("recommend", "-c", "younger_age=old", path), "younger_age")


@pytest.mark.parametrize("value", ["0", "-5", "many"])
@pytest.mark.parametrize("subcommand", ["recommend", "vocabulary"])
def test_a_constant_that_leaves_no_line_is_refused(
    command: Command, patient: Path, subcommand: str, value: str
) -> None:
    """The highest number of a line is read from the program; without a line there is none."""
    files = [patient] if subcommand == "recommend" else []
    assert_refused(command(subcommand, "-c", f"max_lines={value}", *files), "max_lines")


@pytest.mark.parametrize("subcommand", ["recommend", "vocabulary"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("text(", "syntax error"),
        ("offers(1, any, folfox) :- recieved(1, folfox).", "recieved(1,folfox)"),
    ],
    ids=["missing", "syntax", "predicate"],
)
def test_an_overlay_that_cannot_be_used_is_refused(
    command: Command,
    tmp_path: Path,
    patient: Path,
    subcommand: str,
    content: str | None,
    said: str,
) -> None:
    overlay = tmp_path / "overlay.lp"
    if content is not None:
        written(overlay, content)
    files = [patient] if subcommand == "recommend" else []
    assert_refused(command(subcommand, "--with", overlay, *files), str(overlay), said)


def test_a_folder_without_overlays_is_refused(
    command: Command, tmp_path: Path, patient: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(command("recommend", "--with", tmp_path / "empty", patient), "no .lp file")


# ---- bad usage and bad input ----------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["advise", "patient.lp"],
        ["recommend"],
        ["recommend", "--formt", "json", "patient.lp"],
        ["recommend", "--format", "xml", "patient.lp"],
        ["recommend", "-c"],
        ["vocabulary", "patient.lp"],
        ["vocabulary", "--format", "yaml"],
    ],
    ids=" ".join,
)
def test_bad_usage(command: Command, argv: list[str]) -> None:
    assert_refused(command(*argv), "usage: crcasp")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"age(54) :- true.", ":1:1: "),
        (b'age(54).\n#include "other.lp".', ":2:1: this is not a fact"),
        (b"age(54).\nheight(180).", ":2:1: height"),
        (b"age(17).", "18 to 120"),
        (b"age(54). age(55).", "keep the right one"),
        (b"received(2, folfox).", "the line before this one is missing"),
        (b'{"age": 54,}', "JSON"),
        (b"[]", "object"),
        (b"\xff\xfe", "UTF-8"),
        (b"age(54)\0.", "NUL"),
        (b"age(54).\xc3\xa9", "U+00E9"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_bad_input(command: Command, tmp_path: Path, form: str, content: bytes, said: str) -> None:
    path = tmp_path / "patient.lp"
    path.write_bytes(content)
    assert_refused(command("recommend", "--format", form, path), str(path), said)


def test_a_file_that_cannot_be_read(command: Command, tmp_path: Path) -> None:
    missing = tmp_path / "missing.lp"
    assert_refused(command("recommend", missing), str(missing))
    assert_refused(
        command("recommend", tmp_path), f"{tmp_path}: this cannot be read (it is a directory)"
    )


# ---- help and version -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], ["recommend", "vocabulary", "--version"]),
        (
            ["recommend"],
            ["FILE", "--format {text,json,html}", "--all", "-c NAME=VALUE", "--with FILE"],
        ),
        (["vocabulary"], ["--format {text,json}", "-c NAME=VALUE", "--with FILE"]),
    ],
    ids=["crcasp", "recommend", "vocabulary"],
)
def test_help(command: Command, argv: list[str], said: list[str]) -> None:
    run = command(*argv, "--help")
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith(" ".join(["usage: crcasp", *argv]))
    for words in said:
        assert words in run.out


def test_version(command: Command) -> None:
    assert command("--version") == Run(0, f"crcasp {crcasp.__version__}\n", "")


# ---- the same bytes -------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json"])
def test_same_input_same_bytes(command: Command, tmp_path: Path, patient: Path, form: str) -> None:
    options = ("recommend", "--all", "--format", form)
    first = command(*options, patient)
    assert first.status == 0
    assert command(*options, patient) == first
    assert spawned([*options, patient], tmp_path) == first


def test_the_order_of_facts_does_not_matter(command: Command, tmp_path: Path) -> None:
    facts = [*re.findall(r"\S+\.", LEFT), "received(1,folfox).", "received(1,bevacizumab)."]
    rng = random.Random(11)
    runs = []
    for number in range(4):
        path = written(tmp_path / f"{number}.lp", " ".join(facts))
        runs.append(command("recommend", "--format", "json", path))
        rng.shuffle(facts)
    assert runs[0].status == 0
    assert all(run == runs[0] for run in runs)


def test_json_is_what_the_library_returns(command: Command, patient: Path) -> None:
    run = command("recommend", "--format", "json", patient)
    assert answer(run) == recommend(patient).to_dict()


# ---- as a process of its own ----------------------------------------------------------


@pytest.mark.slow
def test_from_another_directory(tmp_path: Path) -> None:
    written(tmp_path / "p.lp", "side(left). ras(wild_type).")
    run = spawned(["recommend", "p.lp", "--format", "json"], tmp_path)
    assert (run.status, run.err) == (0, "")
    assert "folfox" in run.out
    argv = ["recommend", "-", "--format", "json"]
    assert spawned(argv, tmp_path, "side(left). ras(wild_type).") == run


def test_refusal_as_a_process(tmp_path: Path) -> None:
    written(tmp_path / "p.lp", "age(54).\nsight(left).")
    assert_refused(spawned(["recommend", "p.lp"], tmp_path), "p.lp:2:1: ")
    assert_refused(spawned(["recommend"], tmp_path), "usage: crcasp recommend")
    assert_refused(spawned(["recommend", "-"], tmp_path, "{"), "<stdin>:1:")


PIPED: list[list[str]] = [["recommend", "p.lp"], ["vocabulary"], ["--help"]]


SAVING = """
import os
from crcasp import cli, saving
saving.os.replace = lambda *_: os.kill(os.getpid(), cli.signal.SIGINT)
cli.signal.signal(cli.signal.SIGINT, cli._interrupted)
saving.save("a.txt", "half")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of a POSIX system")
@pytest.mark.parametrize(
    ("program", "said", "left"),
    [
        (SAVING, "no file was written", []),
        (
            SAVING.replace("saving.os.replace =", "saving.Output.abandon ="),
            "after a.txt",
            ["a.txt"],
        ),
    ],
)
def test_an_interrupt_while_saving_says_what_it_leaves(
    program: str, said: str, left: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert f"crcasp: interrupted, {said}" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == left


IGNORING = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from crcasp import cli
cli._end_on_signals()
os.kill(os.getpid(), signal.SIGINT)
assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
print("goes on")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of a POSIX system")
def test_a_signal_that_is_ignored_reaches_no_handler_of_a_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IGNORING], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "goes on\n")


def assert_quiet(stderr: str) -> None:
    """Silence or one sentence, and nothing of Python's own."""
    assert "Traceback" not in stderr
    assert "Exception ignored" not in stderr
    assert len(stderr.splitlines()) <= 1


@pytest.mark.skipif(os.name != "posix", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("argv", PIPED, ids=" ".join)
def test_a_reader_that_is_gone(tmp_path: Path, argv: list[str]) -> None:
    written(tmp_path / "p.lp", LEFT)
    end, start = os.pipe()
    os.close(end)
    with open(start, "wb") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "crcasp", *argv],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=stdout,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
        )
    assert_quiet(done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="pipes of a POSIX shell")
def test_head_takes_one_byte(tmp_path: Path) -> None:
    written(tmp_path / "p.lp", LEFT)
    done = subprocess.run(
        ["sh", "-c", '"$0" -m crcasp recommend --format json p.lp | head -c 1', sys.executable],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.stdout == "{"
    assert_quiet(done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="redirections of a POSIX shell")
@pytest.mark.parametrize("argv", PIPED[:2], ids=" ".join)
def test_standard_output_that_was_never_open(tmp_path: Path, argv: list[str]) -> None:
    """Python then has no `sys.stdout` at all."""
    written(tmp_path / "p.lp", LEFT)
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -m crcasp "$@" >&-', sys.executable, *argv],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
    )
    assert_quiet(done.stderr)
    assert done.returncode == 2, "an answer that could not be written is no success"
    assert "standard output" in done.stderr


@pytest.mark.slow
def test_output_that_the_encoding_cannot_hold(tmp_path: Path) -> None:
    """The words of an overlay are the user's own; the message must not blame a closed stream."""
    written(tmp_path / "p.lp", "")
    written(
        tmp_path / "o.lp",
        'statement("Z", first, benefit). text("Z", "f\u00fcr alle"). offers("Z", b, folfox).',
    )
    done = subprocess.run(
        [sys.executable, "-m", "crcasp", "recommend", "--with", "o.lp", "p.lp"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert_quiet(done.stderr)
    assert "closed" not in done.stderr


class _Interrupted(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise KeyboardInterrupt


def test_interrupted_while_it_reads(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(_Interrupted())))
    run = command("recommend", "-")
    assert (run.status, run.out) == (130, "")
    assert_quiet(run.err)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_interrupted_by_a_signal(tmp_path: Path) -> None:
    waiting = (
        "import sys; from crcasp.cli import main; print('ready', flush=True); "
        "sys.exit(main(['recommend', '-']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", waiting],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert out == ""
    assert process.returncode == 130
    assert_quiet(err)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("SIGINT", 130),
        pytest.param("SIGTERM", 2, marks=pytest.mark.slow),
        pytest.param("SIGHUP", 2, marks=pytest.mark.slow),
    ],
)
def test_a_signal_while_clingo_grounds(tmp_path: Path, sent: str, status: int) -> None:
    """Which takes hours here, and lets no handler of Python run."""
    overlay = tmp_path / "slow.lp"
    overlay.write_text("n(1..9000). q(X, Y, Z) :- n(X), n(Y), n(Z), X*Y*Z < 0. #defined q/3.")
    with subprocess.Popen(
        [sys.executable, "-m", "crcasp", "recommend", "-", "--with", str(overlay), "-o", "a.txt"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        time.sleep(1.5)
        assert process.poll() is None
        process.send_signal(getattr(signal, sent))
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, "")
    assert_quiet(err)
    assert [path.name for path in tmp_path.iterdir()] == ["slow.lp"]


# ---- vocabulary -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The JSON Schema of a patient, as the command prints it."""
    done = subprocess.run(
        [sys.executable, "-m", "crcasp", "vocabulary", "--format", "json"],
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_vocabulary_in_text_names_every_fact_and_value(
    command: Command, schema: dict[str, Any]
) -> None:
    run = command("vocabulary")
    assert (run.status, run.err) == (0, "")
    words = set(re.findall(r"\w+", run.out))
    properties = schema["properties"]
    values = {v for p in properties.values() for v in p.get("enum", []) if v is not None}
    line = properties["history"]["items"]["properties"]
    values |= set(line["received"]["items"]["enum"])
    values |= {reason for reason in line["stopped"]["enum"] if reason is not None}
    values |= set(line["toxic"]["items"]["enum"])
    values |= set(properties["contraindicated"]["items"]["enum"])
    assert {"sigmoid_colon", "folfox", "progression", "anti_egfr", "floxuridine"} <= values
    assert values | set(properties) - {"history"} | set(line) <= words
    assert "18 to 120" in run.out
    assert "0 to 4" in run.out


def test_vocabulary_is_that_of_the_contract(schema: dict[str, Any]) -> None:
    assert set(schema["properties"]) == {
        *reading.FINDINGS,
        *("history", "contraindicated", "unavailable"),
    }
    line = schema["properties"]["history"]["items"]["properties"]
    therapies = {*reading.REGIMENS, *reading.PARTNERS, *reading.LOCOREGIONAL}
    alone = {*reading.DRUGS, *reading.LOCAL}
    assert set(line["received"]["items"]["enum"]) == therapies | alone
    assert line["stopped"]["enum"] == ["progression", "toxicity", "completed", "other", None]
    drugs = therapies | set(reading.DRUGS) - {"other_systemic"}
    blamable = reading.agents_of(drugs) | set(reading.CLASSES)
    assert set(line["toxic"]["items"]["enum"]) == blamable
    limits = blamable | therapies
    for limit in ("contraindicated", "unavailable"):
        assert set(schema["properties"][limit]["items"]["enum"]) == limits


def test_the_schema_is_a_schema(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


def test_there_is_an_example_in_json() -> None:
    assert JSON_EXAMPLES


@pytest.mark.parametrize("path", JSON_EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit_the_schema(schema: dict[str, Any], path: Path) -> None:
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_what_is_accepted_fits_the_schema(schema: dict[str, Any]) -> None:
    validator = Draft202012Validator(schema)
    rng = random.Random(7)
    mappings: list[dict[str, Any]] = [reading.random_patient(rng).mapping() for _ in range(20)]
    mappings += [{}, dict.fromkeys(schema["properties"]), {"history": [], "unavailable": []}]
    mappings.append({"history": [{"received": ["folfox"], "stopped": None, "toxic": None}]})
    ended = {"received": ["folfox", "hai"], "stopped": "toxicity"}
    for agents in ([], ["oxaliplatin"], ["floxuridine", "leucovorin"]):
        mappings.append({"history": [{**ended, "toxic": agents}]})
    for mapping in mappings:
        assert not list(validator.iter_errors(mapping)), mapping
        recommend(mapping)


@pytest.mark.parametrize(
    "mapping",
    [
        {"age": 17},
        {"age": 121},
        {"age": "54"},
        {"age": 54.5},
        {"age": True},
        {"ecog": 5},
        {"ecog": -1},
        {"side": "middle"},
        {"side": ["left"]},
        {"kras": "wild-type"},
        {"sid": "left"},
        {"received": ["folfox"]},
        {"history": {"received": ["folfox"]}},
        {"history": ["folfox"]},
        {"history": [{}]},
        {"history": [{"received": []}]},
        {"history": [{"received": "folfox"}]},
        {"history": [{"received": ["folfax"]}]},
        {"history": [{"received": ["anti_egfr"]}]},
        {"history": [{"stopped": "progression"}]},
        {"history": [{"received": ["folfox"], "stopped": "death"}]},
        {"history": [{"received": ["folfox"], "cycles": 4}]},
        {"history": [{"received": ["hai"], "stopped": "toxicity", "toxic": "floxuridine"}]},
        {"history": [{"received": ["hai"], "stopped": "toxicity", "toxic": ["hai"]}]},
        {"history": [{"received": ["hai"], "stopped": "toxicity", "toxic": [None]}]},
        {"toxic": ["floxuridine"]},
        {"history": [{"received": ["folfox"]}] * 21},
        {"contraindicated": "hai"},
        {"contraindicated": ["aspirin"]},
        {"unavailable": {"hai": True}},
    ],
    ids=json.dumps,
)
def test_what_is_wrong_is_refused_by_schema_and_program(
    schema: dict[str, Any], mapping: dict[str, object]
) -> None:
    assert list(Draft202012Validator(schema).iter_errors(mapping))
    with pytest.raises(InputError):
        recommend(mapping)


# ---- JSON, to the letter of the contract ----------------------------------------------


def _object(required: dict[str, Any], **more: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly these keys, and perhaps some more."""
    return {
        "type": "object",
        "properties": required | more,
        "required": list(required),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": True, **more}


TEXT = {"type": "string", "minLength": 1}
GRADE = {"enum": ["benefit", "recommended", "considered"]}
STATEMENT = {"enum": [*reading.STATEMENTS]}
EXCLUSIONS = ["X2", "X3", "X4", "X5"]
CONDITION = _object(
    {
        "finding": TEXT,
        "needs": _array(TEXT, minItems=1),
        "is": {"type": ["string", "integer", "null"]},
        "from": _array(TEXT),
        "state": {"enum": ["met", "not_met", "open"]},
    }
)
CONDITIONS = _array(CONDITION)
SAID = {
    "text": TEXT,
    "references": _array({"type": "integer"}),
    "interpretations": _array({"enum": [f"I{number}" for number in range(1, 23)]}),
    "conditions": CONDITIONS,
}
REASON = _object({"statement": STATEMENT} | SAID)
FAILING = _object({"statement": STATEMENT} | SAID, any_of=_array(_array(TEXT), minItems=1))
BARRING = {"exclusion": {"enum": EXCLUSIONS}} | SAID
BARRING.pop("references")  # which the table gives for no exclusion
AGAINST = {"oneOf": [FAILING, _object(BARRING)]}
VERDICT = {
    "oneOf": [
        _object(
            {"status": {"const": "eligible"}, "grade": GRADE}
            | {"statements": _array(STATEMENT, minItems=1), "because": _array(REASON, minItems=1)}
        ),
        _object({"status": {"const": "undetermined"}, "missing": _array(TEXT, minItems=1)}),
        _object(
            {
                "status": {"const": "excluded"},
                "deciding": {"enum": [*reading.STATEMENTS, *EXCLUSIONS]},
            }
            | {"against": _array(AGAINST, minItems=1)}
        ),
    ]
}
CHOSEN = _object(
    {"grade": GRADE, "preferred": {"type": "boolean"}}
    | {"therapies": _array(TEXT, minItems=1, maxItems=2)}
)
TOGETHER = _object(
    {
        "findings": _array(TEXT, minItems=1),
        "values": {"type": "object", "additionalProperties": TEXT, "minProperties": 1},
        "prefers": _array(TEXT),
        "grade": {"oneOf": [GRADE, {"type": "null"}]},
        "allows": _array(TEXT),
    }
)
RULES = _object(
    {
        "review": TEXT,
        "year": {"const": 2019},
        "sources": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
        "newest": {"type": "integer"},
        "withdrawn": _array(TEXT),
        "constants": {"type": "object"},
    }
)
ANSWER = _object(
    {
        "format": {"const": "crcasp/2"},
        "in_scope": {"type": "boolean"},
        "line": {"enum": ["first", "beyond_first"]},
        "notices": _array(TEXT),
        "sets": _array(CHOSEN),
        "therapies": {"type": "object", "additionalProperties": VERDICT},
        "together": _array(TOGETHER),
        "rules": RULES,
    }
)
RANK = {grade: -rank for rank, grade in reading.GRADES.items()}


def assert_to_the_letter(given: dict[str, Any]) -> None:
    """Keys, types and orders that the contract promises of every answer."""
    Draft202012Validator(ANSWER).validate(given)
    if not given["in_scope"]:
        assert (given["sets"], given["therapies"], len(given["notices"])) == ([], {}, 1)
        return
    sets, therapies = given["sets"], given["therapies"]
    assert set(reading.THERAPIES) <= set(therapies)
    assert sets == sorted(sets, key=lambda item: (RANK[item["grade"]], item["therapies"]))
    for chosen in sets:
        assert chosen["preferred"] == (chosen["grade"] == sets[0]["grade"])
        assert {therapies[name]["status"] for name in chosen["therapies"]} == {"eligible"}
        assert chosen["therapies"][0] not in reading.LOCOREGIONAL or len(chosen["therapies"]) == 1
    for verdict in therapies.values():
        if verdict["status"] == "eligible":
            numbers = verdict["statements"]
            assert numbers == sorted(numbers, key=reading.STATEMENTS.index)
            assert numbers == [reason["statement"] for reason in verdict["because"]]
        if verdict["status"] == "excluded":
            sources = [why.get("exclusion", why.get("statement")) for why in verdict["against"]]
            assert sources.count(verdict["deciding"]) == 1


@pytest.mark.slow
def test_the_shape_of_random_answers() -> None:
    rng = random.Random(23)
    seen: set[str] = set()
    for _ in range(9):
        given = recommend(reading.random_patient(rng).mapping()).to_dict()
        assert json.loads(json.dumps(given)) == given
        assert_to_the_letter(given)
        seen.update(re.findall(r"'(eligible|undetermined|excluded|exclusion|X3)'", str(given)))
    assert len(seen) == 5, "the random patients no longer cover every form"


def test_json_of_a_patient_in_full(command: Command, patient: Path) -> None:
    run = command("recommend", "--format", "json", patient)
    given = answer(run)
    keys = ["format", "in_scope", "line", "notices", "sets", "therapies", "together", "rules"]
    assert list(given) == keys
    assert (given["format"], given["in_scope"], given["line"]) == ("crcasp/2", True, "first")
    assert list(given["sets"][0]) == ["grade", "preferred", "therapies"]
    assert [chosen for chosen in given["sets"] if chosen["preferred"]] == [
        {"grade": "benefit", "preferred": True, "therapies": ["folfiri+cetuximab"]},
        {"grade": "benefit", "preferred": True, "therapies": ["folfox+cetuximab"]},
    ]
    assert set(given["therapies"]) == set(reading.THERAPIES)


def test_json_of_an_eligible_therapy(command: Command, patient: Path) -> None:
    verdict = answer(command("recommend", "--format", "json", patient))["therapies"][
        "folfox+cetuximab"
    ]
    assert list(verdict) == ["status", "grade", "statements", "because"]
    assert (verdict["status"], verdict["grade"]) == ("eligible", "benefit")
    assert verdict["statements"] == ["1", "1.1"]
    reason = verdict["because"][1]
    assert list(reason) == ["statement", "text", "references", "interpretations", "conditions"]
    assert (reason["statement"], reason["references"]) == ("1.1", [165])
    assert {"I1", "I2"} <= set(reason["interpretations"])
    conditions = {condition["finding"]: condition for condition in reason["conditions"]}
    assert list(conditions["side"]) == ["finding", "needs", "is", "from", "state"]
    assert conditions["side"] == {
        "finding": "side",
        "needs": ["left"],
        "is": "left",
        "from": ["primary_site(sigmoid_colon)"],
        "state": "met",
    }
    assert conditions["ras"] == {
        "finding": "ras",
        "needs": ["wild_type"],
        "is": "wild_type",
        "from": ["kras(wild_type)", "nras(wild_type)"],
        "state": "met",
    }


def test_json_of_the_line_of_therapy(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "p.lp", "received(1, folfox). stopped(1, progression).")
    verdict = answer(command("recommend", "--format", "json", path))["therapies"]["folfiri"]
    (reason,) = verdict["because"]
    line = {"finding": "line", "needs": ["beyond_first"], "is": "beyond_first"}
    assert {**line, "from": ["received(1,folfox)"], "state": "met"} in reason["conditions"]


def test_json_of_an_undetermined_therapy(command: Command, patient: Path) -> None:
    verdicts = answer(command("recommend", "--format", "json", patient))["therapies"]
    assert verdicts["sox"] == {"status": "undetermined", "missing": ["country"]}


def test_json_of_therapies_excluded(command: Command, tmp_path: Path) -> None:
    facts = (
        "kras(mutant). disease_extent(liver_only). multifocal_liver_disease(early). "
        "contraindicated(hai). age(71)."
    )
    path = written(tmp_path / "p.lp", facts)
    verdicts = answer(command("recommend", "--format", "json", path))["therapies"]
    stage = {"finding": "multifocal_liver_disease", "needs": ["late"], "is": "early"}
    stage |= {"from": ["multifocal_liver_disease(early)"], "state": "not_met"}
    tace = verdicts["tace"]
    assert (tace["status"], tace["deciding"]) == ("excluded", "13")
    (objection,) = tace["against"]
    assert list(objection) == ["statement", *SAID]
    assert (objection["statement"], objection["conditions"]) == ("13", [stage])
    barred = verdicts["folfox+panitumumab"]["against"]
    assert list(barred[-1]) == list(BARRING)
    assert barred[-1]["exclusion"] == verdicts["folfox+panitumumab"]["deciding"] == "X2"
    ras = {"finding": "ras", "needs": ["wild_type"], "is": "mutant"}
    assert barred[-1]["conditions"] == [{**ras, "from": ["kras(mutant)"], "state": "not_met"}]
    limits = [item for item in verdicts["hai"]["against"] if item.get("exclusion") == "X4"]
    assert [item["conditions"][0]["from"] for item in limits] == [["contraindicated(hai)"]]
    ages = [
        condition
        for item in verdicts["folfoxiri"]["against"]
        for condition in item["conditions"]
        if condition["finding"] == "age"
    ]
    age = {"finding": "age", "needs": ["at most 70"], "is": 71, "from": ["age(71)"]}
    assert ages == [{**age, "state": "not_met"}]


def test_json_out_of_scope(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path / "p.lp", NO_METASTASES)
    given = answer(command("recommend", "--format", "json", path))
    keys = ["format", "in_scope", "line", "notices", "sets", "therapies", "together", "rules"]
    assert list(given) == keys
    assert (given["in_scope"], given["line"]) == (False, "first")
    assert (given["sets"], given["therapies"]) == ([], {})
    assert len(given["notices"]) == 1
    assert "scope" in given["notices"][0]


def test_json_of_the_initial_therapy_again(command: Command, tmp_path: Path) -> None:
    facts = "received(1, (capox; bevacizumab)). stopped(1, completed). received(2, folfiri)."
    path = written(tmp_path / "p.lp", facts)
    given = answer(command("recommend", "--format", "json", path))
    assert given["line"] == "beyond_first"
    assert set(given["therapies"]) == {*reading.THERAPIES, "capox+bevacizumab"}
    assert given["therapies"]["capox+bevacizumab"]["statements"] == ["11"]


@pytest.mark.slow
@pytest.mark.parametrize("facts", [LEFT, NO_METASTASES, ""])
def test_json_never_holds_the_research_line(command: Command, tmp_path: Path, facts: str) -> None:
    path = written(tmp_path / "p.lp", facts)
    for options in ([], ["--all"]):
        run = command("recommend", "--format", "json", *options, path)
        assert run.status == 0
        assert "research" not in run.out.lower()
        assert run == command("recommend", "--format", "json", path)


@pytest.mark.parametrize("arguments", [["recommend", "nowhere.lp"], ["bogus"]])
def test_where_standard_error_is_closed_nothing_is_said_elsewhere(
    arguments: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "crcasp", *arguments]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_a_link_to_itself_is_no_output(command: Command, patient: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(link)
    run = command("recommend", patient, "-o", link)
    assert (run.status, run.out) == (2, "")
    assert "link" in run.err
    assert link.is_symlink()


def test_a_constant_beyond_all_bounds_is_refused(command: Command, patient: Path) -> None:
    run = command("recommend", patient, "-c", "max_lines=100000")
    assert run.status == 2
    assert "a constant is a name, or a number up to 9999" in run.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-c", "fit_ecog=\u0662"], "a constant is a name, or a number up to 9999"),
        (["-c", "fit_ecog=01"], "a constant is a name, or a number up to 9999"),
        (["-c", "max_partners=-1"], "max_partners must be at least 0"),
    ],
)
def test_a_constant_that_is_none_is_refused(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "patient.lp").write_text("age(55).")
    assert cli.main(["recommend", str(tmp_path / "patient.lp"), *options]) == 2
    assert said in capsys.readouterr().err


def test_a_statement_may_have_any_sign_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "o.lp").write_text(
        'statement("\u00b2", any, benefit). text("\u00b2", "x"). reference("\u00b2", "y"). '
        'offers("\u00b2", a, folfox).',
        encoding="utf-8",
    )
    (tmp_path / "patient.lp").write_text("age(55).")
    assert (
        cli.main(["recommend", str(tmp_path / "patient.lp"), "--with", str(tmp_path / "o.lp")]) == 0
    )


def test_a_property_with_an_odd_letter_has_its_place(tmp_path: Path) -> None:
    (tmp_path / "p.lp").write_text("violation(\u00e9).", encoding="utf-8")
    with pytest.raises(crcasp.UsageError, match=r"p\.lp:1:11"):
        crcasp.audit(properties=[tmp_path / "p.lp"])
