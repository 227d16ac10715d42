"""What was given, read like any therapy, and one therapy in every table."""

from __future__ import annotations

import json

import pytest
from runs import Run

LEFT = '"ras": "wild_type", "primary_site": "rectum", "disease_extent": "disseminated"'
SAME = [
    "folfox+cetuximab",
    "cetuximab+folfox",
    " Cetuximab + FOLFOX ",
    "FOLFOX & cetuximab",
    '["folfox", "Cetuximab"]',
    '["cetuximab+folfox"]',
]


def test_any_order_any_case_blanks_and_a_list(run: Run) -> None:
    texts = [text if text.startswith("[") else json.dumps(text) for text in SAME]
    lines = "".join(f'{{"id": {n}, {LEFT}, "given": {t}}}\n' for n, t in enumerate(texts))
    found = run.of(lines, name="in.ndjson")
    assert [row["error"] for row in found] == [""] * len(SAME)
    assert [row["concordance"] for row in found] == ["preferred"] * len(SAME)
    assert run.summary["concordance"] == {"folfox+cetuximab": {"preferred": len(SAME)}}
    assert "- folfox+cetuximab: preferred 6." in run.said


def test_one_therapy_in_every_table_with_what_stands_beside_it(run: Run) -> None:
    rows = ["hai & cetuximab+folfox", "folfox+cetuximab & HAI", "folfox; hai; cetuximab"]
    run.of("id,age,given\n" + "".join(f"{n},50,{row}\n" for n, row in enumerate(rows)))
    assert [*run.summary["concordance"]] == ["folfox+cetuximab & hai"]


@pytest.mark.parametrize(
    "text", ["aspirin", "folfox & aspirin", "folfox+aspirin", "folfox or capox"]
)
def test_a_word_that_is_no_therapy_is_an_error_of_the_row(text: str, run: Run) -> None:
    found = run.of(f"id,age,given\n1,50,{text}\n2,50,capox\n")
    assert f'given "{text}": given must be' in found[0]["error"]
    assert found[0]["concordance"] == ""
    assert found[1]["concordance"] == "not_in_table"
    assert run.summary["concordance"] == {"capox": {"not_in_table": 1}}


def test_patients_out_of_scope_have_their_own_count(run: Run) -> None:
    found = run.of("id,liver_metastases,given\n1,none,folfox\n2,none,\n3,unresectable,folfox\n")
    assert [row["concordance"] for row in found[:2]] == ["out_of_scope", ""]
    assert run.summary["concordance"]["folfox"]["out_of_scope"] == 1
    assert sum(run.summary["concordance"]["folfox"].values()) == 2
    assert run.summary["out_of_scope"] == 2


def test_nothing_given_is_nothing_to_compare(run: Run) -> None:
    (row,) = run.of("id,age,given\n1,50,NA\n")
    assert row["concordance"] == row["error"] == ""
    assert run.summary["concordance"] == {}


def test_undetermined_names_what_decides_of_what_was_given(run: Run) -> None:
    rows = "1,high,wild_type,folfirinox\n2,high,NA,folfirinox\n3,high,wild_type,folfirinox & tace\n"
    found = run.of(f"id,tumor_burden,ras,given\n{rows}")
    alone, both, beside = (row["reason"].removeprefix("missing: ").split(";") for row in found)
    assert alone == ["age", "braf"]
    assert both == ["age", "braf", "ras"]
    assert beside == ["age", "braf", "disease_extent", "multifocal_liver_disease"]


def test_two_that_no_set_holds_are_not_undetermined(run: Run) -> None:
    """HAI has no partner of a regimen beside it (5), nor what 8 supports; FOLFOX it has."""
    given = "folfox & hai", "folfox+bevacizumab & hai", "folfox & folfiri"
    rows = "".join(f"{n},unresectable,{text}\n" for n, text in enumerate(given))
    found = run.of(f"id,liver_metastases,given\n{rows}")
    assert found[0]["concordance"] == "undetermined"
    assert {row["concordance"] for row in found[1:]} == {"excluded"}
    assert found[1]["reason"] == "they do not stand in one set"
    (row,) = run.of("id,liver_metastases,given\n1,NA,fluorouracil_leucovorin\n")
    assert (row["concordance"], row["reason"]) == ("excluded", "it stands only beside HAI")
    later = (
        "id,line1,line1_stopped,line2,line2_stopped,given\n"
        "1,folfox,progression,folfiri,progression,regorafenib & tace\n"
    )
    (row,) = run.of(later)
    assert (row["concordance"], row["reason"]) == ("excluded", "they do not stand in one set")


def test_what_stands_only_beside_another_says_beside_what(run: Run) -> None:
    (row,) = run.of(
        "id,liver_metastases,disease_extent,given\n"
        "1,unresectable,liver_only,fluorouracil_leucovorin\n"
    )
    assert row["reason"] == "it is eligible, but stands only beside HAI"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fluorouracil+leucovorin+oxaliplatin", "folfox"),
        ("Cetuximab & oxaliplatin & fluorouracil & HAI", "folfox+cetuximab & hai"),
        ("irinotecan;oxaliplatin;fluorouracil", "folfoxiri"),
        ("fluorouracil+leucovorin", "fluorouracil_leucovorin"),
        ("leucovorin", "leucovorin"),
        ("fluorouracil & sox", "fluorouracil & sox"),
    ],
)
def test_drugs_named_one_by_one_are_their_regimen(text: str, name: str, run: Run) -> None:
    run.of(f"id,age,given\n1,50,{text}\n")
    assert [*run.summary["concordance"]] == [name]


def test_drugs_make_up_no_regimen_where_this_is_withdrawn(run: Run) -> None:
    overlay = run.folder / "without.lp"
    overlay.write_text('withdrawn("I22").\n')
    run.of("id,age,given\n1,50,fluorouracil & oxaliplatin\n", "--with", str(overlay))
    assert [*run.summary["concordance"]] == ["fluorouracil & oxaliplatin"]
