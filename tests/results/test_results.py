"""Results are plain data: they can be pickled, copied, hashed, compared, and shown as JSON."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from crcasp import audit, compare, explain, missing, recommend
from crcasp.results.audit import Audit
from crcasp.results.result import Result
from crcasp.results.shapes import SHAPES

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


def test_every_result_has_its_text_its_page_and_its_json() -> None:
    """A new kind of result is not forgotten in one of them."""
    pytest.importorskip("jinja2")
    from crcasp.views.notebook import TEXTS
    from crcasp.views.page.pages import PAGES

    kinds = {kind.__name__ for kind in Result.__subclasses__()}
    assert kinds <= set(SHAPES)
    assert kinds == {kind.__name__ for kind in TEXTS} == {kind.__name__ for kind in PAGES}
