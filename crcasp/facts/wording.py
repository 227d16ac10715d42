"""What messages about the input say, and how they repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from crcasp.program.wording import nearest

MAX_SHOWN = 40  # characters of the input that a message repeats

Domain: TypeAlias = Sequence[str | int]  # the allowed values of one argument

NO_FACT = "this is not a fact: write name(value)."


class Odd(NamedTuple):
    """What is neither a name nor a whole number, as a message shows it."""

    shown: str = ""
    word: str | None = None  # the name or number that may be meant by it
    message: str = ""  # what to say of it instead, whatever the argument


def objection_to(label: str, content: str | int | Odd, domain: Domain) -> str:
    """Say why the content of an argument is not allowed."""
    if isinstance(content, Odd) and content.message:
        return content.message
    shown = content.shown if isinstance(content, Odd) else show(content)
    whole = "a whole number, " if isinstance(domain[0], int) and "." in shown else ""
    return f"{label} must be {whole}{choices(domain)}, not {shown}{_remedy(content, domain)}"


def _remedy(content: str | int | Odd, domain: Domain) -> str:
    """The end of a message: how the value may have been meant."""
    word = content.word if isinstance(content, Odd) else content
    if not isinstance(word, str):
        return "."
    if word in map(str, domain):
        quoted = not isinstance(content, Odd) or content.shown.startswith('"')
        return f"; write {word} without quotation marks." if quoted else f"; did you mean {word}?"
    return suggestion(word, (name for name in domain if isinstance(name, str))) or "."


def suggestion(word: str, names: Iterable[str]) -> str:
    """`; did you mean ...?` with the name nearest to a word, or nothing."""
    near = nearest(word, names)
    return f"; did you mean {near}?" if near else ""


def unknown(name: str, known: Iterable[str]) -> str:
    """A message for a predicate, or a key, that is not in the vocabulary."""
    names = list(known)
    end = suggestion(name, names) or "; use one of these, and give rules of your own by --with."
    return f"{show(name)} is none of {', '.join(names)}{end}"


def wrong_arity(name: str, signature: tuple[Domain, ...], arity: int) -> str:
    """Return a message for a predicate with too many or too few arguments."""
    example = ", ".join(str(domain[0]) for domain in signature)
    plural = "argument" if len(signature) == 1 else "arguments"
    return f"{name} takes {len(signature)} {plural}, not {arity}; write it as in {name}({example})."


def label_of(path: object) -> str:
    """What a message calls a member of a mapping, as in `history[0].received`."""
    steps = path if isinstance(path, tuple) else ()
    return "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in steps).removeprefix(".")


def choices(domain: Domain) -> str:
    """The values of a domain in words: `18 to 120`, or `left or right`."""
    first, last = domain[0], domain[-1]
    if isinstance(first, int) and isinstance(last, int) and last - first + 1 == len(domain) > 1:
        return f"{first} to {last}"
    names = [str(value) for value in domain]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def show(value: str | int) -> str:
    """A value as a message repeats it: on one line, and not at any length."""
    text = str(value) if isinstance(value, str) or abs(value) < 10**MAX_SHOWN else "a huge number"
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_'][A-Za-z0-9_']*", text):
        text = quoted(text[: MAX_SHOWN + 1])
    return clipped(text)


def quoted(value: object) -> str:
    """Return a value as JSON writes it."""
    import json

    return json.dumps(value)


def clipped(text: str) -> str:
    """A text, shortened where it is long."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def printable(text: str) -> str:
    """A text that any stream can print, on one line."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def kind(value: object) -> str:
    """What a value of a mapping is, in words; a container is not looked into."""
    if value is None or isinstance(value, (bool, float)):
        return quoted(value)
    if isinstance(value, (str, int)):
        return show(value)
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"a value of type {type(value).__name__}"
