"""Explanations, missing findings and registries under random overlays, against brute force."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path

import pytest
import random_overlays
import reading
from clingo import Symbol
from overlay_reading import Overlay, Reader, Supports, TooMany, Values, World, domain, read
from random_overlays import Given

from crcasp import Explanation, explain, missing, recommend
from crcasp.facts import read_text
from crcasp.program.engine import engine
from crcasp.program.files import Program

SLOW = pytest.mark.slow
GENES = ("kras", "nras", "ras")
MOST = 600  # completions of one patient


@dataclass(frozen=True)
class Asked:
    """A patient under an overlay that is written to a file."""

    overlay: Overlay
    given: Given
    path: Path

    @property
    def reader(self) -> Reader:
        return Reader(self.given.patient, self.overlay, self.given.extra)

    @property
    def facts(self) -> list[Symbol]:
        vocabulary = engine(Program.build([self.path])).vocabulary
        return list(read_text(self.given.facts(), "facts", vocabulary).facts)

    @property
    def where(self) -> str:
        return f"{self.path.read_text()}\n% {self.given.facts()}"


def asked(seed: int, overlays: int, patients: int, ignorance: float, at: Path) -> Iterator[Asked]:
    rng = random.Random(seed)
    for number in range(overlays):
        overlay = random_overlays.random_overlay(rng)
        path = at / f"{seed}_{number}.lp"
        path.write_text(random_overlays.rules(overlay))
        for _ in range(patients):
            yield Asked(overlay, random_overlays.random_patient(rng, ignorance), path)


# ---- explain ---------------------------------------------------------------------------------


def changed(one: Asked, values: Mapping[str, reading.Value]) -> Given:
    """The patient with other findings; what else says the same or implies it falls silent."""
    findings = dict(one.given.patient.findings)
    stopped, toxic = dict(one.given.patient.stopped), dict(one.given.patient.toxic)
    extra = dict(one.given.extra)
    silent: set[str] = set()
    for name in values:
        silent |= {
            "ras": {*GENES, "variant"},
            "kras": {*GENES[::2], "variant"},
            "variant": {*GENES[::2], "variant"},
            "mmr": {"mmr", "msi"},
            "side": {"side", "primary_site"},
        }.get(name, set())
    for name in silent:
        findings.pop(name, None)
        extra.pop(name, None)
    for name, value in values.items():
        line = re.fullmatch(r"stopped\((\d+)\)", name)
        if line:
            stopped[int(line[1])] = str(value)
            toxic.pop(int(line[1]), None)
        elif name in one.overlay.findings:
            extra[name] = str(value)
        else:
            findings[name] = value
    patient = replace(one.given.patient, findings=findings, stopped=stopped, toxic=toxic)
    return Given(patient, extra)


def numbers(to: str) -> list[reading.Value]:
    """The value, or the ends of a range in words."""
    found = [int(number) for number in re.findall(r"\d+", to)]
    if to.startswith("at most"):
        return [0, *found]
    if to.startswith("at least"):
        return [*found, 120]
    return [*found] if found and not to.startswith("g12") else [to]


def check_explanation(one: Asked, therapy: str, status: str, told: Explanation) -> None:
    where = f"{therapy}: {one.where}"
    assert told.status == status, where
    for way in told.ways:
        states = [item.state for item in way.conditions]
        states += [item.state for item in way.exclusions or ()]
        if way.state == "met":
            assert set(states) <= {"met"}, (way, where)
        if way.state == "not_met":
            assert "not_met" in states or beside(one, way.statement, therapy), (way, where)
    if status == "eligible":
        assert {way.state for way in told.ways} in ({"met"}, {"open"}), where
    if status == "undetermined":
        assert "open" in {way.state for way in told.ways}, where
    for changes in told.changes:
        names = [change.finding for change in changes]
        for values in product(*([v for to in c.to for v in numbers(to)] for c in changes)):
            better = changed(one, dict(zip(names, values, strict=True)))
            reader = Reader(better.patient, one.overlay, better.extra)
            assert reader.joint, ("contradictory", changes, where)
            completions = reader.completions(therapy)[1].values()
            assert all(completions), (changes, values, where)


def beside(one: Asked, statement: str | None, therapy: str) -> bool:
    return any((statement, therapy) == pair[:2] for pair in one.overlay.beside)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "overlays", "patients"), [(1, 1, 2), pytest.param(2, 5, 3, marks=SLOW)]
)
def test_explanations(seed: int, overlays: int, patients: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for one in asked(seed, overlays, patients, rng.choice((0.0, 0.4)), tmp_path):
        try:
            statuses = read(one.reader).status
        except TooMany:
            continue
        spoken = {branch.therapy for branch in one.overlay.branches} & statuses.keys()
        if statuses:
            therapy = rng.choice([*statuses, *sorted(spoken) * 4])
            told = explain(one.facts, therapy, overlays=[one.path])
            check_explanation(one, therapy, statuses[therapy], told)


# ---- missing ---------------------------------------------------------------------------------


def weighed(one: Asked, names: list[str]) -> dict[str, tuple[set[str], set[str]]]:
    """What each unknown finding decides and raises, in some completion of all others."""
    reader = one.reader
    worlds: dict[Values, dict[str, Supports]] = {}
    for values in product(*(domain(one.overlay, name) for name in names)):
        filled = dict(zip(names, values, strict=True))
        if reader.goes_together(filled):
            world = World({**reader.known, **filled})
            known = {n: reader.joint[0][at] for at, n in enumerate(reader.correlated)}
            world = World({**known, **world})
            therapies = {branch.therapy for branch in reader.branches}
            worlds[values] = {name: reader.supports(name, world) for name in therapies}
    found: dict[str, tuple[set[str], set[str]]] = {}
    for place, name in enumerate(names):
        groups: dict[Values, list[dict[str, Supports]]] = {}
        for values, supports in worlds.items():
            groups.setdefault(values[:place] + values[place + 1 :], []).append(supports)
        decides: set[str] = set()
        raises: set[str] = set()
        for group in groups.values():
            for therapy in group[0]:
                grades = {max(by[therapy].values(), default=0) for by in group}
                if len(grades - {0}) > 1:
                    raises.add(therapy)
                if len(grades) > 1 and 0 in grades:
                    decides.add(therapy)
        if decides or raises:
            found[name] = (decides, raises)
    return found


def check_missing(one: Asked) -> bool:
    """Compare; return whether so little is unknown that it can be gone through."""
    facts = one.facts
    advice = recommend(facts, overlays=[one.path])
    names = [item.name for item in advice.findings if item.value is None]
    names = [name for name in names if "(" not in name or name.startswith("stopped")]
    if not advice.in_scope or prod(len(domain(one.overlay, name)) for name in names) > MOST:
        return False
    told = missing(facts, overlays=[one.path])
    ours = {item.finding: (set(item.decides), set(item.raises)) for item in told.findings}
    assert ours == weighed(one, names), one.where
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "overlays", "patients"), [(1, 1, 3), pytest.param(2, 3, 6, marks=SLOW)]
)
def test_missing(seed: int, overlays: int, patients: int, tmp_path: Path) -> None:
    compared = [check_missing(one) for one in asked(seed, overlays, patients, 0.2, tmp_path)]
    assert any(compared)


# ---- several together ------------------------------------------------------------------------

COMPLEMENT = """
statement("A", any, benefit). text("A", "for one"). reference("A", "a trial").
offers("A", one, irinotecan). needs("A", one, ras, wild_type).
statement("B", any, considered). text("B", "for the other"). reference("B", "a trial").
offers("B", two, irinotecan). needs("B", two, ras, mutant).
"""


@pytest.mark.slow
def test_statements_let_a_therapy_through_together(tmp_path: Path) -> None:
    overlay = tmp_path / "complement.lp"
    overlay.write_text(COMPLEMENT)
    verdict = recommend({"age": 50}, overlays=[overlay]).therapies["irinotecan"]
    assert (verdict.status, verdict.grade, verdict.statements) == ("eligible", "considered", ())
    assert [reason.statement for reason in verdict.because] == ["A", "B"]
    assert {item.state for reason in verdict.because for item in reason.conditions} == {"open"}
    known = recommend({"ras": "wild_type"}, overlays=[overlay]).therapies["irinotecan"]
    assert (known.grade, known.statements) == ("benefit", ("A",))


@pytest.mark.slow
def test_branches_of_one_statement_do_so_too(tmp_path: Path) -> None:
    overlay = tmp_path / "complement.lp"
    overlay.write_text(COMPLEMENT.replace('"B", two', '"A", two') + 'offers("B", any, capox).')
    verdict = recommend({"age": 50}, overlays=[overlay]).therapies["irinotecan"]
    assert (verdict.status, verdict.statements) == ("eligible", ("A",))
    (reason,) = verdict.because
    assert [(item.finding, item.needs) for item in reason.conditions] == [
        ("ras", ("mutant", "wild_type"))
    ]


@pytest.mark.slow
def test_an_overlay_without_a_source_stands_in_the_header(tmp_path: Path) -> None:
    path = tmp_path / "own.lp"
    for text, header in (
        ('offers("1", any, capox).', "Rules: 2019 table + own.lp"),
        ("% nothing", "Rules: 2019 table"),
        ('withdrawn("I8").', "Rules: 2019 table, without I8"),
    ):
        path.write_text(text)
        assert recommend({}, overlays=[path]).to_text().splitlines()[0].endswith(f" {header}")
