"""What `report/matrix.lp` derives of a patient, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crcasp.facts import FactBase
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import Word, natural
from crcasp.program.wording import Wording
from crcasp.questions.decoder import Reader
from crcasp.views.wording import grouped

MATRIX = "report/matrix.lp"


class Turns(NamedTuple):
    """What each therapy turns on."""

    words: Wording  # those of columns included
    values: Mapping[str, Word]  # what each finding is, as far as it is known
    shown: Mapping[str, list[str]]  # the facts that show it
    states: Mapping[tuple[str, str], str]  # by therapy and finding: met, unmet or unknown
    wants: Mapping[tuple[str, str], list[str]]  # what would do


def turns(base: FactBase, program: Program) -> Turns:
    """Return what the therapies turn on for a patient."""
    answer, grounding = engine(program).alone(base, MATRIX)
    atoms = answer.atoms
    shows = grouped((str(name), str(fact)) for name, _, fact in atoms.get("shows", ()))
    wants = grouped(((str(t), str(c)), str(wanted)) for t, c, wanted in atoms.get("wants", ()))
    return Turns(
        Wording(Reader(grounding).labels),
        {str(finding): value for finding, value in atoms.get("is", ())},
        {finding: sorted(set(facts), key=natural) for finding, facts in shows.items()},
        {(str(t), str(c)): str(state) for t, c, state in atoms.get("cell", ())},
        {key: sorted(set(wanted), key=natural) for key, wanted in wants.items()},
    )
