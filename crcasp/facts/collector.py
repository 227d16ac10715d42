"""The facts and the faults of one source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import clingo

from crcasp.errors import Fault, Place
from crcasp.facts.base import FactBase
from crcasp.facts.wording import Domain, Odd, objection_to, unknown, wrong_arity
from crcasp.program.terms import word
from crcasp.program.vocabulary import Vocabulary

MAX_FACTS = 2_000  # of one source: facts, faults or statements
TOO_MANY = (
    f"there is more here than the {MAX_FACTS} facts that one patient may have; "
    "give the facts of one patient only."
)


class RefusedError(Exception):
    """A part of the input is refused; caught where the rest can still be read."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


class SourceError(RefusedError):
    """A source is refused as a whole; nothing more of it is read."""


class Value(NamedTuple):
    """One argument of a fact, where it is written, and what a message calls it."""

    label: str
    content: str | int | Odd
    place: Place

    def symbol(self) -> clingo.Symbol:
        """The argument as clingo has it, once it is known to be allowed."""
        if isinstance(self.content, int):
            return clingo.Number(self.content)
        return clingo.Function(str(self.content))


class Collector:
    """The facts and the faults of one source, up to a limit that no patient reaches."""

    def __init__(self, signatures: Mapping[str, tuple[Domain, ...]], source: str) -> None:
        self.signatures = signatures
        self.source = source
        self.facts: dict[clingo.Symbol, Place] = {}
        self.faults: list[Fault] = []
        self.count = 0

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Let a source that is refused as a whole leave one fault and no fact."""
        if not isinstance(error, SourceError):
            return False
        self.facts = {}
        self.faults = [Fault(error.place or Place(self.source), str(error))]
        return True

    def result(self) -> FactBase:
        """All that was collected."""
        return FactBase(MappingProxyType(self.facts), tuple(self.faults))

    def tally(self) -> None:
        """Count one thing read, and refuse the source when there are too many."""
        self.count += 1
        if self.count > MAX_FACTS:
            raise SourceError(TOO_MANY)

    def refuse(self, message: str, place: Place | None = None) -> None:
        """Note one fault."""
        self.tally()
        self.faults.append(Fault(place or Place(self.source), message))

    def knows(self, name: str, arity: int, place: Place) -> bool:
        """Whether the predicate is known with this number of arguments; if not, a fault."""
        signature = self.signatures.get(name)
        if signature is None:
            self.refuse(unknown(name, self.signatures), place)
        elif len(signature) != arity:
            self.refuse(wrong_arity(name, signature, arity), place)
        return signature is not None and len(signature) == arity

    def allows(self, fact: clingo.Symbol) -> bool:
        """Whether a symbol is an allowed fact as it stands."""
        if fact.type is not clingo.SymbolType.Function:
            return False
        domains, terms = self.signatures.get(fact.name), fact.arguments
        if domains is None or fact.negative or len(terms) != len(domains):
            return False
        for term, domain in zip(terms, domains, strict=True):
            if word(term) not in domain or term.type is clingo.SymbolType.String:
                return False
        return True

    def add(self, name: str, arguments: Iterable[Iterable[Value]], place: Place) -> None:
        """Add a known predicate with every combination of its allowed arguments."""
        columns = [
            [value for value in values if self._allows(value, domain)]
            for values, domain in zip(arguments, self.signatures[name], strict=True)
        ]
        for row in product(*columns):
            self.keep(clingo.Function(name, [value.symbol() for value in row]), place)

    def keep(self, fact: clingo.Symbol, place: Place) -> None:
        """Add an allowed fact; one that is repeated keeps its first place."""
        self.tally()
        self.facts.setdefault(fact, place)

    def _allows(self, value: Value, domain: Domain) -> bool:
        if not isinstance(value.content, Odd) and value.content in domain:
            return True
        interval = value.place.column and self.faults and self.faults[-1].place == value.place
        if not interval:  # of an interval, the first number is enough
            self.refuse(objection_to(value.label, value.content, domain), value.place)
        return False


def signatures(vocabulary: Vocabulary) -> Mapping[str, tuple[Domain, ...]]:
    """The predicates of a patient, each with the allowed values of its arguments."""
    findings = {name: (values,) for name, values in vocabulary.findings.items()}
    lines = range(1, vocabulary.lines + 1)
    return {
        **findings,
        "received": (lines, vocabulary.therapies),
        "stopped": (lines, vocabulary.reasons),
        "toxic": (lines, vocabulary.agents),
        "contraindicated": (vocabulary.limits,),
        "unavailable": (vocabulary.limits,),
    }


def labels_of(name: str, arity: int) -> tuple[str, ...]:
    """What a message calls the arguments of a predicate; the first of two is a line."""
    return (f"the line of {name}", name) if arity == 2 else (name,)
