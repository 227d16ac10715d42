"""Names for a person, from the labels of the program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from clingo import parse_term

from crcasp.program.terms import word

LONGEST = 40  # characters of a word that may be misspelt


class Wording(NamedTuple):
    """Names and phrases for a person, from the program.

    Attributes:
        labels: what therapies, findings and values are called.
        phrases: how a finding is said to have a value, or any value, "any".
        headings: under which heading a finding is listed.
    """

    labels: Mapping[str, str]
    phrases: Mapping[tuple[str, str], str] = {}
    headings: Mapping[str, str] = {}

    def name(self, name: str | int | None) -> str:
        """Return a therapy, finding or value in words."""
        if name is None:
            return "unknown"
        text = str(name)
        if text in self.labels:
            return self.labels[text]
        if "+" in text:
            return " + ".join(self.name(part) for part in text.split("+"))
        outer, bracket, _ = text.partition("(")
        if bracket and outer == "with":
            return " + ".join(self.subjects(text))
        if bracket and outer in self.labels:
            return self.labels[outer].format(*self.subjects(text))
        return text.replace("_", " ")

    def said(self, finding: str, values: Iterable[str | int]) -> str:
        """Return that a finding has one of some values.

        >>> Wording({"ras": "RAS"}).said("ras", ["mutant", "wild_type"])
        'RAS mutant or wild type'
        """
        values = [*values]
        if excepted := self.excepted(finding, values):
            return excepted
        outer, _, inner = finding.partition("(")
        subjects = self.subjects(finding)
        if outer in ("before", "now") and subjects:
            return self.labels[outer].format(self.said(inner.removesuffix(")"), values))

        def phrase(value: str, said: str) -> str | None:
            if text := self.phrases.get((finding, value)):
                return text.format(said)
            text = self.phrases.get((outer, value))
            return None if text is None else text.format(*subjects, said)

        named = [(value, phrase(value, self.name(value))) for value in map(str, values)]
        texts = [text for _, text in named if text is not None]
        others = [value for value, text in named if text is None]
        if others:
            joined = self.names(others, "or")
            plain = "" if others == ["yes"] else f" {joined}"
            texts.insert(0, phrase("any", joined) or f"{self.name(finding)}{plain}")
        return " or ".join(texts)

    def excepted(self, finding: str, values: Sequence[str | int]) -> str:
        """Return that a finding is anything but the one value for which there is such a phrase."""
        outer = finding.partition("(")[0]
        for (name, value), text in self.phrases.items():
            exception = value.startswith("but(") and value[4:-1] not in map(str, values)
            if name == outer and exception and len(values) > 2:
                return text.format(*self.subjects(finding))
        return ""

    def subjects(self, term: str) -> list[str]:
        """Return the arguments of a term in words."""
        found = parse_term(term).arguments if "(" in term else ()
        return [self.name(word(part)) for part in found]

    def names(self, names: Iterable[str | int], joint: str = "and") -> str:
        """Return several names as one list in words."""
        return listed([self.name(name) for name in names], joint)


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Return names joined by commas and one joining word."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that a word is most likely misspelt for, None if it is near none."""
    from difflib import get_close_matches

    plain = {_plain(name): name for name in names}
    found = get_close_matches(_plain(word), list(plain), 1) if len(word) <= LONGEST else []
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    return re.sub(r"[\s-]", "_", name.strip().lower())
