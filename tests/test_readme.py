"""What the three READMEs say is so: their outputs are the real ones, their code runs.

`python tests/test_readme.py` writes the outputs anew.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from crcasp.cli import COMMANDS, main

pytestmark = pytest.mark.xdist_group("README")  # its commands write into the same folder
ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / folder / "README.md" for folder in ("", "examples", "lp")]
OUTPUT = re.compile(r"<!-- output: (?P<command>.+?) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


def printed(command: str) -> str:
    """What a crcasp command prints in the root of the project."""
    output = io.StringIO()
    streams = contextlib.redirect_stdout(output), contextlib.redirect_stderr(output)
    with contextlib.chdir(ROOT), streams[0], streams[1]:
        main(command.split())
        for answers in ROOT.glob("answers.*"):
            answers.unlink()
    return output.getvalue()


def timeless(text: str) -> str:
    """A text without its durations, which differ from run to run, as lines may be wrapped then."""
    said = re.sub(r"\s+\d+\.\d+\s+s\b(\s+\([\d,]+\s+a\s+second\))?", " t s", text)
    return text if said == text else " ".join(said.split())


TEXTS = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
BLOCKS = [match.groupdict() for text in TEXTS.values() for match in OUTPUT.finditer(text)]
SLOW = ("audit", "diff")


@pytest.mark.slow
@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, marks=[pytest.mark.slow] if block["command"].startswith(SLOW) else [])
        for block in BLOCKS
    ],
    ids=lambda block: block["command"],
)
def test_output_is_the_real_one(block: dict[str, str]) -> None:
    assert timeless(block["text"]) == timeless(printed(block["command"]))


def test_there_are_outputs() -> None:
    assert len(BLOCKS) >= 8


def test_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    for text in TEXTS.values():
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(compile(code, "README.md", "exec"), {})
    assert "['country']" in capsys.readouterr().out


def test_files_named_are_there() -> None:
    for path, text in TEXTS.items():
        for name in re.findall(r"`((?:lp|crcasp|examples|tests)/[\w./]*)`", text):
            assert (ROOT / name).exists(), name
        for name in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (path.parent / name).exists(), name


def test_the_front_door_is_short() -> None:
    assert len(TEXTS[ROOT / "README.md"].splitlines()) < 160


def test_every_command_has_its_place() -> None:
    for command in COMMANDS:
        assert f"`crcasp {command}" in TEXTS[ROOT / "README.md"], command


def rewrite() -> None:
    """Put the real outputs into the README."""

    def block(match: re.Match[str]) -> str:
        command = match["command"]
        return f"<!-- output: {command} -->\n```text\n{printed(command)}```"

    for path, text in TEXTS.items():
        path.write_text(OUTPUT.sub(block, text), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
