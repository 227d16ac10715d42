"""Results are plain data: they can be pickled, copied, hashed, compared, and shown as JSON."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from words import CLOSING

from crcasp import Additions, Advice, Audit, audit, compare, diff, explain, missing, recommend
from crcasp.results.result import Result

KNOWN = {"age": 54, "side": "left", "mmr": "proficient", "organ_function": "inadequate"}
KNOWN |= {"liver_metastases": "resectable", "disease_extent": "disseminated"}
PATIENT = {**KNOWN, "history": [{"received": ["folfox"]}]}
MADE: dict[str, Callable[[], Any]] = {
    "advice": lambda: recommend(PATIENT),
    "explanation": lambda: explain(PATIENT, "folfiri+cetuximab"),
    "missing": lambda: missing(PATIENT),
    "comparison": lambda: compare(PATIENT, {"mmr": "deficient"}),
}


@pytest.fixture(scope="module", params=list(MADE))
def result(request: pytest.FixtureRequest) -> Any:
    return MADE[request.param]()


def test_a_copy_is_equal(result: Any) -> None:
    for other in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert other == result
        assert hash(other) == hash(result)
        assert other.to_dict() == result.to_dict()
        assert len({other, result}) == 1


@pytest.mark.slow
def test_a_copy_can_still_be_made_a_page(result: Any) -> None:
    pytest.importorskip("jinja2")
    assert pickle.loads(pickle.dumps(result)).to_html() == result.to_html()


def test_a_notebook_shows_the_short_answer_and_no_page(result: Any) -> None:
    shown = result._repr_html_()
    assert "<" in shown
    assert "<html" not in shown
    assert len(shown) < 20_000


def test_json_is_plain(result: Any) -> None:
    given = result.to_dict()
    assert next(iter(given)) == "format"
    assert json.loads(json.dumps(given)) == given
    assert "provenance" not in json.dumps(given)


@pytest.mark.slow
def test_where_it_comes_from_does_not_count(tmp_path: Any) -> None:
    """The same facts in two files, or under a constant that is the default."""
    path = tmp_path / "patient.lp"
    facts = [f"{name}({value})." for name, value in KNOWN.items()]
    path.write_text(" ".join(facts) + " received(1, folfox).")
    one, other = recommend(path), recommend(PATIENT)
    assert one.provenance != other.provenance
    assert one == other
    assert not (one != other)  # noqa: SIM202
    assert hash(one) == hash(other)
    assert one != recommend({})
    assert explain(path, "hai") == explain(PATIENT, "hai")
    assert missing(path) == missing(PATIENT)


def test_an_advice_is_no_mere_tuple() -> None:
    advice = recommend({})
    assert advice != tuple(advice)
    assert advice.therapies["sox"] in advice.verdicts
    assert list(advice.therapies) == [verdict.therapy for verdict in advice.verdicts]


@pytest.mark.slow
def test_an_audit_too() -> None:
    found = audit()
    other = pickle.loads(pickle.dumps(found))
    assert isinstance(other, Audit)
    assert other == found
    assert hash(other) == hash(found)


@pytest.mark.slow
def test_every_result_has_its_text_its_page_and_its_json() -> None:
    """A new kind of result is not forgotten in one of them."""
    pytest.importorskip("jinja2")
    found = recommend({"age": 60})
    results: list[Result] = [
        found,
        explain({"age": 60}, "folfox"),
        missing({"age": 60}),
        compare({"age": 60}, {"age": 80}),
        diff(),
        Audit((), (), 4, 0.1, found.provenance),
        Additions((), found.provenance),
    ]
    kinds = {kind.__name__ for kind in Result.__subclasses__()}
    assert {type(one).__name__ for one in results} == kinds
    for one in results:
        assert one.to_dict()["format"] == "crcasp/2"
        assert one.to_text().endswith(f"{CLOSING}\n")
        assert CLOSING in one.to_html()
        shown = ElementTree.fromstring(one._repr_html_())
        assert "".join(shown.itertext()) == one.to_text()


def test_made_by_hand() -> None:
    assert "everything that must hold was proved" in Audit((), (), 4, 0.1).to_text()
    shown = Advice(False, "first", ("<script>&amp;",), (), ())._repr_html_()
    assert "<script" not in shown
    assert "<script>&amp;" in unescape(shown)
