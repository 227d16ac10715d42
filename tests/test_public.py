"""The public surface: every name is there, typed, documented, and its example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import crcasp

MODULES = sorted(item.name for item in pkgutil.walk_packages(crcasp.__path__, "crcasp."))
SLOW = "crcasp.questions.diff"


def test_every_name_is_there_and_documented() -> None:
    for name in crcasp.__all__:
        thing = getattr(crcasp, name)
        assert inspect.getdoc(thing), name
        assert not inspect.ismodule(thing), name


def test_no_module_hides_a_public_name() -> None:
    for module in MODULES:
        assert module.removeprefix("crcasp.") not in crcasp.__all__, module


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        getattr(crcasp, "nothing")  # noqa: B009


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name == SLOW else [])
        for name in ["crcasp", *MODULES]
    ],
)
def test_examples_in_docstrings_run(name: str) -> None:
    if name == "crcasp.__main__":
        pytest.skip("importing it runs the command line")
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
