"""The facts of a patient: read, checked one by one, never executed.

A fact file is not trusted. `language` reads its facts, `document` and `mapping` read JSON,
`symbols` what clingo has already, and `collector` checks each fact against the vocabulary.
Whether facts contradict each other is for the program.
"""

from crcasp.facts.collector import FactBase, merge
from crcasp.facts.sources import read_mapping, read_path, read_symbols, read_text

__all__ = ["FactBase", "merge", "read_mapping", "read_path", "read_symbols", "read_text"]
