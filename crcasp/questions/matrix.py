"""Every therapy against the findings that decide it, for the page of one patient."""

from __future__ import annotations

from typing import cast

from crcasp.program.table import Table
from crcasp.questions.decoder import Decoder
from crcasp.questions.patient import Patient
from crcasp.results.advice import Finding
from crcasp.results.matrix import Cell, Matrix, State

MATRIX = "report/matrix.lp"


def matrix(patient: Patient) -> Matrix:
    """Return the matrix of a patient that was read."""
    answer, grounding = patient.fresh(MATRIX)
    decoder = Decoder(answer, Table(grounding))
    needs = decoder.grouped("wants")
    cells = {
        (str(therapy), str(column)): Cell(cast(State, str(state)), needs.get((therapy, column), ()))
        for therapy, column, state in decoder.atoms("cell")
    }
    values = {str(finding): value for finding, value in decoder.values.items()}
    shown = tuple(
        Finding(str(name), values[str(name)], decoder.facts(str(name)), ())
        for (name,) in decoder.shown
        if str(name) in values
    )
    return Matrix(cells, values, shown, decoder.table.words)
