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

MATRIX = "report/matrix.lp"


class Turns(NamedTuple):
    """What each therapy turns on, by therapy and finding.

    Attributes:
        words: names for a person, those of columns included.
        values: what each finding is, as far as it is known.
        shown: the patient's facts that show it.
        states: "met", "unmet" or "unknown".
        wants: what would do.
    """

    words: Wording
    values: Mapping[str, Word]
    shown: Mapping[str, tuple[str, ...]]
    states: Mapping[tuple[str, str], str]
    wants: Mapping[tuple[str, str], tuple[str, ...]]


def turns(base: FactBase, program: Program) -> Turns:
    """Return what the therapies turn on for a patient."""
    answer, grounding = engine(program).alone(base, MATRIX)
    atoms = answer.atoms
    wants: dict[tuple[str, str], set[str]] = {}
    for therapy, column, wanted in atoms.get("wants", ()):
        wants.setdefault((str(therapy), str(column)), set()).add(str(wanted))
    shown: dict[str, set[str]] = {}
    for finding, _, fact in atoms.get("shows", ()):
        shown.setdefault(str(finding), set()).add(str(fact))
    return Turns(
        Wording(Reader(grounding).labels),
        {str(finding): value for finding, value in atoms.get("is", ())},
        {finding: tuple(sorted(facts, key=natural)) for finding, facts in shown.items()},
        {(str(name), str(column)): str(state) for name, column, state in atoms.get("cell", ())},
        {key: tuple(sorted(wanted, key=natural)) for key, wanted in wants.items()},
    )
