"""A text with its places, and what stands between its statements."""

from __future__ import annotations

import bisect
import re

from crcasp.errors import Place

LINE_COMMENT = r"%(?!\*)[^\n]*+"
_BLANKS = re.compile(rf"(?:[ \t\n]++|{LINE_COMMENT}|%\*[^%*]*+\*%)++")
_IN_COMMENT = re.compile(r"%\*|\*%|%[^\n]*+")
OPEN_COMMENT = "this comment is never closed; end it with *%."


class Text:
    """A text with the place of each of its characters."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = re.sub("\r\n?", "\n", text.removeprefix("\ufeff"))
        self._starts = [0, *(mark.end() for mark in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect.bisect_right(self._starts, offset)
        return Place(self.source, line, offset - self._starts[line - 1] + 1)


class OpenCommentError(Exception):
    """A block comment without its end."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


def after_blanks(text: str, start: int) -> int:
    """The offset after white space and comments, which nest as they do in clingo."""
    while start < len(text):
        blanks = _BLANKS.match(text, start)
        if blanks:
            start = blanks.end()
        elif text.startswith("%*", start):
            start = _after_comment(text, start)
        else:
            break
    return start


def _after_comment(text: str, start: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, start):
        depth += {"%*": 1, "*%": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise OpenCommentError(start)
