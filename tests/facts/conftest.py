"""The vocabulary that facts are checked against."""

from __future__ import annotations

import pytest
from words import VOCABULARY

from crcasp.program.vocabulary import Vocabulary


@pytest.fixture
def vocabulary() -> Vocabulary:
    return VOCABULARY
