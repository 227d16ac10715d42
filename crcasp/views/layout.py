"""Lines of text, wrapped to a width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from crcasp.views.groups.explanation import Node
from crcasp.views.wording import BULLET, CLOSING, MARGIN, entry


class Text:
    """Lines of text, wrapped to a width of at least 40 columns."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 40)
        self.lines: list[str] = []

    def add(self, title: str, text: str, margin: int = MARGIN) -> None:
        """Add a title in the margin, and the text beside it."""
        self.lines.extend(entry(title, text, self.width, margin))

    def bullets(self, texts: Iterable[str]) -> None:
        """Add items of a list."""
        for text in texts:
            self.add("  -", text, BULLET)

    def gap(self, *heading: str) -> None:
        """Add an empty line, but for the first, and a heading after it."""
        self.lines += ["", *heading] if self.lines else heading

    def tree(self, node: Node, stem: str = "", last: bool | None = None) -> None:
        """Add a tree, drawn with plain characters."""
        branch, below = {None: ("", ""), True: ("`- ", "   "), False: ("|- ", "|  ")}[last]
        self.lines += textwrap.wrap(
            node.text,
            self.width,
            initial_indent=stem + branch,
            subsequent_indent=stem + below + ("|  " if node.children else "   "),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for index, child in enumerate(node.children, 1):
            self.tree(child, stem + below, index == len(node.children))

    def closed(self) -> str:
        """Return the whole, with the line that closes it."""
        self.gap()
        self.add("", CLOSING, 0)
        return "\n".join(self.lines) + "\n"
