"""What each therapy turns on: every therapy against the findings that decide it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crcasp.program.terms import Word
from crcasp.program.wording import Wording
from crcasp.results.advice import State


class Turns(NamedTuple):
    """What each therapy turns on, by therapy and finding.

    Attributes:
        words: names for a person, those of columns included.
        values: what each finding is, as far as it is known.
        shown: the patient's facts that show it.
        states: "met", "not_met" or "open".
        wants: what would do.
    """

    words: Wording
    values: Mapping[str, Word]
    shown: Mapping[str, tuple[str, ...]]
    states: Mapping[tuple[str, str], State]
    wants: Mapping[tuple[str, str], tuple[str, ...]]
