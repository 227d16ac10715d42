"""Patients as an oncologist writes them in a table, read as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crcasp.program.engine import engine
from crcasp.program.files import Program

LINE = re.compile(r"line (\d) (.*?)(?: until (\w+)(?: of (.*))?)?$")
LIMITS = ("contraindicated", "unavailable")


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of the tables in a text whose first cell is a number."""
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0].isdigit():
            yield cells


def name(words: str) -> str:
    """A name of the program, of a name in words."""
    return re.sub("[ -]", "_", words.strip().lower())


def therapy(words: str) -> str:
    """A therapy with its partners, as answers write it."""
    return "+".join(map(name, words.split("+")))


def facts(words: str) -> str:
    """The facts of a patient in words."""
    found: list[str] = []
    for part in filter(None, map(str.strip, words.split(","))):
        line = LINE.match(part)
        first, _, rest = part.partition(" ")
        if line:
            number, held, reason, cause = line.groups()
            found += [f"received({number},{name(item)})" for item in held.split("+")]
            found += [f"stopped({number},{reason})"] if reason else []
            found += [f"toxic({number},{name(cause)})"] if cause else []
        elif first in LIMITS:
            found.append(f"{first}({name(rest)})")
        else:
            found.append(_finding(name(part)))
    return "".join(f"{fact}. " for fact in found)


def _finding(text: str) -> str:
    known = engine(Program()).vocabulary.findings
    finding = max((one for one in known if text.startswith(f"{one}_")), key=len)
    return f"{finding}({text.removeprefix(f'{finding}_')})"
