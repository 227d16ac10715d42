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
    """Return one fault for each message about some texts; without any, one for each message.

    Args:
        messages: as clingo words them.
        texts: the texts that the messages may speak of, by name.
        called: what clingo calls the text instead of its name, where there is only one.
    """
    found = [_fault(message, texts, called) for message in messages]
    # What it says of the program's own files follows from what it says of these.
    return [fault for fault in found if fault.place and fault.place.source in texts] or found


def refused(messages: Iterable[str], texts: Mapping[str, str]) -> OverlayError:
    """Return the error that clingo has something to say about texts of the user's own."""
    found = faults_of(messages, texts)
    if any(fault.place and fault.place.source in texts for fault in found):
        return OverlayError(found)
    return OverlayError(Fault(Place(", ".join(texts) or "program"), str(fault)) for fault in found)


def _fault(message: str, texts: Mapping[str, str], called: str) -> Fault:
    names = {called or name: name for name in texts}
    pattern = "|".join(map(re.escape, names))
    place = re.match(f"({pattern}|.+?){RANGE}", message)
    said = " ".join(message[place.end() if place else 0 :].split())
    said = re.sub(rf" (?:{pattern}){RANGE}note: ", "; ", said)
    said = re.sub(rf" \S*?([\w.]+\.lp):(\d+){COLUMNS}: note: ", r"; \1:\2: ", said)
    said = re.sub(r"^(error|info|warning): ", "", said)
    if place is None:
        return Fault(None, f"clingo says: {said}.")
    name, line, column = names.get(place[1], place[1]), int(place[2]), int(place[3])
    if ODD in said and name in texts:
        said = said.replace(ODD, ascii(texts[name].split("\n")[line - 1][column - 1]))
    remedy = next((text for begin, text in REMEDIES.items() if said.startswith(begin)), ".")
    return Fault(Place(name, line, column), f"clingo says: {said}{remedy}")
