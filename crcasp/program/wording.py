"""Names for a person, from the labels of the program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

LONGEST = 40  # characters of a word that may be misspelt


class Wording(NamedTuple):
    """Names for a person, from the labels of the program."""

    labels: Mapping[str, str]

    def name(self, name: str | int | None) -> str:
        """Return a therapy, finding or value in words."""
        if name is None:
            return "unknown"
        text = str(name)
        if text in self.labels:
            return self.labels[text]
        if "+" in text:
            return " + ".join(self.name(part) for part in text.split("+"))
        outer, bracket, inner = text.partition("(")
        if bracket and outer in self.labels:
            return self.labels[outer].format(self.name(inner.removesuffix(")")))
        return text.replace("_", " ")

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
