"""Whether `diff` takes the same sets to be preferred as the answer does, patient by patient."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import reading
from clingo import Function, ast

from crcasp import parse_facts, recommend
from crcasp.program.files import Program, main_paths, program_directory
from crcasp.program.overlays import Signature, signatures
from crcasp.program.terms import word
from crcasp.questions.both import Both
from crcasp.questions.sides import FILES

TRIAL = (
    'statement("T", any, recommended). text("T", "a trial"). reference("T", "a trial").'
    ' offers("T", b, {}). '
)
OVERLAYS = {
    "only_beside": TRIAL.format("(hai; tace)") + 'only_beside("T", (hai; tace), folfox).',
    "only_beside, of two": TRIAL.format("tace") + 'only_beside("T", tace, (folfiri; capox)).',
    "only_beside and weighs": TRIAL.format("hai")
    + 'only_beside("T", hai, (folfox; folfiri)). weighs("T", hai). regraded("T", b, considered). '
    'regraded("1", any, considered).',
    "weighs": TRIAL.format("(hai; tace)")
    + 'weighs("T", (hai; tace)). regraded("T", b, considered). regraded("1", any, considered).',
    "weighs, and nothing is as high": TRIAL.format("capox")
    + 'only_beside("T", capox, hai). offers("T", low, hai). regraded("T", low, considered). '
    'weighs("T", hai). withdrawn("1"; "1.1"; "2"; "3"; "5").',
    "two partners": "partner(second). "
    + TRIAL.format("(with(folfox, cetuximab, second); with(folfiri, bevacizumab, second))"),
    "single_agent": TRIAL.format("(tace; capox)") + 'single_agent("T").',
    "never_together": TRIAL.format("(folfoxiri; hai)")
    + 'never_together("1.2", oxaliplatin, floxuridine).',
    "beside": TRIAL.format("tace") + 'beside("T", tace, capox).',
    "I9": 'withdrawn("I9").',
    "I19": 'withdrawn("I19").',
    "max_partners": "",
}


def test_what_the_comparison_defines_has_a_name_of_its_own() -> None:
    """An atom of a table has the table in front: one of that name would hide it."""
    defined: set[Signature] = set()
    of_a_table: set[Signature] = set()
    files = [os.path.join(program_directory(), name) for name in FILES]
    ast.parse_files(files, lambda node: defined.update(signatures(node)[0]))
    ast.parse_files(main_paths(), lambda node: of_a_table.update(signatures(node)[0]))
    assert {(name, arity) for name, arity in defined if (name, arity - 1) in of_a_table} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", OVERLAYS)
def test_the_preferred_sets_are_those_of_the_answer(name: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.lp"
    overlay.write_text(OVERLAYS[name])
    constants = {"max_partners": 2} if name == "max_partners" else {}
    both = Both(Program.build(), Program.build([overlay], constants))
    named = both.literals("member", 1) | both.literals("preferred", 1)
    asked = both.slice(named, ties=False)
    rng = random.Random(name)
    differ = 0
    for _ in range(40):
        facts = reading.random_patient(rng, 0.3).facts()
        given = set(parse_facts(facts))
        told = [
            literal if atom.arguments[0] in given else -literal
            for atom, literal in asked.told.items()
        ]
        answers = {
            "old": recommend(parse_facts(facts)),
            "new": recommend(parse_facts(facts), overlays=[overlay], constants=constants),
        }
        found = {}
        for table, advice in answers.items():
            preferred = asked.atoms[Function("preferred", [Function(table)])]
            sets = {
                frozenset(
                    str(word(atom.arguments[0]))
                    for atom in asked.atoms
                    if atom.name == "member" and model.contains(atom)
                )
                for model in asked.models([*told, preferred])
            }
            assert sets == {frozenset(it.therapies) for it in advice.preferred}, (table, facts)
            found[table] = sets
        differ += found["old"] != found["new"]
    assert differ, "no patient shows what the overlay changes"
