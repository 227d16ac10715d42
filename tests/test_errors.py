"""Faults: how they are listed."""

from __future__ import annotations

from crcasp.errors import Fault, InputError, Place


def test_input_error_lists_faults_by_place() -> None:
    places = [Place("b", 1, 2), Place("a", 10, 1), Place("a", 9), Place("a")]
    error = InputError([Fault(place, "no.") for place in places])
    assert str(error) == "a: no.\na:9: no.\na:10:1: no.\nb:1:2: no."
    assert isinstance(error, ValueError)
