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
    """A text with the place of each of its characters; every line ends with a line feed."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self._starts = [0, *(mark.end() for mark in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Place(self.source, line, offset - self._starts[line - 1] + 1)


def after_blanks(text: str, start: int) -> int:
    """The offset after white space and comments, but before a comment that has no end."""
    while True:
        blanks = _BLANKS.match(text, start)
        start = blanks.end() if blanks else start
        end = _after_comment(text, start) if text.startswith("%*", start) else start
        if end == start:
            return start
        start = end


def _after_comment(text: str, start: int) -> int:
    """The offset after a block comment, which may nest as in clingo, or before it if it is open."""
    depth = 0
    for mark in _IN_COMMENT.finditer(text, start):
        depth += (0, 1, -1)[mark.lastindex or 0]
        if depth == 0:
            return mark.end()
    return start
