"""Files and standard input, and several sources for one patient."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from declared import places, written

from crcasp.facts import merge, read_path, read_text
from crcasp.program.vocabulary import Vocabulary

MEBIBYTE = 1 << 20


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


@pytest.mark.parametrize(("size", "faults"), [(1 << 20, 0), ((1 << 20) + 1, 1)])
def test_no_source_holds_more_than_a_mebibyte(
    size: int,
    faults: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vocabulary: Vocabulary,
) -> None:
    content = b"age(54).".ljust(size)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    (tmp_path / "patient.lp").write_bytes(content)
    for source in ("-", str(tmp_path / "patient.lp")):
        assert len(read_path(source, vocabulary).faults) == faults


def test_merge_keeps_the_first_place(vocabulary: Vocabulary) -> None:
    texts = {"a": "age(54). x.", "b": "side(left). age(54). y."}
    base = merge(read_text(text, source, vocabulary) for source, text in texts.items())
    assert {str(fact): str(place) for fact, place in base.facts.items()} == {
        "age(54)": "a:1:1",
        "side(left)": "b:1:1",
    }
    assert places(base) == ["a:1:10", "b:1:22"]
