"""The vocabulary as the program declares it, and the sentence that closes an answer."""

from __future__ import annotations

from crcasp.program.files import Program
from crcasp.program.solver import Solver
from crcasp.program.vocabulary import Vocabulary

VOCABULARY = Vocabulary.of(Solver(Program().vocabulary_control()))
CLOSING = "Research software, not for treatment decisions; newest source 2019."
