"""What texts and pages say alike, and how lines of text are laid out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from crcasp.program.wording import Wording
from crcasp.results.advice import Condition

CLOSING = "Research software, not for treatment decisions; knowledge as of 2019."
SCOPE = "Out of scope: the table does not speak of this patient."
NO_VERDICT = "no verdict"  # out of scope
MARGIN, HANGING, BULLET = 11, 7, 4


def found(condition: Condition, words: Wording) -> str:
    """Return what a condition found, with the facts that show it."""
    facts = f" ({', '.join(condition.facts)})" if condition.facts else ""
    return f"{words.name(condition.finding)}: {words.name(condition.value)}{facts}"


def failure(condition: Condition, words: Wording) -> str:
    """Return a condition that was not met, with what it needed."""
    if condition.needs == ("yes",):
        return found(condition, words)
    return f"{found(condition, words)}, needs {words.names(condition.needs, 'or')}"


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
