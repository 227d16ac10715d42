"""The facts and the faults of one source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import clingo

from crcasp.errors import Fault, Place
from crcasp.facts.wording import Odd, label_of, objection_to, unknown, wrong_arity
from crcasp.program.vocabulary import Vocabulary

MAX_FACTS = 2_000  # of one source: facts and faults
_TOO_MANY = (
    f"there is more here than the {MAX_FACTS} facts that one patient may have; "
    "give the facts of one patient only."
)


class FactBase(NamedTuple):
    """The facts of a patient, in order of appearance, and all that was refused."""

    facts: Mapping[clingo.Symbol, Place]
    faults: tuple[Fault, ...] = ()


def merge(bases: Iterable[FactBase]) -> FactBase:
    """Take several sources for one patient; a fact keeps its first place."""
    facts: dict[clingo.Symbol, Place] = {}
    faults: list[Fault] = []
    for base in bases:
        for fact, place in base.facts.items():
            facts.setdefault(fact, place)
        faults.extend(base.faults)
    return FactBase(MappingProxyType(facts), tuple(faults))


# Where a thing is: an offset of a text, or the path to a member of a mapping, in which None
# as the last step is the key itself.
At: TypeAlias = int | tuple[str | int | None, ...]
Content: TypeAlias = str | int | Odd


class SourceError(Exception):
    """A source is refused as a whole; nothing more of it is read."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


class Value(NamedTuple):
    """One argument of a fact, and where it is written."""

    content: Content
    at: At


class Collector:
    """The facts and the faults of one source, up to a limit that no patient reaches.

    Attributes:
        vocabulary: what a fact may say.
        signatures: the predicates of a patient, each with the allowed values of its arguments.
        locate: tells the place of what is at an offset, or at a path.
    """

    def __init__(self, vocabulary: Vocabulary, source: str) -> None:
        self.vocabulary = vocabulary
        self.signatures = vocabulary.signatures
        whole = Place(source)
        self.locate: Callable[[Any], Place] = lambda _: whole
        self.facts: dict[clingo.Symbol, Place] = {}
        self.faults: list[Fault] = []
        self._refused: At = ()
        self._count = 0

    def refuse(self, message: str, at: At) -> None:
        """Note one fault."""
        self.faults.append(Fault(self._counted(at), message))

    def knows(self, name: str, arity: int, at: At) -> bool:
        """Whether the predicate is known with this number of arguments; if not, a fault."""
        domains = self.signatures.get(name)
        if domains is None:
            self.refuse(unknown(name, self.signatures), at)
        elif len(domains) != arity:
            self.refuse(wrong_arity(name, domains, arity), at)
        else:
            return True
        return False

    def add(self, name: str, columns: Iterable[Iterable[Value]], at: At) -> None:
        """Add a known predicate with every combination of its allowed arguments."""
        for row in product(*self._allowed(name, columns)):
            place = self._counted(at)
            self.facts.setdefault(fact_of(name, row), place)  # repeated, it keeps its first place

    def _counted(self, at: At) -> Place:
        """The place of one thing more, unless these are too many."""
        self._count += 1
        if self._count > MAX_FACTS:
            raise SourceError(_TOO_MANY, self.locate(at))
        return self.locate(at)

    def _allowed(self, name: str, columns: Iterable[Iterable[Value]]) -> list[list[str | int]]:
        """The allowed values of each argument; the others are refused."""
        allowed: list[list[str | int]] = []
        for domain, column in zip(self.signatures[name], columns, strict=True):
            allowed.append([])
            for content, at in column:
                if not isinstance(content, Odd) and content in domain:
                    allowed[-1].append(content)
                elif not isinstance(at, int) or at != self._refused:
                    # of an interval, which is at one offset, the first number is enough
                    self._refused = at
                    of_line = len(allowed) < len(self.signatures[name])
                    label = label_of(at) or (f"the line of {name}" if of_line else name)
                    self.refuse(objection_to(label, content, domain), at)
        return allowed


def collect(fill: Callable[[Collector], None], vocabulary: Vocabulary, source: str) -> FactBase:
    """Let a source be read; one that is refused as a whole leaves one fault and no fact."""
    collector = Collector(vocabulary, source)
    try:
        fill(collector)
    except SourceError as error:
        fault = Fault(error.place or Place(source), str(error))
        return FactBase(MappingProxyType({}), (fault,))
    return FactBase(MappingProxyType(collector.facts), tuple(collector.faults))


def fact_of(name: str, row: Iterable[str | int]) -> clingo.Symbol:
    """A fact of allowed arguments as clingo has it."""
    arguments = [clingo.Number(x) if isinstance(x, int) else clingo.Function(x) for x in row]
    return clingo.Function(name, arguments)
