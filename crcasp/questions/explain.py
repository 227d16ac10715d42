"""From the atoms of one explanation to its results."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from clingo import Function, Symbol

from crcasp.errors import UsageError
from crcasp.facts import FactBase
from crcasp.facts.wording import show
from crcasp.program.engine import Answer, Engine, engine
from crcasp.program.files import Program
from crcasp.program.terms import Row, Word, natural, word
from crcasp.program.wording import Wording
from crcasp.questions.counterfactual import Variants
from crcasp.questions.decoder import Reader
from crcasp.questions.recommend import Source, read_source
from crcasp.results.advice import Advice, Finding, Status
from crcasp.results.explanation import Change, Check, Explanation, Passage, State, Way
from crcasp.results.provenance import Origin

CONDITIONS = "explain/conditions.lp"
CHANGES = "explain/changes.lp"
WITH = "+"


def explain(
    source: Source,
    therapy: str,
    *,
    overlays: Sequence[str | os.PathLike[str]] = (),
    constants: Mapping[str, str | int] | None = None,
) -> Explanation:
    """Explain the verdict on one therapy for one patient.

    Args:
        source: as for `recommend`.
        therapy: a regimen, a regimen with a partner, or a locoregional therapy, as
            "folfox+cetuximab".
        overlays: as for `recommend`.
        constants: as for `recommend`.

    Raises:
        InputError: the patient's facts are not in order.
        UsageError: there is no such therapy; an overlay or a constant is not in order.

    >>> explanation = explain({"ras": "mutant"}, "folfox+cetuximab")
    >>> [(change.finding, change.to) for (change,) in explanation.changes]
    [('ras', ('wild_type',))]
    """
    program = Program.build(overlays, constants)
    return explained(read_source(source, program), therapy, program)


def explained(base: FactBase, therapy: str, program: Program) -> Explanation:
    """Return the explanation of one therapy for facts that were read; see `explain`."""
    solver = engine(program)
    target = _target(therapy, solver)
    therapy = str(word(target))
    answer, grounding = solver.alone(base, CONDITIONS, facts=f"target({target}).")
    reader = Reader(grounding)
    advice = reader.advice(answer, tuple(base.facts))
    verdict = advice.therapies.get(therapy)
    status: Status | None = "excluded" if advice.in_scope else None
    if verdict is not None:
        status = verdict.status
    eligible = status == "eligible"
    ways = _Ways(answer, reader, advice).all()
    known = {item.name: item.value for item in advice.findings if item.value is not None}
    changes: tuple[tuple[Change, ...], ...] = ()
    barred: tuple[str, ...] = ()
    if not eligible:
        goal = f"goal({target})."
        variants = Variants(program, solver.vocabulary, base, grounding, CHANGES, goal)
        if variants.reachable():
            changes = tuple(
                tuple(Change(name, known.get(name), to) for name, to in values.items())
                for values in variants.changes()
            )
        else:
            barred = variants.barred_by(_relevant(ways)) or _absent(ways, Wording(reader.labels))
    return Explanation(
        therapy=therapy,
        status=status,
        grade=None if verdict is None else verdict.grade,
        in_scope=advice.in_scope,
        ways=_shown(ways) if eligible else ways,
        changes=changes,
        barred_by=barred,
        origin=Origin.of(base, program),
    )


def _shown(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Return the ways that hold, or else those that let the therapy through together."""
    holding = tuple(way for way in ways if way.state == "met")
    return holding or tuple(way for way in ways if way.state == "unknown")


def _relevant(ways: Iterable[Way]) -> dict[str, int]:
    """Return the facts that unmet conditions rest on; those of exclusions weigh more."""
    weights: dict[str, int] = {}
    for way in ways:
        barring = [check for item in way.passages for check in item.checks]
        for weight, checks in ((1, way.checks), (2, barring)):
            for fact in (f for check in checks if check.state == "unmet" for f in check.facts):
                weights[fact] = max(weight, weights.get(fact, 0))
    return weights


def _absent(ways: Iterable[Way], wording: Wording) -> tuple[str, ...]:
    """Return, in words, what is in the way although no fact shows it: what was not received.

    The line of therapy comes alone where it is in every way, so that it is not followed by
    all that would be different in another line.
    """
    absent = [
        {
            check.finding: f"{wording.name(check.finding)}: {wording.name(check.value)}"
            for check in way.checks
            if check.state == "unmet" and check.value is not None and not check.facts
        }
        for way in ways
    ]
    if absent and all("line" in found for found in absent):
        return (absent[0]["line"],)
    return tuple(sorted({text for found in absent for text in found.values()}, key=natural))


def _target(therapy: str, solver: Engine) -> Symbol:
    """Return a therapy as the program writes it.

    Raises:
        UsageError: there is no such therapy; names the nearest.
    """
    from difflib import get_close_matches

    table = solver.any_grounding().table
    regimens = [str(name) for (name,) in table("regimen", 1)]
    partners = [str(name) for (name,) in table("partner", 1)]
    local = [str(name) for (name,) in table("locoregional", 1)]
    wanted = therapy.strip().lower().replace("-", "_").replace(" ", "")
    first, plus, partner = wanted.partition(WITH)
    if not plus and first in (*regimens, *local):
        return Function(first)
    if first in regimens and partner in partners:
        return Function("with", [Function(first), Function(partner)])
    names = [*regimens, *local, *(f"{r}{WITH}{p}" for r in regimens for p in partners)]
    if wanted in partners:
        names = [name for name in names if name.endswith(f"{WITH}{wanted}")]
    nearest = get_close_matches(wanted, names, 3, 0.5)
    hint = f"did you mean {', '.join(nearest)}?" if nearest else "see crcasp vocabulary."
    raise UsageError(f"There is no therapy {show(therapy)}; {hint}")


class _Ways:
    """Reads the atoms of `explain/conditions.lp`."""

    def __init__(self, answer: Answer, reader: Reader, advice: Advice) -> None:
        self.reader = reader
        self.findings: Mapping[str, Finding] = {item.name: item for item in advice.findings}
        atoms = answer.atoms
        self.values = {str(key): value for key, value in atoms.get("is", ())}
        self.shown: dict[str, list[str]] = {}
        for finding, _, fact in atoms.get("shows", ()):
            self.shown.setdefault(str(finding), []).append(str(fact))
        self.cited: dict[Row, list[str]] = {}
        for *asked, fact in atoms.get("cited", ()):
            self.cited.setdefault(tuple(asked), []).append(str(fact))
        leads = sorted(atoms.get("leads", ()), key=lambda row: [natural(str(item)) for item in row])
        self.ways: dict[Row, State] = {row[:2]: _state(row[2]) for row in leads}
        self.states: dict[Row, list[tuple[str, State]]] = {}
        for *source, finding, state in atoms.get("state", ()):
            self.states.setdefault(tuple(source), []).append((str(finding), _state(state)))
        self.needs: dict[Row, list[str]] = {}
        for *asked, value in atoms.get("asks_for", ()):
            self.needs.setdefault(tuple(asked), []).append(str(value))
        self.uses: dict[Row, list[str]] = {}
        for *source, interpretation in atoms.get("uses", ()):
            self.uses.setdefault(tuple(source), []).append(str(interpretation))
        self.checked: dict[Row, list[str]] = {}
        for statement, branch, exclusion in atoms.get("checked", ()):
            self.checked.setdefault((statement, branch), []).append(str(exclusion))

    def all(self) -> tuple[Way, ...]:
        """Return every way, in the table's order."""
        return tuple(self._way(way) for way in self.ways)

    def _way(self, way: Row) -> Way:
        statement = str(way[0])
        exclusions = sorted(self.checked.get(way, ()), key=natural)
        passages = tuple(self._passage((*way, exclusion)) for exclusion in exclusions)
        return Way(
            statement=statement,
            text=self.reader.texts.get(statement, ""),
            references=self.reader.references.get(statement, ()),
            interpretations=self._used((*way, way[0])),
            checks=self._checks((*way, way[0])),
            passages=passages,
            state=self.ways[way],
        )

    def _passage(self, source: Row) -> Passage:
        exclusion = str(source[-1])
        checks = self._checks(source)
        return Passage(
            exclusion=exclusion,
            text=self.reader.exclusions.get(exclusion, ""),
            interpretations=self._used(source),
            checks=checks,
            state=_joint([check.state for check in checks]),
        )

    def _used(self, source: Row) -> tuple[str, ...]:
        return tuple(sorted(self.uses.get(source, ()), key=natural))

    def _checks(self, source: Row) -> tuple[Check, ...]:
        states = sorted(self.states.get(source, ()), key=lambda item: natural(item[0]))
        return tuple(self._check(source, finding, state) for finding, state in states)

    def _check(self, source: Row, finding: str, state: State) -> Check:
        known = self.findings.get(finding)
        asked = (*source, finding)
        facts = {*self.shown.get(finding, ()), *self.cited.get(asked, ())}
        return Check(
            finding=finding,
            needs=tuple(sorted(self.needs.get(asked, ()), key=natural)),
            value=self.values.get(finding),
            facts=tuple(sorted(facts, key=natural)),
            interpretations=known.interpretations if known is not None else (),
            state=state,
        )


def _state(name: Word) -> State:
    states: dict[Word, State] = {"met": "met", "unmet": "unmet", "unknown": "unknown"}
    return states[name]


def _joint(states: list[State]) -> State:
    """Return the state of what needs all of its parts."""
    if "unmet" in states:
        return "unmet"
    return "unknown" if "unknown" in states else "met"
