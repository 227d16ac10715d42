"""From the atoms of a model to the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from clingo import Symbol, SymbolType

from crcasp.advice import (
    Advice,
    Condition,
    Finding,
    Line,
    Objection,
    Reason,
    RecommendationSet,
    TreatmentLine,
    Verdict,
)
from crcasp.engine import Answer, Grounding
from crcasp.order import natural

Key: TypeAlias = tuple[str, str, str]  # therapy, "statement" or "exclusion", its name

LIMITS = ("contraindicated", "unavailable")
BOUNDS = {"at_most": "at most {}", "at_least": "at least {}"}


def name_of(term: Symbol) -> str:
    """Return a term as results write it: with(r, p) is r+p, a string is bare."""
    if term.type is SymbolType.String:
        return term.string
    if term.type is SymbolType.Function and term.name == "with":
        return "+".join(name_of(part) for part in term.arguments)
    if term.type is SymbolType.Function and term.name in BOUNDS and term.arguments:
        return BOUNDS[term.name].format(term.arguments[0])
    return str(term)


@dataclass(slots=True)
class Reader:
    """Reads answers; holds what the table says of its statements, for one program."""

    texts: Mapping[str, str]
    references: Mapping[str, tuple[int | str, ...]]
    interpretations: Mapping[str, str]
    labels: Mapping[str, str]
    ranks: Mapping[str, int]
    places: Mapping[str, int]
    locoregional: frozenset[str]
    names: dict[Symbol, str] = field(default_factory=dict)

    @classmethod
    def of(cls, grounding: Grounding) -> Reader:
        """Read the table from a grounded program."""

        def pairs(predicate: str) -> list[tuple[str, Symbol]]:
            return [(name_of(key), value) for key, value in grounding.table(predicate, 2)]

        references: dict[str, list[int | str]] = {}
        for key, source in sorted(pairs("reference")):
            number = source.type is SymbolType.Number
            references.setdefault(key, []).append(source.number if number else name_of(source))
        offered: dict[str, str] = {}
        for statement, _, therapy in grounding.table("offers", 3):
            name, key = name_of(therapy), name_of(statement)
            if name not in offered or natural(key) < natural(offered[name]):
                offered[name] = key
        places = sorted(offered, key=lambda name: (natural(offered[name]), name.count("+"), name))
        return cls(
            texts={
                key: text.string
                for predicate in ("text", "exclusion")
                for key, text in pairs(predicate)
            },
            references={key: tuple(sources) for key, sources in references.items()},
            interpretations={key: text.string for key, text in pairs("interpretation")},
            labels={key: text.string for key, text in pairs("label")},
            ranks={key: rank.number for key, rank in pairs("rank")},
            places={name: place for place, name in enumerate(places)},
            locoregional=frozenset(name_of(name) for (name,) in grounding.table("locoregional", 1)),
        )

    def name(self, term: Symbol) -> str:
        """Return `name_of` the term, worked out once."""
        known = self.names.get(term)
        if known is None:
            known = self.names[term] = name_of(term)
        return known

    def advice(self, answer: Answer, facts: Sequence[Symbol]) -> Advice:
        """Return the answer as results."""
        return _Reading(self, answer).advice(facts)


class _Reading:
    """One answer while it is read: its atoms by what they speak of."""

    def __init__(self, reader: Reader, answer: Answer) -> None:
        self.reader = reader
        self.answer = answer
        name = reader.name
        self.values: dict[str, str | int] = {}
        for finding, value in sorted(self._atoms("is"), reverse=True):
            number = value.type is SymbolType.Number
            self.values[name(finding)] = value.number if number else name(value)
        self.shown: dict[str, set[str]] = {}
        for finding, _, fact in self._atoms("shows"):
            self.shown.setdefault(name(finding), set()).add(name(fact))
        self.grades = {name(therapy): name(grade) for therapy, grade in self._atoms("grade")}
        self.statements = self._grouped("because")
        self.missing = self._grouped("missing")
        self.read_by = self._grouped("read_by")
        self.needs: dict[Key, dict[str, list[str]]] = {}
        for therapy, statement, finding, value in self._atoms("met"):
            self._need((name(therapy), "statement", name(statement)), name(finding), value)
        for therapy, why, finding, value in self._atoms("against"):
            self._need((name(therapy), *self._source(why)), name(finding), value)
        self.objections: dict[str, list[tuple[str, str]]] = {}
        for of, kind, source in self.needs:
            self.objections.setdefault(of, []).append((kind, source))
        self.relies: dict[Key, set[str]] = {}
        for therapy, why, interpretation in self._atoms("relies"):
            key = (name(therapy), *self._source(why))
            self.relies.setdefault(key, set()).add(name(interpretation))

    def _atoms(self, predicate: str) -> Sequence[tuple[Symbol, ...]]:
        return self.answer.atoms.get(predicate, ())

    def _grouped(self, predicate: str) -> dict[str, list[str]]:
        """Return the second arguments of a binary predicate by its first."""
        groups: dict[str, list[str]] = {}
        for first, second in self._atoms(predicate):
            groups.setdefault(self.reader.name(first), []).append(self.reader.name(second))
        return groups

    def _source(self, why: Symbol) -> tuple[str, str]:
        return why.name, self.reader.name(why.arguments[0])

    def _need(self, key: Key, finding: str, value: Symbol) -> None:
        conditions = self.needs.setdefault(key, {})
        conditions.setdefault(finding, []).append(self.reader.name(value))

    def advice(self, facts: Sequence[Symbol]) -> Advice:
        verdicts = self._verdicts()
        return Advice(
            in_scope=bool(verdicts),
            line=self._line(),
            notices=tuple(text.string for _, text in sorted(self._atoms("notice"))),
            sets=self._sets(verdicts),
            therapies=MappingProxyType(verdicts),
            findings=self._findings(),
            history=self._history(facts),
            limits=tuple(
                (str(fact.arguments[0]), fact.name) for fact in sorted(facts) if fact.name in LIMITS
            ),
        )

    def _history(self, facts: Sequence[Symbol]) -> tuple[TreatmentLine, ...]:
        received: dict[int, list[str]] = {}
        stopped: dict[int, str] = {}
        for fact in facts:
            if fact.name == "received":
                line, therapy = fact.arguments
                received.setdefault(line.number, []).append(str(therapy))
            elif fact.name == "stopped":
                line, reason = fact.arguments
                stopped[line.number] = str(reason)
        return tuple(
            TreatmentLine(line, tuple(therapies), stopped.get(line))
            for line, therapies in sorted(received.items())
        )

    def _line(self) -> Line:
        return "first" if self.values["line"] == "first" else "beyond_first"

    def _verdicts(self) -> dict[str, Verdict]:
        named = self.reader.name
        found = [self._eligible(named(term)) for (term,) in self._atoms("eligible")]
        found += [self._undetermined(named(term)) for (term,) in self._atoms("undetermined")]
        found += [self._excluded(named(term)) for (term,) in self._atoms("excluded")]
        last = len(self.reader.places)
        found.sort(key=lambda item: (self.reader.places.get(item.therapy, last), item.therapy))
        return {verdict.therapy: verdict for verdict in found}

    def _eligible(self, therapy: str) -> Verdict:
        statements = tuple(sorted(self.statements.get(therapy, ()), key=natural))
        return Verdict(
            therapy,
            "eligible",
            grade=self.grades.get(therapy),
            statements=statements,
            because=tuple(self._reason(therapy, statement) for statement in statements),
        )

    def _undetermined(self, therapy: str) -> Verdict:
        findings = tuple(sorted(self.missing.get(therapy, ()), key=natural))
        return Verdict(therapy, "undetermined", findings=findings)

    def _excluded(self, therapy: str) -> Verdict:
        reasons = sorted(
            self.objections.get(therapy, ()),
            key=lambda item: (item[0] != "statement", natural(item[1])),
        )
        against = tuple(self._objection(therapy, kind, source) for kind, source in reasons)
        return Verdict(therapy, "excluded", against=against)

    def _conditions(self, key: Key) -> tuple[Condition, ...]:
        conditions = self.needs.get(key, {})
        return tuple(
            Condition(
                finding,
                tuple(sorted(set(conditions[finding]), key=natural)),
                self.values.get(finding),
                self._facts(finding),
            )
            for finding in sorted(conditions, key=natural)
        )

    def _facts(self, finding: str) -> tuple[str, ...]:
        return tuple(sorted(self.shown.get(finding, ()), key=natural))

    def _interpretations(self, key: Key) -> tuple[str, ...]:
        return tuple(sorted(self.relies.get(key, ()), key=natural))

    def _reason(self, therapy: str, statement: str) -> Reason:
        key = (therapy, "statement", statement)
        return Reason(
            statement=statement,
            text=self.reader.texts.get(statement, ""),
            references=self.reader.references.get(statement, ()),
            interpretations=self._interpretations(key),
            conditions=self._conditions(key),
        )

    def _objection(self, therapy: str, kind: str, source: str) -> Objection:
        key = (therapy, kind, source)
        return Objection(
            statement=source if kind == "statement" else None,
            exclusion=source if kind == "exclusion" else None,
            text=self.reader.texts.get(source, ""),
            interpretations=self._interpretations(key),
            conditions=self._conditions(key),
        )

    def _sets(self, verdicts: Mapping[str, Verdict]) -> tuple[RecommendationSet, ...]:
        ranks = self.reader.ranks
        found = []
        for terms, relied in self.answer.sets:
            names = sorted(map(self.reader.name, terms), key=self._systemic_first)
            grade = verdicts[names[0]].grade or ""
            found.append((-ranks.get(grade, 0), names, grade, relied))
        found.sort(key=lambda item: item[:2])
        return tuple(
            RecommendationSet(
                grade=grade,
                preferred=rank == found[0][0],
                therapies=tuple(names),
                because=tuple(reason for name in names for reason in verdicts[name].because),
                interpretations=tuple(sorted(map(self.reader.name, relied), key=natural)),
            )
            for rank, names, grade, relied in found
        )

    def _systemic_first(self, therapy: str) -> tuple[bool, str]:
        return therapy in self.reader.locoregional, therapy

    def _findings(self) -> tuple[Finding, ...]:
        asked = {self.reader.name(finding) for (finding,) in self._atoms("asked")}
        return tuple(
            Finding(
                finding,
                self.values.get(finding),
                self._facts(finding),
                tuple(sorted(self.read_by.get(finding, ()), key=natural)),
            )
            for finding in sorted(asked, key=natural)
        )
