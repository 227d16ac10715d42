"""A document as text, wrapped to a width."""

from __future__ import annotations

import textwrap

from crcasp.program.vocabulary import Vocabulary
from crcasp.views.document import Block, Check, Document, Entry, Field, Item, Note, Section

MARGIN, INDENT, STEP = 12, 2, 4
NARROWEST = 40
BOLD, PLAIN = "\033[1m", "\033[0m"


def text_of(document: Document, width: int = 80, *, bold: bool = False) -> str:
    """Return a document as text.

    Args:
        document: what is shown.
        width: columns to wrap to, at least 40.
        bold: whether verdicts are bold, as on a terminal.
    """
    return _Text(max(width, NARROWEST), bold=bold).of(document)


def entry(title: str, text: str, width: int, margin: int = MARGIN) -> list[str]:
    """Return lines with a title in the margin and a text beside it, wrapped to a width."""
    lead = f"{title.rstrip().ljust(margin - 1)} " if margin else ""
    return _Text(width, bold=False).wrapped(text, lead, " " * margin)


class _Text:
    def __init__(self, width: int, *, bold: bool) -> None:
        self.width = width
        self.bold = bold
        self.lines: list[str] = []

    def of(self, document: Document) -> str:
        self.header(document)
        before: Block | None = None
        for block in document.blocks:
            if isinstance(block, Section) and block.folded:
                continue
            if not isinstance(block, Section) and type(block) is not type(before):
                self.lines.append("")
            self.block(block)
            before = block
        if not isinstance(before, Note):
            self.lines.append("")
        self.lines += self.wrapped(document.closing)
        return "\n".join(self.lines).lstrip("\n") + "\n"

    def header(self, document: Document) -> None:
        title = self.wrapped(document.title)
        aside = document.rules
        if title and aside and len(title[-1]) + len(aside) + 2 <= self.width:
            last = title.pop()
            title.append(self.strong(last, document.strong) + aside.rjust(self.width - len(last)))
        else:
            title = [self.strong(line, document.strong) for line in title]
            title += self.wrapped(aside) if aside else []
        self.lines += title

    def strong(self, text: str, strong: bool) -> str:
        return f"{BOLD}{text}{PLAIN}" if strong and self.bold and text.strip() else text

    def wrapped(self, text: str, first: str = "", rest: str = "", room: int = 0) -> list[str]:
        return textwrap.wrap(
            text,
            self.width - room,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def block(self, block: Block) -> None:
        match block:
            case Section():
                self.section(block)
            case Field(name, text):
                self.lines += entry(name, text, self.width)
            case Entry():
                self.entry(block)
            case Item(text, details, run_on):
                apart = self.item(text, details)
                whole = self.item(": ".join([text, *details])) if run_on else apart
                self.lines += whole if len(whole) < len(apart) else apart
            case Check():
                self.check(block)
            case Note(text, _):
                self.lines += self.wrapped(text)

    def section(self, section: Section) -> None:
        self.lines.append("")
        title = section.title if "." in section.title else section.title.upper()
        blocks = section.blocks
        if section.lead and len(title) > MARGIN - 2:
            self.lines += self.wrapped(f"{section.title}: {section.lead}")
        elif section.lead:
            self.lines += self.wrapped(section.lead, f"{title.ljust(MARGIN - 2)}  ", " " * MARGIN)
        elif blocks and isinstance(blocks[0], Entry) and not blocks[0].label:
            self.entry(blocks[0], title)
            blocks = blocks[1:]
        else:
            self.lines.append(title)
        for block in blocks:
            self.block(block)

    def entry(self, entry: Entry, title: str = "") -> None:
        label = title or (" " * INDENT + entry.label if entry.label else "")
        lead = f"{label.ljust(MARGIN - 2)}  " if label else " " * MARGIN
        room = len(entry.aside) + 2 if entry.aside else 0
        lines = self.wrapped(entry.text, lead, " " * MARGIN, room)
        if entry.aside:
            plain = lines[0]
            aside = entry.aside.rjust(self.width - len(plain))
            if len(plain) + room > self.width:  # a word without a break has no room beside it
                aside, lines[1:] = "", [entry.aside.rjust(self.width), *lines[1:]]
            lines[0] = plain[: len(lead)] + self.strong(plain[len(lead) :], entry.strong) + aside
        self.lines += lines
        for detail in entry.details:
            self.lines += self.wrapped(detail, " " * MARGIN, " " * MARGIN)

    def item(self, text: str, details: tuple[str, ...] = ()) -> list[str]:
        lines = self.wrapped(text, " " * INDENT, " " * (INDENT + STEP))
        for detail in details:
            lines += self.wrapped(detail, " " * (INDENT + STEP), " " * (INDENT + 2 * STEP))
        return lines

    def check(self, check: Check) -> None:
        lead = f"  {check.word.ljust(MARGIN - 4)}  "
        column = (self.width - MARGIN) // 2
        if check.found and len(check.condition) < column:
            said = check.condition.ljust(column)
            self.lines += self.wrapped(check.found, lead + said, " " * (MARGIN + column))
        else:
            self.lines += self.wrapped(check.condition, lead, " " * MARGIN)
            if check.found:
                self.lines += self.wrapped(check.found, " " * (MARGIN + 2), " " * (MARGIN + 2))


def vocabulary_text(vocabulary: Vocabulary, width: int = 80) -> str:
    """Return the facts that a patient may have, one predicate after another."""
    said = {}
    for finding, values in vocabulary.findings.items():
        numbers = [value for value in values if isinstance(value, int)]
        between = len(numbers) == len(values)
        allowed = f"{min(numbers)} to {max(numbers)}" if between else ", ".join(map(str, values))
        said[f"{finding}(V)"] = allowed
    line = f"L: 1 to {vocabulary.lines}; "
    said["received(L, T)"] = f"{line}T: {', '.join(vocabulary.therapies)}"
    said["stopped(L, R)"] = f"{line}R: {', '.join(vocabulary.reasons)}"
    said["toxic(L, A)"] = f"{line}A: {', '.join(vocabulary.blamable)}"
    said["contraindicated(X)"] = f"X: {', '.join(vocabulary.limits)}"
    said["unavailable(X)"] = "X: as for contraindicated(X)"
    lines = []
    for fact, allowed in said.items():
        lines.append(f"{fact}  {vocabulary.meanings.get(fact.partition('(')[0], '')}")
        lines += textwrap.wrap(allowed, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
