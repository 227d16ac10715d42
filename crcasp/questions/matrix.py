"""Every therapy against the findings that decide it, for the page of one patient."""

from __future__ import annotations

from crcasp.program.table import Table
from crcasp.questions.decoder import Decoder
from crcasp.questions.patient import Patient
from crcasp.results.matrix import Turns

MATRIX = "report/matrix.lp"


def turns(patient: Patient) -> Turns:
    """Return what the therapies turn on for a patient that was read."""
    answer, grounding = patient.fresh(MATRIX)
    decoder = Decoder(answer, Table(grounding))
    cells, wants = decoder.atoms("cell"), decoder.grouped("wants").items()
    return Turns(
        words=decoder.table.words,
        values={str(finding): value for finding, value in decoder.values.items()},
        shown={str(finding): decoder.facts(str(finding)) for (finding,) in decoder.shown},
        states={(str(name), str(column)): str(state) for name, column, state in cells},
        wants={(str(name), str(column)): values for (name, column), values in wants},
    )
