"""A text with its places, and the blanks and comments in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from crcasp.errors import Place

LINE_COMMENT = r"%(?!\*)[^\n]*+"
BLANKS = rf"(?:[ \t\n]++|{LINE_COMMENT}|%\*[^%*]*+\*%)*+"
_BLANKS = re.compile(BLANKS)
_IN_COMMENT = re.compile(r"(%\*)|(\*%)|%[^\n]*+")


class Text:
    """A text with the place of each of its characters; every line ends with a line feed.

    Attributes:
        text: the text, in which a carriage return that stands alone is a line feed too.
        lone: the offset of the first such carriage return, -1 if there is none.
    """

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.text = text.replace("\r", "\n")
        self.lone = text.find("\r")
        self._starts = [0, *(mark.end() for mark in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Place(self.source, line, offset - self._starts[line - 1] + 1)


def after(pattern: re.Pattern[str], text: str, at: int) -> int:
    """The offset after what matches here, or the same if nothing does."""
    match = pattern.match(text, at)
    return match.end() if match else at


def after_blanks(text: str, at: int) -> int:
    """The offset after white space and comments, but before a comment that has no end."""
    while True:
        at = after(_BLANKS, text, at)
        end = _comment_end(text, at) if text.startswith("%*", at) else at
        if end == at:
            return at
        at = end


def _comment_end(text: str, at: int) -> int:
    """The offset after the comment that begins here, or the same if it has no end."""
    depth = 0
    for mark in _IN_COMMENT.finditer(text, at):
        depth += (0, 1, -1)[mark.lastindex or 0]  # comments nest as they do in clingo
        if depth == 0:
            return mark.end()
    return at
