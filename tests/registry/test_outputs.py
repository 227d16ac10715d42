"""Outputs: never an input, never half; links, pipes, full disks and signals; of every command."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from runs import Run, answers

from crcasp.cli import main

TEXT = "id,ras\n1,mutant\n2,wild_type\n"
FACTS = "age(54). ras(mutant).\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A registry in a folder of its own."""
    path = tmp_path / "in.csv"
    path.write_text(TEXT)
    return path


def crcasp(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a process."""
    command = [sys.executable, "-m", "crcasp", *map(str, arguments)]
    return subprocess.run(
        command, stderr=subprocess.PIPE, text=True, check=False, timeout=60, **options
    )


# ---- before any work ------------------------------------------------------------------------


def test_an_output_that_is_an_input_is_refused(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link.csv").symlink_to(source)
    os.link(source, tmp_path / "hard.csv")
    (tmp_path / "sub").mkdir()
    (tmp_path / "map.toml").write_text("")
    (tmp_path / "own.lp").write_text("s1_used_in(taiwan).\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name in ("in.csv", "link.csv", "hard.csv", "sub/../in.csv"):
        assert main(["cohort", str(source), "-o", str(tmp_path / name)]) == 2
        assert "this output is also the input" in capsys.readouterr().err
    more = ["--map", str(tmp_path / "map.toml"), "--with", str(tmp_path / "own.lp")]
    for name in ("in.csv", "map.toml", "own.lp"):
        for option in ("--summary", "--report"):
            options = [*more, option, str(tmp_path / name)]
            assert main(["cohort", str(source), "-o", str(tmp_path / "out.csv"), *options]) == 2
            assert "this output is also the input" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_two_outputs_that_are_one_are_refused(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.csv"
    for one, other in (
        (output, output),
        (output, tmp_path / "." / "x" / ".." / "out.csv"),
        ("-", "-"),
    ):
        command = ["cohort", str(source), "-o", str(one), "--summary", str(other)]
        assert main(command) == 2
        assert "this output is also the output" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [source]
    output.write_text("old")
    (tmp_path / "link.json").symlink_to(output)
    command = ["cohort", str(source), "-o", str(output), "--summary", str(tmp_path / "link.json")]
    assert main(command) == 2
    assert output.read_text() == "old"


@pytest.mark.parametrize(
    "command", [["recommend"], ["missing"], ["explain"], ["compare"], ["audit", "--property"]]
)
def test_the_same_of_every_command(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "a.lp"
    facts.write_text(FACTS if command[0] != "audit" else "violation(x) :- in_scope, 1 < 0.\n")
    (tmp_path / "link.lp").symlink_to(facts)
    names = [str(facts)] * (2 if command[0] == "compare" else 1)
    names += ["hai"] if command[0] == "explain" else []
    assert main([*command, *names, "-o", str(tmp_path / "link.lp")]) == 2
    assert "this output is also the input" in capsys.readouterr().err
    assert facts.read_text().endswith("\n")


def test_columns_that_the_output_cannot_hold_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pl.DataFrame({"age": [50], "tags": [["a"]], "raw": [b"x"]})
    for columns, forms in ((["age", "tags"], ["csv"]), (["age", "raw"], ["csv", "ndjson"])):
        source = tmp_path / "in.parquet"
        frame.select(columns).write_parquet(source)
        for form in ("csv", "ndjson", "parquet"):
            output = tmp_path / f"out.{form}"
            status = main(["cohort", str(source), "-o", str(output)])
            assert status == (2 if form in forms else 0)
            said = f"its column {columns[1]} holds" in capsys.readouterr().err
            assert said == output.exists() ^ True == (form in forms)
            output.unlink(missing_ok=True)


def test_parquet_is_no_stream(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", str(source), "-o", "-", "--format", "parquet"]) == 2
    assert "Parquet cannot be written to a stream" in capsys.readouterr().err
    assert main(["cohort", "-", "-o", "x.parquet", "--format", "parquet"]) == 2
    assert "parquet cannot be read from a stream" in capsys.readouterr().err


# ---- whole or not at all --------------------------------------------------------------------


@pytest.mark.parametrize("command", ["cohort", "recommend"])
def test_a_file_is_replaced_through_a_link_and_keeps_its_mode(
    command: str, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "answer.csv"
    target.write_text("old")
    target.chmod(0o640)
    before = target.stat().st_ino
    link = tmp_path / "link.csv"
    link.symlink_to(Path("real") / "answer.csv")
    (tmp_path / "a.lp").write_text(FACTS)
    given = source if command == "cohort" else tmp_path / "a.lp"
    assert main([command, str(given), "-o", str(link)]) == 0
    assert link.is_symlink()
    assert target.read_text() != "old"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_ino != before
    assert [path.name for path in target.parent.iterdir()] == ["answer.csv"]


def test_a_new_file_has_the_usual_mode_and_a_link_may_lead_nowhere_yet(
    source: Path, tmp_path: Path
) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "new.csv")
    umask = os.umask(0o027)
    try:
        assert main(["cohort", str(source), "-o", str(tmp_path / "link.csv")]) == 0
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o640


@pytest.mark.parametrize("command", ["cohort", "recommend"])
def test_a_pipe_is_written_to_and_never_replaced(
    command: str, source: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "a.lp").write_text(FACTS)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    given = source if command == "cohort" else tmp_path / "a.lp"
    assert main([command, str(given), "-o", str(pipe)]) == 0
    reader.join(10)
    assert found[0].startswith(
        "id,ras,in_scope" if command == "cohort" else "a.lp: first line of therapy"
    )
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.slow
def test_a_device_is_written_to(source: Path) -> None:
    run = crcasp("cohort", source, "-o", "/dev/stdout", stdout=subprocess.PIPE)
    assert run.returncode == 0
    assert run.stdout.startswith("id,ras,in_scope")
    kept = source.parent / "kept.txt"
    kept.write_text("before\n")
    for name in ("/dev/stdout", "-"):
        with kept.open("a") as stream:
            assert crcasp("cohort", source, "-o", name, stdout=stream).returncode == 0
    assert kept.read_text() == "before\n" + 2 * run.stdout
    assert main(["cohort", str(source), "-o", os.devnull]) == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "failing"),
    [
        ("csv", "answers"),
        pytest.param("parquet", "answers", marks=pytest.mark.slow),
        pytest.param("ndjson", "report", marks=pytest.mark.slow),
        pytest.param("parquet", "summary", marks=pytest.mark.slow),
    ],
)
def test_a_limit_on_the_size_of_files_leaves_everything_as_it_was(
    form: str, failing: str, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    rows = (f"{n},mutant,{hashlib.sha256(str(n).encode()).hexdigest()}\n" for n in range(4000))
    source.write_text("id,ras,note\n" + "".join(rows))
    names = {"answers": f"out.{form}", "report": "page.html", "summary": "s.json"}
    for name in names.values():
        (tmp_path / name).write_text("old")
    limit = 20_000 if failing == "answers" else 2_000
    if failing != "answers":  # only these are long
        source.write_text("id,ras\n1,mutant\n")
        limit = 1_500 if failing == "summary" else 9_000
    options: list[object] = ["cohort", source, "-o", tmp_path / names["answers"]]
    options += ["--report", tmp_path / names["report"], "--summary", tmp_path / names["summary"]]
    if failing == "summary":
        options[4:6] = []

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    run = crcasp(*options, preexec_fn=limited, stdout=subprocess.PIPE)
    if form == "parquet" and failing != "answers":
        assert run.returncode == 2  # whichever is first
    else:
        assert f"{tmp_path / names[failing]}: it cannot be written (File too large)" in run.stderr
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", *names.values()}
    assert all((tmp_path / name).read_text() == "old" for name in names.values())


@pytest.mark.slow
@pytest.mark.parametrize("command", [pytest.param("cohort", marks=pytest.mark.slow), "recommend"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_no_space_is_one_sentence(
    command: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.lp").write_text(FACTS)
    given = source if command == "cohort" else tmp_path / "a.lp"
    assert main([command, str(given), "-o", "/dev/full"]) == 2
    said = "/dev/full: it cannot be written (No space left on device); name another place.\n"
    assert capsys.readouterr().err == said
    with open("/dev/full", "w") as full:
        run = crcasp(command, given, *(["-o", "-"] if command == "cohort" else []), stdout=full)
    assert run.returncode == 2
    assert (
        run.stderr == "standard output: the answer could not be written: No space left on device.\n"
    )


@pytest.mark.slow
def test_a_reader_that_goes_away_is_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,ras\n" + "1,mutant\n" * 40_000)
    command = [sys.executable, "-m", "crcasp", "cohort", str(source), "-o"]
    run = subprocess.Popen([*command, "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    said = run.stderr.read().decode()
    assert run.wait(30) == 2
    assert said == "standard output: the answer could not be written: Broken pipe.\n"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = subprocess.Popen([*command, str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(os.open(pipe, os.O_RDONLY))
    _, err = run.communicate(timeout=30)
    assert run.returncode == 2
    assert err.decode().startswith(f"{pipe}: it cannot be written (Broken pipe)")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status", "said"),
    [
        (signal.SIGINT, 130, "crcasp: interrupted, no file was written.\n"),
        (signal.SIGTERM, 2, "crcasp: ended by SIGTERM, no file was written.\n"),
        pytest.param(
            *(signal.SIGHUP, 2, "crcasp: ended by SIGHUP, no file was written.\n"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_signal_ends_in_one_sentence_and_leaves_nothing(
    number: int, status: int, said: str, tmp_path: Path
) -> None:
    fifo, output = tmp_path / "in.csv", tmp_path / "o.csv"
    os.mkfifo(fifo)
    output.write_text("old")
    command = [sys.executable, "-m", "crcasp", "cohort", str(fifo), "-o", str(output)]
    command += ["--report", str(tmp_path / "page.html")]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with fifo.open("w") as stream:
        stream.write("id,ras\n" + "1,mutant\n" * 1000)
        stream.flush()
        deadline = time.monotonic() + 20
        while len(list(tmp_path.glob("*.part"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        while run.poll() is None and time.monotonic() < deadline:
            run.send_signal(number)  # again, should one come just before a read waits
            time.sleep(0.2)
        _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (status, said)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "o.csv"}
    assert output.read_text() == "old"


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("former", ["old", None])
def test_none_takes_its_name_if_the_last_cannot(
    former: str | None,
    links: bool,
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = [tmp_path / name for name in ("out.csv", "page.html", "s.json")]
    for name in names if former else []:
        name.write_text("old")
    replace, last = os.replace, str(names[-1])

    def refusing(path: str, target: str) -> None:
        if target == last:
            raise PermissionError(1, "Operation not permitted")
        replace(path, target)

    monkeypatch.setattr(os, "replace", refusing)
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: os.open("", 0))
    command = ["cohort", str(source), "-o", str(names[0]), "--report", str(names[1])]
    assert main([*command, "--summary", last]) == 2
    assert f"{last}: it cannot be written (Operation not permitted)" in capsys.readouterr().err
    if former is None:
        assert [*tmp_path.iterdir()] == [source]
    else:
        assert {*tmp_path.iterdir()} == {source, *names}
        assert not links or all(name.read_text() == "old" for name in names)


@pytest.mark.parametrize("name", ["no/such/folder.csv", ".", "a\0b.csv"])
def test_what_is_no_place_for_a_file(
    name: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = os.path.join(tmp_path, name)
    options = [] if name.endswith(".csv") else ["--format", "csv"]
    assert main(["cohort", str(source), "-o", path, *options]) == 2
    assert "it cannot be written" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [source]


def test_nothing_is_touched_if_nothing_was_answered(run: Run) -> None:
    output = run.folder / "out.csv"
    output.write_text("old")
    run.of('id,ras\n1,mutant\n2,"open\n')
    assert run.status == 2
    assert output.read_text() == "old"
    run.of("id,ras\n1,x\n2,mutant\n")
    assert run.status == 1
    assert answers(output)[0]["error"]


def test_tabs_and_what_passes_untouched(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.tsv"
    assert main(["cohort", str(source), "-o", str(output)]) == 0
    assert output.read_text().splitlines()[0].split("\t")[:3] == ["id", "ras", "in_scope"]
    assert main(["cohort", str(output), "-o", str(tmp_path / "again.csv")]) == 0


def test_json_lines_stay_as_they_are_written(tmp_path: Path) -> None:
    lines = [
        '{"id": 1.50, "x": [1,  2], "ras":"mutant"}',
        '{"\\ud800": "\\u2028", "age": 50}',
    ]
    (tmp_path / "in.ndjson").write_text("\n".join(lines))
    assert main(["cohort", str(tmp_path / "in.ndjson"), "-o", str(tmp_path / "out.ndjson")]) == 0
    found = (tmp_path / "out.ndjson").read_text().splitlines()
    for line, answer in zip(lines, found, strict=True):
        assert answer.startswith(line[:-1])
