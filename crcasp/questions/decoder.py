"""From the completions of one patient to the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from clingo import Symbol

from crcasp.program.completions import Atoms, Completions
from crcasp.program.sets import (
    OF_VERDICTS,
    TherapySet,
    found_sets,
    preferred,
    ranked,
    set_verdicts,
    sets_grounded,
    table_facts,
)
from crcasp.program.solver import Solver
from crcasp.program.table import Table
from crcasp.program.terms import Row, Word, grouped, in_order, natural
from crcasp.program.vocabulary import LIMITS
from crcasp.results.advice import (
    Advice,
    Cell,
    Condition,
    Finding,
    Reason,
    RecommendationSet,
    State,
    TreatmentLine,
    Verdict,
)

WORST: tuple[State, ...] = ("met", "open", "not_met")


class AdviceDecoder:
    """The completions of one patient, decoded: verdicts and reasons, certain and possible.

    Args:
        completions: of the patient.
        table: what the program says of itself.
        whole: all completions, where these are some of them.
    """

    def __init__(
        self, completions: Completions, table: Table, whole: AdviceDecoder | None = None
    ) -> None:
        self.completions = completions
        self.table = table
        self.whole = whole
        self.certain = Atoms(completions.certain)
        self.possible = Atoms(completions.possible)
        self.kept: dict[tuple[str, bool], dict[Row, tuple[str, ...]]] = {}
        self.eligible = {therapy for (therapy,) in self.certain["eligible"]}
        self.open = {therapy for (therapy,) in self.possible["eligible"]} - self.eligible

    @cached_property
    def values(self) -> dict[Word, Word]:
        """What each finding is, as far as it is known."""
        found: dict[Word, Word] = {}
        for finding, value in sorted(self.certain["is"], key=str):
            found.setdefault(finding, value)
        return found

    @cached_property
    def shown(self) -> dict[Word, list[str]]:
        """By finding, the patient's own facts that show it."""
        return grouped((finding, str(fact)) for finding, _, fact in self.certain["shows"])

    def grouped(self, predicate: str, *, possible: bool = False) -> dict[Row, tuple[str, ...]]:
        """Return the last arguments of a predicate by all that stands before, in natural order."""
        key = predicate, possible
        if key not in self.kept:
            rows = (self.possible if possible else self.certain)[predicate]
            groups = grouped((row[:-1], str(row[-1])) for row in rows)
            self.kept[key] = {of: in_order({*it}) for of, it in groups.items()}
        return self.kept[key]

    def facts(self, finding: str, cited: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the patient's own facts behind a finding, in natural order."""
        return in_order({*self.shown.get(finding, ()), *cited})

    def findings(self) -> Iterator[Finding]:
        """Yield what the table asks about, as understood or unknown."""
        partly, lacking = self.grouped("partly"), self.grouped("lacks")
        for name in sorted((str(name) for (name,) in self.certain["asked"]), key=natural):
            interpretations = self.grouped("read_by").get((name,), ())
            facts = self.facts(name) or partly.get((name,), ())
            lacks = lacking.get((name,), ())
            yield Finding(name, self.values.get(name), facts, interpretations, lacks)

    @cached_property
    def unmet(self) -> dict[Row, dict[Row, State]]:
        """For each offer (S, B, T): the source and finding of each condition that may be unmet.

        It is not_met in every completion, or open.
        """
        certain = {*self.certain["unmet"]}
        found: dict[Row, dict[Row, State]] = {}
        for atom in self.possible["unmet"]:
            state: State = "not_met" if atom in certain else "open"
            found.setdefault(atom[:3], {})[atom[3:]] = state
        return found

    @cached_property
    def wanted(self) -> dict[Row, dict[Row, tuple[str, ...]]]:
        """For each offer: by source and finding, the values that would do."""
        found: dict[Row, dict[Row, set[str]]] = {}
        for atom in self.completions.facts("wants", 6):
            found.setdefault(atom[:3], {}).setdefault(atom[3:5], set()).add(str(atom[5]))
        return {
            offer: {key: in_order(values) for key, values in wants.items()}
            for offer, wants in found.items()
        }

    def condition(
        self, therapy: Word, finding: str, needs: tuple[str, ...], state: State
    ) -> Condition:
        """Return one condition as results have it."""
        cited = self.grouped("cites").get((therapy, finding), ())
        value = self.values.get(finding)
        return Condition(finding, needs, value, self.facts(finding, cited), state)

    @cached_property
    def grades(self) -> dict[Word, str]:
        """By therapy, the highest grade that it has in every completion."""
        return {
            therapy: grade
            for grade, rank in sorted(self.table.ranks.items(), key=lambda item: item[1])
            for therapy, number in self.certain["has_grade"]
            if number == rank
        }

    def advice(self, facts: Sequence[Symbol]) -> Advice:
        """Return the answer for the patient with these facts."""
        in_scope = self.in_scope
        verdicts = {v.therapy: v for v in self.verdicts()} if in_scope else {}
        sets = tuple(self.sets(verdicts))
        more = "if_none" if not self.eligible else "" if sets else "if_no_set"
        rows = [*self.possible["notice"], *(self.certain[more] if more else ())]
        notices = {str(name): str(text) for name, text in rows}
        return Advice(
            in_scope=in_scope,
            line="first" if self.values["line"] == "first" else "beyond_first",
            notices=tuple(notices[name] for name in sorted(notices)),
            sets=sets,
            verdicts=tuple(verdicts[name] for name in self.table.ordered(verdicts)),
            findings=tuple(self.findings()),
            history=_history(facts),
            limits=tuple(
                (str(fact.arguments[0]), fact.name) for fact in sorted(facts) if fact.name in LIMITS
            ),
            number=int(self.certain["line_number"][0][0]),
            cells=tuple(self.cells()) if in_scope else (),
        )

    def verdicts(self) -> Iterator[Verdict]:
        """Yield the verdict on each therapy, in no order."""
        for therapy in self.eligible:
            yield Verdict(
                str(therapy),
                "eligible",
                grade=self.grades.get(therapy),
                statements=self.grouped("because").get((therapy,), ()),
                because=tuple(self.reasons(therapy)),
                lowered=tuple(self.lowering(therapy)),
            )
        if self.open:
            pairs = self.completions.missing["decides"]
            missing = grouped((therapy, str(finding)) for therapy, finding in pairs)
            for therapy in self.open:
                found = sorted(missing.get(therapy, ()), key=natural)
                yield Verdict(str(therapy), "undetermined", findings=tuple(found))
        for therapy in self.offered - self.eligible - self.open:
            yield self.excluded(therapy)

    def excluded(self, therapy: Word) -> Verdict:
        """Return the verdict on a therapy that is eligible in no completion."""
        against = tuple(self.objections(therapy))
        deciding = self.deciding(therapy, against)
        return Verdict(str(therapy), "excluded", against=against, deciding=deciding)

    @cached_property
    def in_scope(self) -> bool:
        """Whether the table speaks of this patient."""
        return all(name != "scope" for name, _ in self.certain["notice"])

    @cached_property
    def offered(self) -> set[Word]:
        """The therapies that a statement offers by name."""
        withdrawn = self.table.names("withdrawn")  # for every patient, not for this one alone
        offers = self.completions.facts("offers", 3)
        return {therapy for statement, _, therapy in offers if statement not in withdrawn}

    # ---- for ------------------------------------------------------------------------------

    @cached_property
    def needed(self) -> dict[Row, dict[str, tuple[str, ...]]]:
        """By therapy and statement: the findings that support it, with the values that do."""
        applies = {(offer[2], offer[0]) for offer in self.certain["applies"]}
        found: dict[Row, dict[str, tuple[str, ...]]] = {}
        for possible in (False, True):
            for key, values in self.grouped("needed", possible=possible).items():
                if possible != (key[:2] in applies):  # of what applies by one branch or another
                    found.setdefault(key[:2], {})[str(key[2])] = values
        return found

    def reasons(self, therapy: Word) -> Iterator[Reason]:
        """Yield what supports an eligible therapy, in the table's order."""
        certain, possible = self.grouped("because"), self.grouped("because", possible=True)
        for statement in certain.get((therapy,)) or possible.get((therapy,), ()):
            needed = self.needed.get((therapy, statement), {})
            yield self.reason(therapy, statement, self._supporting(therapy, needed))

    def reason(
        self, therapy: Word, source: str, conditions: Iterable[Condition], barring: bool = False
    ) -> Reason:
        """Return what a source says of a therapy, for it or, as an exclusion, against it."""
        return Reason(
            statement=None if barring else source,
            exclusion=source if barring else None,
            text=self.table.exclusions.get(source) or self.table.texts.get(source, ""),
            references=self.table.references.get(source, ()),
            interpretations=self.grouped("relies").get((therapy, source), ()),
            conditions=tuple(conditions),
        )

    def _supporting(
        self, therapy: Word, needs: Mapping[str, tuple[str, ...]]
    ) -> Iterator[Condition]:
        for finding in sorted(needs, key=natural):
            state: State = "open" if self.values.get(finding) is None else "met"
            yield self.condition(therapy, finding, needs[finding], state)

    def lowering(self, therapy: Word) -> Iterator[Reason]:
        """Yield what keeps the grade of an eligible therapy down, if it would be higher without."""
        rank = self.table.ranks.get(str(self.grades.get(therapy)), 0)
        if not any(name == therapy and int(it) > rank for name, it in self.certain["unlowered"]):
            return
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for (name, source, finding), values in self.grouped("lowered", possible=True).items():
            if name == therapy:
                found.setdefault(str(source), {})[str(finding)] = values
        for source, needs in sorted(found.items()):
            yield self.reason(therapy, source, self._supporting(therapy, needs))

    # ---- against --------------------------------------------------------------------------

    @cached_property
    def offers(self) -> dict[Word, list[Row]]:
        """The offers of each therapy."""
        return grouped((offer[2], offer) for offer in self.completions.facts("offer", 3))

    def objections(self, therapy: Word) -> Iterator[Reason]:
        """Yield what speaks against an excluded therapy: statements first, then exclusions."""
        against: dict[str, dict[str, State]] = {}
        branches: dict[str, list[tuple[str, ...]]] = {}
        wanted: dict[tuple[str, str], set[str]] = {}
        barring = set()
        for offer in self.offers.get(therapy, ()):
            unmet = self.unmet.get(offer, {})
            statement = offer[0]
            if (statement, "line") in unmet:
                unmet = {(statement, "line"): unmet[statement, "line"]}
            certain = {key: state for key, state in unmet.items() if state == "not_met"}
            lacking = [str(name) for source, name in certain or unmet if source == statement]
            if lacking:
                branches.setdefault(str(statement), []).append(in_order(lacking))
            for (source, finding), state in (certain or unmet).items():
                key = str(source), str(finding)
                before = against.setdefault(key[0], {}).get(key[1])
                against[key[0]][key[1]] = "not_met" if before == "not_met" else state
                own = self.wanted.get(offer, {}).get((source, finding), ())
                wanted.setdefault(key, set()).update(own)
                if source != statement:
                    barring.add(key[0])
        exclusions = barring | self.table.exclusions.keys()
        for source in sorted(against, key=lambda name: (name in exclusions, natural(name))):
            found = {*branches.get(source, ())}
            ways = tuple(sorted(it for it in found if not any({*o} < {*it} for o in found)))
            conditions = [
                self.condition(therapy, finding, in_order(wanted[source, finding]), state)
                for finding, state in sorted(against[source].items(), key=lambda it: natural(it[0]))
            ]
            said = self.reason(therapy, source, conditions, source in exclusions)
            yield said._replace(any_of=ways if len(found) > 1 else ())

    def deciding(self, therapy: Word, against: Sequence[Reason]) -> str | None:
        """Return the objection that decides in every completion, or else the first that may."""
        objections = [str(reason.source) for reason in against]
        for atoms in (self.certain, self.possible):
            sources = {str(source) for name, source in atoms["deciding"] if name == therapy}
            found = [name for name in objections if name in sources]
            if found:
                return min(found, key=self.table.place)
        return None

    # ---- what each therapy turns on ---------------------------------------------------------

    def cells(self) -> Iterator[Cell]:
        """Yield each therapy against each finding that its verdict turns on.

        Of an eligible therapy the offers that apply, of an undetermined one those that may, of
        an excluded one those of this line that fail on the fewest findings, or else the line.
        """
        for therapy in self.table.ordered(map(str, self.offered | self.open | self.eligible)):
            states: dict[str, State] = {}
            wants: dict[str, set[str]] = {}
            for offer in self._turning(therapy):
                unmet, wanted = self.unmet.get(offer, {}), self.wanted.get(offer, {})
                for key in {**wanted, **unmet}:
                    needs, state = wanted.get(key, ()), unmet.get(key, "met")
                    finding = str(key[1])
                    column = "stopped" if finding.startswith("stopped(") else finding
                    column = "limits" if "allowed" in needs else column
                    states[column] = max(state, states.get(column, "met"), key=WORST.index)
                    if column != "limits":
                        wants.setdefault(column, set()).update(needs)
            for column, state in states.items():
                yield Cell(therapy, column, state, in_order(wants.get(column, set())))

    def _turning(self, therapy: Word) -> list[Row]:
        offers = self.offers.get(therapy, [])
        applying = {*(self.certain if therapy in self.eligible else self.possible)["applies"]}
        found = [offer for offer in offers if offer in applying]
        lacks = {
            offer: ((offer[0], "line") in self.unmet.get(offer, {}), len(self.unmet.get(offer, {})))
            for offer in offers
        }
        return found or [offer for offer in offers if lacks[offer] == min(lacks.values())]

    # ---- sets -----------------------------------------------------------------------------

    @cached_property
    def ranked(self) -> list[tuple[int, TherapySet]]:
        """The sets with their ranks: best grade first, then by name, systemic therapy first."""
        if not self.in_scope:
            return []
        solver, literals = (self.whole or self).grounded_sets
        possible = self.possible.symbols
        verdicts = {*set_verdicts(self._verdicts(self.certain), lambda: possible("because"))}
        assumed = [it if atom in verdicts else -it for atom, it in literals.items()]
        return ranked(found_sets(self.completions.program, solver, assumed), self.table)

    @cached_property
    def grounded_sets(self) -> tuple[Solver, dict[Symbol, int]]:
        """The program of the sets, and the verdicts that it reads with their literals."""
        program = self.completions.program
        facts = table_facts(self.completions, program.divided[2])
        certain, possible = map(self._verdicts, (self.certain, self.possible))
        solver = sets_grounded(program, [*facts, *certain], {*possible} - {*certain})
        literals = [solver.literals(*signature).items() for signature in OF_VERDICTS]
        return solver, {atom: it for found in literals for atom, it in found}

    def _verdicts(self, atoms: Atoms) -> list[Symbol]:
        return [atom for name, _ in OF_VERDICTS for atom in atoms.symbols(name)]

    def preferred(self) -> tuple[tuple[tuple[str, ...], ...], str | None]:
        """Return the preferred sets, each as its therapies, and their grade."""
        best = preferred(self.ranked)
        return tuple(chosen.therapies for chosen in best), best[0].grade if best else None

    def sets(self, verdicts: Mapping[str, Verdict]) -> Iterator[RecommendationSet]:
        """Yield the sets as results have them."""
        for rank, chosen in self.ranked:
            yield RecommendationSet(
                grade=chosen.grade,
                preferred=rank == self.ranked[0][0],
                therapies=chosen.therapies,
                because=tuple(
                    reason
                    for name in chosen.therapies
                    for reason in verdicts[name].because
                    if (name, reason.source) not in chosen.not_here
                ),
                interpretations=in_order(chosen.relies),
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
