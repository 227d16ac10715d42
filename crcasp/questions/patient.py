"""One patient, asked of one program: facts in, atoms out, and refusals in between."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from clingo import Symbol

from crcasp.errors import Fault, InputError, UsageError
from crcasp.facts import FactBase, read_mapping, read_path, read_symbols
from crcasp.program.completions import Completions
from crcasp.program.engine import Engine, engine
from crcasp.program.files import Program
from crcasp.program.terms import Row

Source: TypeAlias = str | os.PathLike[str] | Mapping[str, object] | Iterable[Symbol]
Overlays: TypeAlias = Sequence[str | os.PathLike[str]]
Constants: TypeAlias = Mapping[str, str | int]


class Patient(NamedTuple):
    """The facts of a patient as they were read, and the program to ask about them."""

    base: FactBase
    program: Program

    @classmethod
    def read(
        cls, source: Source, overlays: Overlays = (), constants: Constants | None = None
    ) -> Patient:
        """Read a patient in any of the forms that `recommend` takes.

        Raises:
            UsageError: an overlay or a constant is not in order, or the source is none.
        """
        program = Program.build(overlays, constants)
        return cls(read_source(source, program), program)

    @property
    def engine(self) -> Engine:
        """What answers."""
        return engine(self.program)

    def completions(self, *extra: str) -> Completions:
        """Return the completions of the patient, with further files of `lp/`.

        Raises:
            InputError: with every fault of the facts at once.
        """
        if self.base.faults:
            self.check()
        found = self.engine.completions(self.base.facts, *extra)
        issues = found.facts("issue", 3)
        if issues:
            raise InputError(self._contradictions(issues))
        return found

    def check(self) -> None:
        """Raise InputError if anything is wrong with the facts, without solving for them."""
        issues = self.engine.issues(self.base.facts, whole=not self.base.faults)
        faults = [*self.base.faults, *self._contradictions(issues)]
        if faults:
            raise InputError(faults)

    def _contradictions(self, issues: Iterable[Row]) -> list[Fault]:
        """Return a fault for each contradiction that the program derives."""
        places = {str(fact): place for fact, place in self.base.facts.items()}

        def called(fact: object) -> str:
            return str(fact) if str(fact) in places else f"{fact}, which an overlay states"

        faults = []
        for fact, other, text in issues:
            place = places.get(str(other))
            seen = f" ({place})" if place and place.line and other != fact else ""
            against = "" if fact == other else f" contradicts {called(other)}{seen}"
            faults.append(Fault(places.get(str(fact)), f"{called(fact)}{against}: {text}."))
        return faults


def read_source(source: Source, program: Program) -> FactBase:
    """Read a patient's facts, unchecked against each other.

    Raises:
        UsageError: it is no source of facts.
    """
    vocabulary = engine(program).vocabulary
    if isinstance(source, (str, os.PathLike)):
        return read_path(source, vocabulary)
    if isinstance(source, Mapping):
        return read_mapping(source, vocabulary)
    stream = hasattr(source, "read")  # what is left of it says nothing of a patient
    several = isinstance(source, Iterable) and not stream
    given: tuple[object, ...] = tuple(source) if several else (source,)
    symbols = [symbol for symbol in given if isinstance(symbol, Symbol)]
    if len(symbols) == len(given):
        return read_symbols(symbols, vocabulary)
    strange = next(symbol for symbol in given if not isinstance(symbol, Symbol))
    raise UsageError(
        "A patient is the path of one fact file, a mapping, or the symbols that parse_facts() "
        f"returns, and not {_described(source, strange)}."
    )


def _described(source: object, strange: object) -> str:
    kind = type(strange).__name__
    if source is strange:
        return f"a value of type {kind}"
    return f"a {type(source).__name__} that holds a value of type {kind}"
