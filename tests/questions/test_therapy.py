"""Names of therapies: any spelling that the program prints is understood."""

from __future__ import annotations

import pytest

from crcasp import UsageError, explain, recommend
from crcasp.program.engine import engine
from crcasp.program.files import Program
from crcasp.program.terms import word
from crcasp.questions.therapy import named

ENGINE = engine(Program())
TABLE = ENGINE.table


def test_every_name_and_every_label_of_the_table() -> None:
    for name in recommend({}).therapies:
        assert word(named(name, ENGINE)) == name
        assert word(named(TABLE.words.name(name), ENGINE)) == name
        assert word(named(f"  {name.upper().replace('_', '-')} ", ENGINE)) == name


def test_every_agent_pair_in_either_order() -> None:
    for regimen in TABLE.names("regimen"):
        for partner in TABLE.names("partner"):
            for text in (f"{regimen}+{partner}", f"{partner} + {TABLE.words.name(regimen)}"):
                assert word(named(text, ENGINE)) == f"{regimen}+{partner}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fluorouracil + leucovorin", "fluorouracil_leucovorin"),
        ("cetuximab+folfox", "folfox+cetuximab"),
        ("trifluridine tipiracil", "trifluridine_tipiracil"),
    ],
)
def test_spellings(text: str, name: str) -> None:
    assert explain({}, text).therapy == name


def test_for_a_partner_alone_the_hint_is_what_the_table_offers() -> None:
    with pytest.raises(UsageError, match=r"did you mean folfiri\+cetuximab, folfox\+cetuximab\?"):
        explain({}, "Cetuximab")


def test_for_a_misspelling_the_hint_is_what_is_near() -> None:
    with pytest.raises(UsageError, match="folfoxiri"):
        explain({}, "folfoxri")
    with pytest.raises(UsageError, match="see crcasp vocabulary"):
        explain({}, "xyzzy")
