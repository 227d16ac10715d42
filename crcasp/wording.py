"""Names for a person, and how lines of text are laid out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crcasp.advice import Condition

CLOSING = "Research software, not for treatment decisions; knowledge as of 2019."
SCOPE = "Out of scope: the table does not speak of this patient."
NO_VERDICT = "no verdict"  # out of scope
MARGIN, HANGING, BULLET = 11, 7, 4


@dataclass(frozen=True, slots=True)
class Wording:
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

    def found(self, condition: Condition) -> str:
        """Return what a condition found, with the facts that show it."""
        facts = f" ({', '.join(condition.facts)})" if condition.facts else ""
        return f"{self.name(condition.finding)}: {self.name(condition.value)}{facts}"

    def failure(self, condition: Condition) -> str:
        """Return a condition that was not met, with what it needed."""
        if condition.needs == ("yes",):
            return self.found(condition)
        return f"{self.found(condition)}, needs {self.names(condition.needs, 'or')}"


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Return names joined by commas and one joining word."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def entry(title: str, text: str, width: int, margin: int = MARGIN) -> Iterator[str]:
    """Yield a title in the margin and the text beside it, wrapped to a width."""
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=title.ljust(margin),
        subsequent_indent=" " * margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
