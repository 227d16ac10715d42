"""Two tables and one fully known patient, for brute-force checks of what changes between them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from clingo import Function, Number, Symbol, parse_term

from crcasp.program.engine import engine
from crcasp.program.files import Program, verdict_files
from crcasp.program.terms import word
from crcasp.results.diff import Only

FILES = [name for name in verdict_files() if name != "reasons.lp"]
READ = ("eligible/1", "rank/2", "grade/2", "is/2", "would_bar/6", "reusable/1", "initial_line/1")
STATEMENT = """statement("T{n}", {line}, {grade}). text("T{n}", "a trial").
reference("T{n}", "a trial").
offers("T{n}", b, {therapy}). {needs}
"""
THERAPIES = ("folfox", "with(folfiri,cetuximab)", "hai", "regorafenib", "pembrolizumab", "capox")
NEEDS = (
    *("braf, mutant", "mmr, deficient", "ras, wild_type", "side, left", "ecog, at_most(2)"),
    *("failed(oxaliplatin), yes", "earlier(irinotecan), yes", "later_line, yes"),
    *("age, at_least(60)", "organ_function, adequate", "tumor_burden, (low; high)"),
)
BARRED = ("anti_vegf", "oxaliplatin", "hai", "checkpoint_inhibitor")
CONSTANTS = {"fit_ecog": (0, 2), "younger_age": (60, 75), "max_partners": (2,)}


def random_overlay(rng: random.Random, n: int = 1) -> str:
    """A random overlay: a statement, a need, a grade, an exclusion or a withdrawn choice."""
    kind = rng.choice(["statement"] * 2 + ["need", "grade", "bars", "withdrawn", "value"])
    if kind == "statement":
        needs = rng.sample(NEEDS, rng.choice((0, 1, 2)))
        return STATEMENT.format(
            n=n,
            line=rng.choice(("first", "beyond_first", "any")),
            grade=rng.choice(("benefit", "recommended", "considered")),
            therapy=rng.choice(THERAPIES),
            needs=" ".join(f'needs("T{n}", b, {need}).' for need in needs),
        )
    if kind == "need":
        statement, branch = rng.choice((("2", "wild_type"), ("6.1", "switch"), ("12", "early")))
        return f'needs("{statement}", {branch}, {rng.choice(NEEDS)}).'
    if kind == "grade":
        statement, branch = rng.choice((("1", "any"), ("6.4", "switch"), ("13", "late")))
        return f'regraded("{statement}", {branch}, {rng.choice(("benefit", "considered"))}).'
    if kind == "bars":
        return (
            f'exclusion("N{n}", "a warning"). bars("N{n}", k, {rng.choice(BARRED)}). '
            f'needs("N{n}", k, {rng.choice(NEEDS[:4])}).'
        )
    if kind == "value":
        return "s1_used_in(china)."
    return f'withdrawn("I{rng.randint(4, 22)}").'


class Table:
    """What one table makes of a fully known patient, asked with clingo directly."""

    def __init__(self, program: Program, facts: Iterable[Symbol]) -> None:
        text = " ".join([*(f"{fact}." for fact in facts), *(f"#show {it}." for it in READ)])
        control = program.control(facts=text, files=FILES)
        with control.solve(yield_=True) as handle:
            model = handle.model()
            self.atoms: dict[str, list[list[Symbol]]] = {}
            for atom in [] if model is None else model.symbols(shown=True):
                self.atoms.setdefault(atom.name, []).append(atom.arguments)
            self.consistent = model is not None
        self.stops = {str(f): str(v) for f, v in self.of("is") if f.name == "stopped"}
        self.values: dict[str, str] = {}
        self.eligible = {str(row[0]) for row in self.of("eligible")}
        ranks = {str(grade): rank.number for grade, rank in self.of("rank")}
        self.grades = {str(t): (ranks[str(g)], str(g)) for t, g in self.of("grade")}

    def of(self, name: str) -> list[list[Symbol]]:
        """The arguments of all atoms of a predicate of `READ`."""
        return self.atoms.get(name, [])

    def value(self, finding: str) -> str:
        """What a finding is by this table; "" where it does not ask."""
        if finding not in self.values:
            self.values[finding] = self._value(finding)
        return self.values[finding]

    def _value(self, finding: str) -> str:
        if finding.startswith("repeats("):
            statement, therapy = parse_term(finding).arguments
            barred = any(
                (row[1], row[3]) == (statement, therapy)
                and self.stops.get(f"stopped({row[4]})") == str(row[5])
                for row in self.of("would_bar")
            )
            return "yes" if barred else "no"
        if finding.startswith("initial_therapy("):
            return "yes" if parse_term(finding).arguments in self.of("reusable") else "no"
        if finding == "stopped(initial)":
            lines = [f"stopped({line})" for (line,) in self.of("initial_line")]
            return self.stops[lines[0]] if lines else "never"
        return next((str(v) for f, v in self.of("is") if str(f) == finding), "")


def fits(only: Only, old: Table, new: Table, facts: Iterable[Symbol]) -> bool:
    """Whether a condition holds of a patient."""
    finding, tables = only.finding, [old, new]
    for mark, table in (("before(", old), ("now(", new)):
        if finding.startswith(mark):
            finding, tables = finding.removeprefix(mark).removesuffix(")"), [table]
    if set(only.values) <= {"allowed", "denied"}:
        denied = any(
            it.name == "contraindicated" and str(it.arguments[0]) == finding for it in facts
        )
        return ("denied" if denied else "allowed") in only.values
    values = {value for table in tables if (value := table.value(finding))}
    if values == {"yes", "no"}:  # one of the tables has no such offer
        values = {"yes"}
    values = values or {"never"}  # of a line that is not there
    assert len(values) == 1, (only, values)
    (value,) = values
    return value in only.values or any(_within(value, bound) for bound in only.values)


def _within(found: str, bound: str) -> bool:
    if not found.isdigit() or not re.search(r"\d", bound):
        return False
    numbers = [int(number) for number in re.findall(r"\d+", bound)]
    if bound.startswith("at most"):
        return int(found) <= numbers[0]
    if bound.startswith("at least"):
        return int(found) >= numbers[0]
    return numbers[0] <= int(found) <= numbers[-1]


def changes(old: Table, new: Table) -> set[tuple[str, str, str | None, str | None]]:
    """How each therapy changes for a patient: its kind, and its grades before and after."""
    found = set()
    for name in old.eligible | new.eligible:
        before, after = (
            table.grades.get(name, (0, None)) if name in table.eligible else (-1, None)
            for table in (old, new)
        )
        kind = "raised" if before[0] < after[0] else "lowered"
        kind = "gained" if before[0] < 0 else "lost" if after[0] < 0 else kind
        if before[0] != after[0] and (kind in ("gained", "lost") or before[1] != after[1]):
            therapy = str(word(parse_term(name)))
            found.add((therapy, kind, before[1], after[1]))
    return found


def random_patient(rng: random.Random, program: Program) -> list[Symbol]:
    """A random patient, of whom each finding of the vocabulary but the combined ones is known."""
    vocabulary = engine(program).vocabulary
    facts = []
    for line in range(1, rng.choice((0, 0, 1, 1, 2, 3)) + 1):
        held = rng.sample(list(vocabulary.therapies), rng.choice((1, 1, 2, 3)))
        if rng.random() < 0.6:
            held = rng.choice((["folfox"], ["folfiri", "cetuximab"], ["folfox", "bevacizumab"],
                               ["folfoxiri"], ["hai"], ["pembrolizumab"]))  # fmt: skip
        facts += [Function("received", [Number(line), parse_term(name)]) for name in held]
        reason = rng.choice(vocabulary.reasons)
        facts.append(Function("stopped", [Number(line), parse_term(reason)]))
        if reason == "toxicity" and rng.random() < 0.5:
            facts.append(Function("toxic", [Number(line), parse_term(rng.choice(held))]))
    for name in rng.sample(vocabulary.limits, rng.choice((0, 0, 0, 1, 2))):
        facts.append(Function("contraindicated", [parse_term(name)]))
    for finding, values in vocabulary.findings.items():
        if finding in ("primary_site", "kras", "nras", "msi"):
            continue
        value = rng.choice([value for value in values if value != "none"])
        if finding == "age":
            value = rng.choice((40, 60, 65, 71, 75, 80))
        symbol = Number(value) if isinstance(value, int) else parse_term(value)
        facts.append(Function(finding, [symbol]))
    return facts
