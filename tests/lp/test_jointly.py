"""Overlays whose offers complement each other: the three answers stay exact.

The program is asked about every completion of the unknown, one complete patient each; what
it says of the patient as given must be what these come to.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from crcasp import Advice, parse_facts, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program

FINDINGS: dict[str, tuple[str, ...]] = {
    "ras": ("wild_type", "mutant"),
    "braf": ("wild_type", "mutant"),
    "mmr": ("proficient", "deficient"),
    "tumor_burden": ("low", "high"),
    "disease_extent": ("liver_only", "liver_dominant", "disseminated"),
    "ecog": ("1", "2"),  # one value either side of the one limit that is asked for
}
STOPS = ("progression", "toxicity", "completed")
STATEMENT = re.compile(r'statement\("([^"]+)", \w+, (\w+)\)')
TABLE = Path(__file__).parents[2] / "lp" / "table.lp"
GRADES = {"considered": 1, "recommended": 2, "benefit": 3}
OFFERED = ("capecitabine", "capox", "irinotecan", "folfox", "with(folfiri, cetuximab)", "hai")
HISTORIES: tuple[tuple[str, ...], ...] = (
    (),
    ("folfox",),
    ("capox", "regorafenib"),
    ("irinotecan", "capox"),
)


def random_overlay(rng: random.Random) -> str:
    """Some statements that offer the same few therapies for random values of findings."""
    rules: list[str] = []
    therapies = rng.sample(OFFERED, 2)
    names = [f'"N{number}"' for number in range(rng.randint(2, 4))]

    def offer(name: str, therapy: str, needs: Mapping[str, Sequence[str]]) -> None:
        branch = f"b{len(rules)}"
        rules.append(f"offers({name}, {branch}, {therapy}).")
        for finding, values in needs.items():
            bounds = [{"1": "at_most(1)", "2": "at_least(2)"}.get(value, value) for value in values]
            rules.append(f"needs({name}, {branch}, {finding}, ({'; '.join(bounds)})).")

    for name in names:
        rules.append(f"statement({name}, any, {rng.choice(list(GRADES))}).")
        rules.append(f'text({name}, "something new"). reference({name}, "a trial").')
        for _ in range(rng.randint(1, 2)):
            chosen = rng.sample(sorted(FINDINGS), rng.choice((1, 1, 2)))
            needs = {finding: rng.sample(FINDINGS[finding], 1) for finding in chosen}
            if rng.random() < 0.2:
                needs |= rng.choice(
                    ({"failed(oxaliplatin)": ["yes"]}, {"stopped(1)": [*STOPS[1:]]})
                )
            offer(name, rng.choice(therapies), needs)
    for therapy in therapies:  # a pair of offers that may leave nothing out
        finding = rng.choice(sorted(FINDINGS))
        cut = rng.randrange(1, len(FINDINGS[finding]))
        for values in (FINDINGS[finding][:cut], FINDINGS[finding][cut:]):
            offer(rng.choice(names), therapy, {finding: values})
    if rng.random() < 0.3:
        rules.append('withdrawn("I7").')
    if rng.random() < 0.3:
        rules.append('spares("X3", "N0"). spares("X2", "N1").')
    return "\n".join(rules)


def random_patient(rng: random.Random) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Facts in which nearly everything is known, and the domains of what is not."""
    gone = rng.sample(sorted(FINDINGS), rng.choice((1, 2, 2, 3)))
    unknown = {name: FINDINGS[name] for name in gone}
    facts = [f"{name}({rng.choice(FINDINGS[name])})." for name in FINDINGS if name not in gone]
    facts.append("age(50). country(other). liver_metastases(unresectable). side(left).")
    facts.append("organ_function(adequate). multifocal_liver_disease(early).")
    for line, held in enumerate(rng.choice((HISTORIES[:1], HISTORIES[1:2], HISTORIES[2:]))):
        facts += [f"received({line + 1},{therapy})." for therapy in held]
        if held and rng.random() < 0.5:
            unknown[f"stopped({line + 1}"] = STOPS
        elif held:
            facts.append(f"stopped({line + 1},{rng.choice(STOPS)}).")
    return " ".join(facts), unknown


def filled(name: str, value: str) -> str:
    return f"{name},{value})." if name.startswith("stopped") else f"{name}({value})."


def check(facts: str, unknown: Mapping[str, tuple[str, ...]], overlay: Path) -> bool:
    """Compare, and return whether some therapy was let through only by several together."""

    def ask(text: str) -> Advice:
        return recommend(parse_facts(text), overlays=[overlay])

    found = ask(facts)
    grades = dict(STATEMENT.findall("\n".join(path.read_text() for path in (TABLE, overlay))))
    worlds = {
        values: ask(" ".join([facts, *map(filled, unknown, values)]))
        for values in product(*unknown.values())
    }
    together = False
    for name in {name for world in worlds.values() for name in world.therapies}:
        verdicts = {values: world.therapies.get(name) for values, world in worlds.items()}
        passed = {
            values: verdict
            for values, verdict in verdicts.items()
            if verdict is not None and verdict.status == "eligible"
        }
        told = found.therapies.get(name)
        if not passed:
            assert told is None or told.status == "excluded", (name, facts)
            continue
        assert told is not None, (name, facts)
        if len(passed) < len(verdicts):
            flipping = {
                place
                for one, other in product(verdicts, verdicts)
                if (one in passed) != (other in passed)
                for place in range(len(one))
                if one[:place] == other[:place] and one[place + 1 :] == other[place + 1 :]
            }
            names = {list(unknown)[place] for place in flipping}
            missing = {f"{name})" if "(" in name else name for name in names}
            assert (told.status, set(told.missing)) == ("undetermined", missing), (name, facts)
            continue
        every = list(passed.values())
        common = set(every[0].statements).intersection(*(set(v.statements) for v in every))
        assert told.status == "eligible", (name, facts)
        assert set(told.statements) == common, (name, facts)
        if "7.2" in common:  # its grade depends on a finding, that of no other does
            continue
        if common:
            highest = max(GRADES[grades[statement]] for statement in common)
            assert GRADES[str(told.grade)] == highest, (name, facts)
        else:
            together = True
            assert told.because
            assert GRADES[str(told.grade)] == min(GRADES[str(v.grade)] for v in every), (
                name,
                facts,
            )
    return together


@pytest.mark.slow
def test_random_overlays(tmp_path: Path) -> None:
    run(1, 6, tmp_path)


@pytest.mark.slow
def test_many_random_overlays(tmp_path: Path) -> None:
    assert run(11, 80, tmp_path) > 5


def run(seed: int, overlays: int, folder: Path) -> int:
    """Check some random overlays, each on one patient; return how often several complement."""
    rng = random.Random(seed)
    together = 0
    for number in range(overlays):
        overlay = folder / f"{number}.lp"
        overlay.write_text(random_overlay(rng))
        together += check(*random_patient(rng), overlay)
    return together


COMPLEMENT = """
statement("A", any, benefit). text("A", "for one"). reference("A", "a trial").
offers("A", one, irinotecan). needs("A", one, ras, wild_type).
statement("B", any, considered). text("B", "for the other"). reference("B", "a trial").
offers("B", two, irinotecan). needs("B", two, ras, mutant).
"""


def test_complementary_statements_let_a_therapy_through(tmp_path: Path) -> None:
    overlay = tmp_path / "complement.lp"
    overlay.write_text(COMPLEMENT)
    verdict = recommend({"age": 50}, overlays=[overlay]).therapies["irinotecan"]
    assert (verdict.status, verdict.grade, verdict.statements) == ("eligible", "considered", ())
    assert [reason.statement for reason in verdict.because] == ["A", "B"]
    known = recommend({"ras": "wild_type"}, overlays=[overlay]).therapies["irinotecan"]
    assert (known.grade, known.statements) == ("benefit", ("A",))


def test_branches_of_one_statement_complement_each_other(tmp_path: Path) -> None:
    overlay = tmp_path / "complement.lp"
    two = COMPLEMENT.replace('"B", two', '"A", two')
    overlay.write_text(two + 'offers("B", any, capox).')
    verdict = recommend({"age": 50}, overlays=[overlay]).therapies["irinotecan"]
    assert (verdict.status, verdict.statements) == ("eligible", ("A",))


def test_the_table_has_no_such_pair() -> None:
    """So that nothing of it is grounded: it costs nothing where it is not needed."""
    assert not engine(Program()).table.solver.facts("jointly", 1)
