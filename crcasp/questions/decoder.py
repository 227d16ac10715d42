"""From the atoms of a model to the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from clingo import Symbol

from crcasp.program.grounding import Answer
from crcasp.program.table import Table
from crcasp.program.terms import Row, Word, natural
from crcasp.program.vocabulary import LIMITS
from crcasp.results.advice import (
    Advice,
    Condition,
    Finding,
    Objection,
    Reason,
    RecommendationSet,
    TreatmentLine,
    Verdict,
)


class Decoder:
    """One answer while it is read: its atoms by what they speak of.

    Args:
        answer: what the solver says.
        table: what the program says of itself.
    """

    def __init__(self, answer: Answer, table: Table) -> None:
        self.answer = answer
        self.table = table
        self.values: dict[Word, Word] = {}
        for finding, value in sorted(self.atoms("is"), key=str):
            self.values.setdefault(finding, value)
        self.shown: dict[Row, set[str]] = {}
        for finding, _, fact in self.atoms("shows"):
            self.shown.setdefault((finding,), set()).add(str(fact))
        self.read_by = self.grouped("read_by")

    def atoms(self, predicate: str) -> Sequence[Row]:
        """Return the arguments of the atoms of a predicate."""
        return self.answer.atoms.get(predicate, ())

    def grouped(self, predicate: str) -> dict[Row, tuple[str, ...]]:
        """Return the last arguments of a predicate by all that stands before, in natural order."""
        groups: dict[Row, list[str]] = {}
        for *first, last in self.atoms(predicate):
            groups.setdefault(tuple(first), []).append(str(last))
        return {
            key: tuple(sorted(set(names), key=natural)) if len(names) > 1 else (names[0],)
            for key, names in groups.items()
        }

    def facts(self, finding: str, cited: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the patient's own facts behind a finding, in natural order."""
        found = self.shown.get((finding,), set()).union(cited)
        return tuple(sorted(found, key=natural))

    def findings(self) -> Iterator[Finding]:
        """Yield what the table asks about, as understood or unknown."""
        for name in sorted((str(name) for (name,) in self.atoms("asked")), key=natural):
            interpretations = self.read_by.get((name,), ())
            yield Finding(name, self.values.get(name), self.facts(name), interpretations)


def decode(answer: Answer, table: Table, facts: Sequence[Symbol]) -> Advice:
    """Return the answer for the patient with these facts as results."""
    return _AdviceDecoder(answer, table).advice(facts)


class _AdviceDecoder(Decoder):
    """Reads the verdicts and their reasons."""

    def __init__(self, answer: Answer, table: Table) -> None:
        super().__init__(answer, table)
        self.grades = self.grouped("grade")
        self.statements = self.grouped("because")
        self.partly = self.grouped("partly")
        self.missing = self.grouped("missing")
        self.deciding = self.grouped("deciding")
        self.relies = self.grouped("relies")
        self.cited = self.grouped("cites")
        # By therapy and source, a statement or an exclusion: finding -> what it needs.
        self.needs: dict[Row, dict[str, tuple[str, ...]]] = {}
        self.against: dict[Word, dict[str, None]] = {}
        for (therapy, source, finding), needs in self.grouped("met").items():
            self.needs.setdefault((therapy, source), {})[str(finding)] = needs
        for (therapy, source, finding), needs in self.grouped("against").items():
            self.needs.setdefault((therapy, source), {})[str(finding)] = needs
            self.against.setdefault(therapy, {})[str(source)] = None
        self.barring = {*self.atoms("objects")}  # of a statement too, in an overlay
        # By therapy and the source that lowers its grade, likewise.
        self.lowered: dict[Word, dict[str, dict[str, tuple[str, ...]]]] = {}
        for (therapy, source, finding), needs in self.grouped("lowered").items():
            cases = self.lowered.setdefault(therapy, {}).setdefault(str(source), {})
            cases[str(finding)] = needs

    def advice(self, facts: Sequence[Symbol]) -> Advice:
        verdicts = {verdict.therapy: verdict for verdict in self.verdicts()}
        return Advice(
            in_scope=bool(verdicts),
            line="first" if self.values["line"] == "first" else "beyond_first",
            notices=tuple(str(text) for _, text in sorted(self.atoms("notice"), key=str)),
            sets=tuple(self.sets(verdicts)),
            verdicts=tuple(verdicts[name] for name in self.table.ordered(verdicts)),
            findings=tuple(self.findings()),
            history=_history(facts),
            limits=tuple(
                (str(fact.arguments[0]), fact.name) for fact in sorted(facts) if fact.name in LIMITS
            ),
        )

    def verdicts(self) -> Iterator[Verdict]:
        for key in self.atoms("eligible"):
            therapy = str(key[0])
            grade, statements = self.grades.get(key), self.statements.get(key, ())
            yield Verdict(
                therapy,
                "eligible",
                grade=grade[0] if grade else None,
                statements=statements,
                because=tuple(
                    self.reason(therapy, name) for name in statements or self.partly.get(key, ())
                ),
                lowered=tuple(
                    self.reason(therapy, name)._replace(conditions=self.found(therapy, cases))
                    for name, cases in sorted(self.lowered.get(therapy, {}).items())
                ),
            )
        for key in self.atoms("undetermined"):
            yield Verdict(str(key[0]), "undetermined", findings=self.missing.get(key, ()))
        for key in self.atoms("excluded"):
            therapy, exclusions = str(key[0]), self.table.exclusions
            sources = sorted(
                self.against.get(therapy, ()), key=lambda name: (name in exclusions, natural(name))
            )
            against = tuple(self.objection(therapy, name) for name in sources)
            deciding = self.deciding.get(key)
            yield Verdict(
                therapy, "excluded", against=against, deciding=deciding[0] if deciding else None
            )

    def reason(self, therapy: str, statement: str) -> Reason:
        return Reason(
            statement=statement,
            text=self.table.texts.get(statement, ""),
            references=self.table.references.get(statement, ()),
            interpretations=self.relies.get((therapy, statement), ()),
            conditions=self.conditions(therapy, statement),
        )

    def objection(self, therapy: str, source: str) -> Objection:
        exclusion = self.table.exclusions.get(source)
        if exclusion is None and (therapy, source) in self.barring:
            exclusion = self.table.texts.get(source, "")
        return Objection(
            statement=source if exclusion is None else None,
            exclusion=source if exclusion is not None else None,
            text=exclusion or self.table.texts.get(source, ""),
            interpretations=self.relies.get((therapy, source), ()),
            references=self.table.references.get(source, ()),
            conditions=self.conditions(therapy, source),
        )

    def conditions(self, therapy: str, source: str) -> tuple[Condition, ...]:
        return self.found(therapy, self.needs.get((therapy, source), {}))

    def found(self, therapy: str, needs: Mapping[str, tuple[str, ...]]) -> tuple[Condition, ...]:
        return tuple(
            Condition(
                finding,
                needs[finding],
                self.values.get(finding),
                self.facts(finding, self.cited.get((therapy, finding), ())),
            )
            for finding in (sorted(needs, key=natural) if len(needs) > 1 else needs)
        )

    def sets(self, verdicts: Mapping[str, Verdict]) -> Iterator[RecommendationSet]:
        """Yield the sets, best grade first, then by name; in each the systemic therapy first."""
        table = self.table
        found = []
        for therapies, relied, grade in self.answer.sets:
            names = sorted(therapies, key=lambda name: (name in table.locoregional, name))
            found.append((-table.ranks.get(grade, 0), names, grade, relied))
        found.sort(key=lambda item: item[:2])
        for rank, names, grade, relied in found:
            yield RecommendationSet(
                grade=grade,
                preferred=rank == found[0][0],
                therapies=tuple(names),
                because=tuple(reason for name in names for reason in verdicts[name].because),
                interpretations=tuple(sorted(relied, key=natural)),
            )


def _history(facts: Sequence[Symbol]) -> tuple[TreatmentLine, ...]:
    lines: dict[int, dict[str, list[str]]] = {}
    for fact in facts:
        if len(fact.arguments) == 2:
            line, what = fact.arguments
            lines.setdefault(line.number, {}).setdefault(fact.name, []).append(str(what))
    return tuple(
        TreatmentLine(
            number,
            tuple(said.get("received", ())),
            said["stopped"][0] if "stopped" in said else None,
            tuple(said.get("toxic", ())),
        )
        for number, said in sorted(lines.items())
    )
