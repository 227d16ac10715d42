"""Two tables and one patient, for brute-force checks of what changes between them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

import reading
from clingo import Symbol, parse_term

from crcasp import Advice, Only, recommend
from crcasp.program.files import Program
from crcasp.questions.compare import EXCLUDED, _kind
from crcasp.results.comparison import Kind

STATEMENT = """statement("T{n}", {line}, {grade}). text("T{n}", "a trial"). rests_on("T{n}", "I5").
offers("T{n}", b, {therapy}). {needs}
"""
THERAPIES = ("folfox", "with(folfiri,cetuximab)", "hai", "regorafenib", "pembrolizumab", "capox")
NEEDS = (
    *("braf, mutant", "mmr, deficient", "ras, wild_type", "side, left", "ecog, at_most(2)"),
    *("failed(oxaliplatin), yes", "earlier(irinotecan), yes", "later_line, yes"),
    *("age, at_least(60)", "organ_function, adequate", "tumor_burden, (low; high)"),
)
BARRED = ("anti_vegf", "oxaliplatin", "hai", "checkpoint_inhibitor")
CONSTANTS = {"fit_ecog": (0, 2), "younger_age": (60, 75), "unfit_ecog": (2,), "max_partners": (2,)}


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
        need = rng.choice(list(NEEDS[:4]))
        return (
            f'exclusion("N{n}", "a warning"). bars("N{n}", {rng.choice(BARRED)}). '
            f'unless("N{n}", {need}).'
        )
    if kind == "value":
        return "s1_used_in(china)."
    return f'withdrawn("I{rng.randint(1, 20)}").'


class Side:
    """What one table makes of a patient: the answer, and the atoms that stand behind it."""

    def __init__(self, program: Program, overlays: Sequence[str], facts: Sequence[Symbol]) -> None:
        constants = dict(program.constants)
        self.advice: Advice = recommend(facts, overlays=overlays, constants=constants)
        text = "inquiry. " + " ".join(f"{fact}." for fact in facts)
        control = program.control("wrapper/show.lp", facts=text)
        self.atoms = {str(at.symbol): at.symbol for at in control.symbolic_atoms if at.is_fact}
        self.kept = control

    def of(self, name: str) -> list[list[str]]:
        """The arguments of all atoms of a predicate."""
        return [
            [str(argument) for argument in symbol.arguments]
            for symbol in self.atoms.values()
            if symbol.name == name
        ]

    def lines(self) -> dict[str, set[str]]:
        """For what each line may have stopped."""
        found: dict[str, set[str]] = {}
        for line, reason in self.of("may_stop"):
            found.setdefault(line, set()).add(reason)
        return found

    def value(self, finding: str) -> str | None:
        """What a finding is by this table; None where it does not say."""
        name, _, inner = finding.partition("(")
        inner = inner.removesuffix(")")
        if name == "failed":
            failing = {(li, reason) for li, agent, reason in self.of("fails_by") if agent == inner}
            return _three(self.lines(), failing)
        if name == "repeated":
            statement, therapy = inner.split(",", 1)
            shunned = {
                (li, reason)
                for _, of, _, what, li, reason in self.of("shuns")
                if of == statement and what == therapy
            }
            return _three(self.lines(), shunned)
        if name == "apart":
            agent, therapy = inner.split(",", 1)
            met = any(row[2:] == [therapy, f"failed({agent})"] for row in self.of("can_meet"))
            return "yes" if met else None
        if name == "initial_therapy":
            return (
                "yes"
                if [inner.replace("+", ",")]
                in [[row[0].removeprefix("with(").removesuffix(")")] for row in self.of("reusable")]
                or [inner] in self.of("reusable")
                else None
            )
        values = [value for of, value in self.of("is") if of == finding]
        return values[0] if values else None


def _three(lines: dict[str, set[str]], failing: set[tuple[str, str]]) -> str | None:
    found = None
    for line, reasons in lines.items():
        failed = {reason for reason in reasons if (line, reason) in failing}
        if failed == reasons:
            return "yes"
        if failed:
            found = "unknown"
    return found


DEFAULTS = {"failed": "no", "repeated": "no", "apart": "no", "initial_therapy": "no"}


def fits(only: Only, sides: tuple[Side, Side], facts: Iterable[Symbol]) -> bool:
    """Whether a condition holds of a patient, told from the facts and the plain program."""
    given = {str(fact) for fact in facts}
    finding, values = only.finding, set(only.values)
    which = list(sides)
    for place, mark in enumerate(("before(", "now(")):
        if finding.startswith(mark):
            finding, which = finding.removeprefix(mark).removesuffix(")"), [sides[place]]
    if values <= {"allowed", "denied"}:
        denied = {f"contraindicated({finding})", f"unavailable({finding})"} & given
        return ("denied" if denied else "allowed") in values
    if values <= {"given", "not_given"}:
        return ("given" if finding in given else "not_given") in values
    if finding == "stopped(initial)":
        lines = [row[0] for row in sides[0].of("initial_line")]
        stops = [row[1] for row in sides[0].of("stopped") if row[0] in lines]
        return ((stops or ["unknown"])[0] if lines else "never") in values
    known = [value for side in which if (value := side.value(finding)) is not None]
    default = DEFAULTS.get(finding.partition("(")[0], "unknown")
    found = max(known, key=lambda value: value == "yes") if known else default
    return found in values or any(_within(found, value) for value in values)


def _within(found: str, bound: str) -> bool:
    if not found.isdigit() or not re.search(r"\d", bound):
        return False
    numbers = [int(number) for number in re.findall(r"\d+", bound)]
    if bound.startswith("at most"):
        return int(found) <= numbers[0]
    if bound.startswith("at least"):
        return int(found) >= numbers[0]
    return numbers[0] <= int(found) <= numbers[-1]


def kinds(before: Advice, after: Advice) -> dict[str, Kind]:
    """How each therapy changes for a patient, as `compare` says it."""
    ranks = {grade: rank for rank, grade in reading.GRADES.items()}
    olds, news = before.therapies, after.therapies
    found = {
        name: _kind(olds.get(name, EXCLUDED), news.get(name, EXCLUDED), ranks)
        for name in {*olds, *news}
    }
    return {name: kind for name, kind in found.items() if kind}


def patient(facts: Iterable[str]) -> tuple[Symbol, ...]:
    """The facts of a patient."""
    return tuple(parse_term(fact) for fact in facts)


def known(facts: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """What the table alone knows of a patient."""
    return tuple(fact for fact in facts if str(fact) != "country(china)")
