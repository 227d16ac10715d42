"""What clingo says of rules of the user's own, as faults with places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crcasp.errors import Fault, OverlayError, Place

UNNAMED = "<string>"  # what clingo calls a text without a name
ODD = "`"  # stands for a character that no program has: no token of clingo's
COLUMNS = r":\d+(?:-[\d:]+)?"
RANGE = r":(\d+):(\d+)(?:-[\d:]+)?: "
REMEDIES = {  # by what clingo begins with
    "lexer error, unexpected '\\ufeff'": "; save the file without a byte order mark.",
    "unsafe variables in": "; bind it in the body, or quote it: a capital begins a variable.",
    "atom does not occur in any rule head": "; is it misspelt, or is #defined missing for it?",
    "redefinition of constant": "; override it by -c NAME=VALUE.",
}


def faults_of(messages: Iterable[str], texts: Mapping[str, str], called: str = "") -> list[Fault]:
    """Return one fault for each message.

    Args:
        messages: as clingo words them.
        texts: the texts that the messages may speak of, by name.
        called: what clingo calls the text instead of its name, where there is only one.
    """
    found = []
    for message in messages:
        fault = _fault(message, texts, called)
        found += [fault] if fault not in found else []
    return found


def refused(messages: Iterable[str], texts: Mapping[str, str]) -> OverlayError:
    """Return the error that clingo has something to say about texts of the user's own."""
    faults = faults_of(messages, texts)
    own = [fault for fault in faults if fault.place and fault.place.source in texts]
    if own or not faults:  # what it says of the program's own files follows from these
        return OverlayError(own)
    return OverlayError(Fault(Place(", ".join(texts) or "program"), str(x)) for x in faults)


def _fault(message: str, texts: Mapping[str, str], called: str) -> Fault:
    names = {called or name: name for name in texts}
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    place = re.match(f"({pattern}){RANGE}", message) or re.match(f"(.+?){RANGE}", message)
    said = " ".join(message[place.end() if place else 0 :].split())
    said = re.sub(rf" (?:{pattern}){RANGE}note: " if pattern else "$^", "; ", said)
    said = re.sub(rf" \S*?([\w.]+\.lp):(\d+){COLUMNS}: note: ", r"; \1:\2: ", said)
    said = re.sub(r"^(error|info|warning): ", "", said)
    if place is None:
        return Fault(None, f"clingo says: {said}.")
    name, line, column = names.get(place[1], place[1]), int(place[2]), int(place[3])
    if ODD in said and name in texts:
        said = said.replace(ODD, ascii(texts[name].split("\n")[line - 1][column - 1]))
    return Fault(Place(name, line, column), f"clingo says: {said}{_remedy(said)}")


def _remedy(said: str) -> str:
    return next((text for begin, text in REMEDIES.items() if said.startswith(begin)), ".")
