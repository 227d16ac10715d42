"""Sentences about conditions, read back at their word: what is joined by and, or, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from crcasp.program.engine import engine
from crcasp.program.files import Program

Atom = tuple[str, frozenset[str]]  # a finding, and the values that would do
JOINTS = (", and ", ", or ", " and ", " or ", ", ")


class All(tuple["Sentence", ...]):
    """All of these hold."""


class Any(tuple["Sentence", ...]):
    """One of these holds."""


Sentence = All | Any | Atom


def phrases() -> dict[str, Atom]:
    """Every phrase of the vocabulary, and what it says."""
    asked = engine(Program())
    words = asked.table.words
    found: dict[str, Atom] = {}

    def add(finding: str, values: tuple[str, ...]) -> None:
        found.setdefault(words.said(finding, values), (finding, frozenset(values)))

    for finding, domain in asked.vocabulary.findings.items():
        values = [str(value) for value in domain]
        if len(values) < 12:
            for size in (1, 2):
                for some in combinations(values, size):
                    add(finding, some)
                    add(finding, some[::-1])
    for bound in range(0, 121):
        for finding in ("age", "ecog", "lines_before"):
            for text in (f"at most {bound}", f"at least {bound}", str(bound)):
                add(finding, (text,))
    agents = [
        str(row[0]) for kind in ("agent", "class") for row in asked.table.solver.facts(kind, 1)
    ]
    for agent in agents:
        for finding in ("earlier", "initial", "failed"):
            for value in ("yes", "no"):
                add(f"{finding}({agent})", (value,))
    for line in range(1, 5):
        for size in (1, 2, 3):
            for some in combinations(("progression", "toxicity", "completed", "other"), size):
                add(f"stopped({line})", some)
    for value in ("yes", "no"):
        add("later_line", (value,))
    for value in ("first", "beyond_first"):
        add("line", (value,))
    return found


class Reader:
    """Reads sentences by the phrases of the vocabulary."""

    def __init__(self) -> None:
        self.phrases = phrases()
        self.longest = sorted(self.phrases, key=len, reverse=True)

    def read(self, text: str) -> Sentence:
        """Return what a sentence says; a text that is no sentence is an error."""
        parts: list[Sentence] = []
        joints: list[str] = []
        rest = re.sub(r" \([^()]*\)", "", text)
        while True:
            rest = rest.removeprefix("either ")
            phrase = next((it for it in self.longest if self._starts(rest, it)), None)
            if phrase is None and not parts:  # a sentence that begins with a capital letter
                rest = rest[:1].lower() + rest[1:]
                phrase = next((it for it in self.longest if self._starts(rest, it)), None)
            assert phrase, f"not a phrase: {rest!r} in {text!r}"
            parts.append(self.phrases[phrase])
            rest = rest[len(phrase) :]
            if not rest:
                break
            joint = next((it for it in JOINTS if rest.startswith(it)), None)
            assert joint, f"not joined: {rest!r} in {text!r}"
            joints.append(joint)
            rest = rest[len(joint) :]
        return self._joined(parts, joints, text)

    @staticmethod
    def _starts(text: str, phrase: str) -> bool:
        after = text[len(phrase) :]
        return text.startswith(phrase) and (not after or after.startswith((" and ", " or ", ", ")))

    @staticmethod
    def _joined(parts: list[Sentence], joints: list[str], text: str) -> Sentence:
        if not joints:
            return parts[0]
        for joint, kind in ((", and ", All), (", or ", Any)):
            if joint in joints:
                at = joints.index(joint) + 1
                first, last = (parts[:at], joints[: at - 1]), (parts[at:], joints[at:])
                return kind((Reader._joined(*first, text), Reader._joined(*last, text)))
        words = {joint.strip(" ,") for joint in joints} - {""}
        assert len(words) == 1, f"and, or in one list: {text!r}"
        return All(parts) if words == {"and"} else Any(parts)


def holds(sentence: Sentence, values: Mapping[str, object]) -> bool:
    """Return whether a sentence holds of a patient of whom these findings are known."""
    if isinstance(sentence, All):
        return all(holds(part, values) for part in sentence)
    if isinstance(sentence, Any):
        return any(holds(part, values) for part in sentence)
    finding, wanted = sentence
    return any(fits(values.get(finding), value) for value in wanted)


def fits(value: object, wanted: str) -> bool:
    """Return whether a value is one that would do; a bound is in words."""
    bound = re.fullmatch(r"at (most|least) (\d+)", wanted)
    if bound is None or value is None:
        return str(value) == wanted
    return (
        int(str(value)) <= int(bound[2]) if bound[1] == "most" else int(str(value)) >= int(bound[2])
    )


def atoms(sentence: Sentence) -> Iterator[Atom]:
    """Yield the findings that a sentence names."""
    if isinstance(sentence, (All, Any)):
        for part in sentence:
            yield from atoms(part)
    else:
        yield sentence
