"""From the atoms of a model to the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from clingo import Symbol

from crcasp.program.engine import Answer, Grounding
from crcasp.program.terms import Row, Word, natural
from crcasp.program.vocabulary import LIMITS
from crcasp.results.advice import (
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


class Reader:
    """Reads answers; holds what the table says of its statements, for one program."""

    def __init__(self, grounding: Grounding) -> None:
        self.grounding = grounding
        self.texts = self._texts("text")
        self.exclusions = self._texts("exclusion")
        self.ranks = {str(grade): int(rank) for grade, rank in grounding.table("rank", 2)}
        self.locoregional = {str(name) for (name,) in grounding.table("locoregional", 1)}
        references: dict[str, list[Word]] = {}
        for statement, source in grounding.table("reference", 2):
            references.setdefault(str(statement), []).append(source)
        self.references = {
            key: tuple(sorted(sources, key=lambda source: natural(str(source))))
            for key, sources in references.items()
        }
        self.places = self._places()

    @cached_property
    def labels(self) -> dict[str, str]:
        """Names for a person, of therapies, findings and values."""
        return self._texts("label")

    @cached_property
    def interpretations(self) -> dict[str, str]:
        """Each interpretation in words."""
        return self._texts("interpretation")

    def _texts(self, predicate: str) -> dict[str, str]:
        return {str(key): str(text) for key, text in self.grounding.table(predicate, 2)}

    def _places(self) -> dict[str, int]:
        """Return the place of each therapy by the first statement that offers it."""
        offered: dict[str, str] = {}
        for statement, _, therapy in self.grounding.table("offers", 3):
            name, key = str(therapy), str(statement)
            if name not in offered or natural(key) < natural(offered[name]):
                offered[name] = key
        places = sorted(offered, key=lambda name: (natural(offered[name]), name.count("+"), name))
        return {name: place for place, name in enumerate(places)}

    def advice(self, answer: Answer, facts: Sequence[Symbol]) -> Advice:
        """Return the answer as results."""
        return _Reading(self, answer).advice(facts)


class _Reading:
    """One answer while it is read: its atoms by what they speak of."""

    def __init__(self, reader: Reader, answer: Answer) -> None:
        self.reader = reader
        self.answer = answer
        self.values: dict[Word, Word] = {}
        for finding, value in sorted(self._atoms("is"), key=str):
            self.values.setdefault(finding, value)
        self.shown: dict[Word, set[str]] = {}
        for finding, _, fact in self._atoms("shows"):
            self.shown.setdefault(finding, set()).add(str(fact))
        self.grades = {therapy: str(grade) for therapy, grade in self._atoms("grade")}
        self.statements = self._grouped("because")
        self.partly = self._grouped("partly")
        self.missing = self._grouped("missing")
        self.deciding = {therapy: str(source) for therapy, source in self._atoms("deciding")}
        self.read_by = self._grouped("read_by")
        # By therapy and source, a statement or an exclusion: finding -> what it needs.
        self.needs: dict[Row, dict[Word, list[str]]] = {}
        self.objections: dict[Word, set[str]] = {}
        for therapy, source, finding, needed in self._atoms("met"):
            self._need((therapy, source), finding, needed)
        for therapy, source, finding, needed in self._atoms("against"):
            self._need((therapy, source), finding, needed)
            self.objections.setdefault(therapy, set()).add(str(source))
        # Facts behind a reason beside those that show its findings.
        self.cited: dict[Row, list[str]] = {}
        for therapy, finding, fact in self._atoms("cites"):
            self.cited.setdefault((therapy, finding), []).append(str(fact))
        self.relies: dict[Row, set[str]] = {}
        for therapy, source, interpretation in self._atoms("relies"):
            self.relies.setdefault((therapy, source), set()).add(str(interpretation))

    def _atoms(self, predicate: str) -> Sequence[Row]:
        return self.answer.atoms.get(predicate, ())

    def _grouped(self, predicate: str) -> dict[Word, list[str]]:
        """Return the second arguments of a binary predicate by its first, in order."""
        groups: dict[Word, list[str]] = {}
        for first, second in self._atoms(predicate):
            groups.setdefault(first, []).append(str(second))
        for seconds in groups.values():
            seconds.sort(key=natural)
        return groups

    def _need(self, key: Row, finding: Word, value: Word) -> None:
        self.needs.setdefault(key, {}).setdefault(finding, []).append(str(value))

    def advice(self, facts: Sequence[Symbol]) -> Advice:
        verdicts = self._verdicts()
        return Advice(
            in_scope=bool(verdicts),
            line=self._line(),
            notices=tuple(str(text) for _, text in sorted(self._atoms("notice"), key=str)),
            sets=tuple(self._sets(verdicts)),
            therapies=MappingProxyType(verdicts),
            findings=tuple(self._findings()),
            history=_history(facts),
            limits=tuple(
                (str(fact.arguments[0]), fact.name) for fact in sorted(facts) if fact.name in LIMITS
            ),
        )

    def _line(self) -> Line:
        return "first" if self.values["line"] == "first" else "beyond_first"

    def _verdicts(self) -> dict[str, Verdict]:
        found = [self._eligible(str(therapy)) for (therapy,) in self._atoms("eligible")]
        found += [self._undetermined(str(therapy)) for (therapy,) in self._atoms("undetermined")]
        found += [self._excluded(str(therapy)) for (therapy,) in self._atoms("excluded")]
        last = len(self.reader.places)
        found.sort(key=lambda item: (self.reader.places.get(item.therapy, last), item.therapy))
        return {verdict.therapy: verdict for verdict in found}

    def _eligible(self, therapy: str) -> Verdict:
        statements = tuple(self.statements.get(therapy, ()))
        return Verdict(
            therapy,
            "eligible",
            grade=self.grades.get(therapy),
            statements=statements,
            because=tuple(
                self._reason(therapy, statement)
                for statement in statements or self.partly.get(therapy, ())
            ),
        )

    def _undetermined(self, therapy: str) -> Verdict:
        return Verdict(therapy, "undetermined", findings=tuple(self.missing.get(therapy, ())))

    def _excluded(self, therapy: str) -> Verdict:
        exclusions = self.reader.exclusions
        sources = sorted(
            self.objections.get(therapy, ()),
            key=lambda source: (source in exclusions, natural(source)),
        )
        against = tuple(self._objection(therapy, source) for source in sources)
        return Verdict(therapy, "excluded", against=against, deciding=self.deciding.get(therapy))

    def _reason(self, therapy: str, statement: str) -> Reason:
        return Reason(
            statement=statement,
            text=self.reader.texts.get(statement, ""),
            references=self.reader.references.get(statement, ()),
            interpretations=self._interpretations((therapy, statement)),
            conditions=self._conditions((therapy, statement)),
        )

    def _objection(self, therapy: str, source: str) -> Objection:
        exclusion = self.reader.exclusions.get(source)
        return Objection(
            statement=source if exclusion is None else None,
            exclusion=source if exclusion is not None else None,
            text=exclusion or self.reader.texts.get(source, ""),
            interpretations=self._interpretations((therapy, source)),
            conditions=self._conditions((therapy, source)),
        )

    def _conditions(self, key: Row) -> tuple[Condition, ...]:
        needs = self.needs.get(key, {})
        findings = sorted(needs, key=lambda name: natural(str(name))) if len(needs) > 1 else needs
        return tuple(self._condition(key, str(finding), needs[finding]) for finding in findings)

    def _condition(self, key: Row, finding: str, needs: list[str]) -> Condition:
        ordered = tuple(sorted(set(needs), key=natural)) if len(needs) > 1 else tuple(needs)
        facts = self._facts(finding, self.cited.get((key[0], finding), ()))
        return Condition(finding, ordered, self.values.get(finding), facts)

    def _facts(self, finding: str, cited: Sequence[str] = ()) -> tuple[str, ...]:
        return tuple(sorted({*self.shown.get(finding, ()), *cited}, key=natural))

    def _interpretations(self, key: Row) -> tuple[str, ...]:
        return tuple(sorted(self.relies.get(key, ()), key=natural))

    def _sets(self, verdicts: Mapping[str, Verdict]) -> Iterator[RecommendationSet]:
        ranks = self.reader.ranks
        found = []
        for therapies, relied in self.answer.sets:
            names = sorted(therapies, key=self._systemic_first)
            grade = verdicts[names[0]].grade or ""
            found.append((-ranks.get(grade, 0), names, grade, relied))
        found.sort(key=lambda item: item[:2])
        for rank, names, grade, relied in found:
            yield RecommendationSet(
                grade=grade,
                preferred=rank == found[0][0],
                therapies=tuple(names),
                because=tuple(reason for name in names for reason in verdicts[name].because),
                interpretations=tuple(sorted(relied, key=natural)),
            )

    def _systemic_first(self, therapy: str) -> tuple[bool, str]:
        return therapy in self.reader.locoregional, therapy

    def _findings(self) -> Iterator[Finding]:
        for finding in sorted((str(name) for (name,) in self._atoms("asked")), key=natural):
            interpretations = tuple(self.read_by.get(finding, ()))
            value = self.values.get(finding)
            yield Finding(finding, value, self._facts(finding), interpretations)


def _history(facts: Sequence[Symbol]) -> tuple[TreatmentLine, ...]:
    received: dict[int, list[str]] = {}
    stopped: dict[int, str] = {}
    toxic: dict[int, list[str]] = {}
    for fact in facts:
        if fact.name == "received":
            line, therapy = fact.arguments
            received.setdefault(line.number, []).append(str(therapy))
        elif fact.name == "stopped":
            line, reason = fact.arguments
            stopped[line.number] = str(reason)
        elif fact.name == "toxic":
            line, agent = fact.arguments
            toxic.setdefault(line.number, []).append(str(agent))
    return tuple(
        TreatmentLine(line, tuple(therapies), stopped.get(line), tuple(toxic.get(line, ())))
        for line, therapies in sorted(received.items())
    )
