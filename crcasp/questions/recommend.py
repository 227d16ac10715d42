"""The main job: the recommendation sets of one patient."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from clingo import Symbol

from crcasp.facts import FactBase, read_mapping, read_path, read_symbols, read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.results.provenance import Origin

if TYPE_CHECKING:
    from crcasp.questions.decoder import Reader
    from crcasp.results.advice import Advice

Source: TypeAlias = str | os.PathLike[str] | Mapping[str, object] | Iterable[Symbol]


def recommend(
    source: Source,
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
) -> Advice:
    """Return the recommendation sets of one patient, with their reasons.

    The table is Table 3 of Cardiovasc Intervent Radiol 42(9):1240-1254 (2019),
    doi 10.1007/s00270-019-02284-9. Safe to call from several threads.

    Args:
        source: the path of a fact file (ASP facts or JSON), a mapping, or clingo symbols.
        overlays: further `.lp` files of your own, trusted, on top of the program.
        constants: constants of the program to override, such as a limit in years.

    Raises:
        InputError: the patient's facts are not in order; lists every fault.
        UsageError: an overlay or a constant is not in order.

    >>> advice = recommend({"age": 54, "side": "left", "ras": "wild_type"})
    >>> [str(chosen) for chosen in advice.preferred]
    ['folfiri+cetuximab', 'folfox+cetuximab']
    >>> advice.therapies["sox"].missing
    ['country']
    """
    program = Program.build(overlays, constants)
    return advise(read_source(source, program), program)


def parse_facts(text: str) -> tuple[Symbol, ...]:
    """Return the facts of a text, ASP facts or JSON, checked but not yet solved.

    Raises:
        InputError: with every fault of the text, each with line and column.

    >>> [str(fact) for fact in parse_facts("age(54). kras(wild_type).")]
    ['age(54)', 'kras(wild_type)']
    """
    solver = engine(Program())
    base = read_text(text, "facts", solver.vocabulary)
    solver.check(base)
    return tuple(base.facts)


def read_source(source: Source, program: Program) -> FactBase:
    """Read a patient in any of the forms that `recommend` takes, unchecked."""
    vocabulary = engine(program).vocabulary
    if isinstance(source, (str, os.PathLike)):
        return read_path(source, vocabulary)
    if isinstance(source, Mapping):
        return read_mapping(source, vocabulary)
    return read_symbols(source, vocabulary)


def advise(base: FactBase, program: Program, *, once: bool = False) -> Advice:
    """Return the advice on facts that were read; `once` where no other patient follows."""
    solver = engine(program)
    answer = solver.once(base) if once else solver.ask(base)
    return replace(
        reader(program).advice(answer, tuple(base.facts)), origin=Origin.of(base, program)
    )


_reader_lock = Lock()


def reader(program: Program) -> Reader:
    """Return the reader of a program's answers, made once in a process."""
    with _reader_lock:
        return _reader(program)


@lru_cache(maxsize=16)
def _reader(program: Program) -> Reader:
    from crcasp.questions.decoder import Reader

    return Reader(engine(program).any_grounding())
