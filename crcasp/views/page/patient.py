"""What a page says of the patient beside what the table asks about."""

from __future__ import annotations

from crcasp.program.terms import natural
from crcasp.program.vocabulary import LIMITS
from crcasp.results.advice import Advice
from crcasp.results.matrix import Turns
from crcasp.results.provenance import known
from crcasp.views.groups import advice as answers
from crcasp.views.groups.advice import Known


def findings(advice: Advice, turns: Turns) -> tuple[list[Known], list[Known]]:
    """Return what was given and what was derived, all of it."""
    words = turns.words
    given = [item for item in answers.known(advice, words) if not item.facts]
    derived = [item for item in answers.known(advice, words) if item.facts]
    used = {fact for finding in advice.findings for fact in finding.facts}
    for fact in sorted(known(advice.provenance).facts, key=natural):  # such as half of a whole
        name, _, value = fact.removesuffix(")").partition("(")
        if value and "," not in value and name not in LIMITS and fact not in used:
            given.append(Known(words.name(name), words.name(value)))
    asked = {finding.name for finding in advice.findings} | {name for name, _ in advice.limits}
    from_history = sorted(turns.shown.keys() - asked, key=natural)
    for name in from_history:
        value = words.name(turns.values[name])
        derived.append(Known(words.name(name), value, tuple(turns.shown[name])))
    if "line" not in from_history:
        given.insert(0, Known(words.name("line"), words.name(advice.line)))
    return given, derived
