"""Results as JSON: by the names of their fields, but for the few shapes that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def as_json(value: Any) -> Any:
    """Return a result, or any part of one, as dictionaries, lists, texts and numbers.

    Of a whole result, `to_dict()` has the format beside it.

    >>> from crcasp import recommend
    >>> as_json(recommend({"side": "left"}).therapies["sox"])
    {'status': 'undetermined', 'missing': ['country']}
    """
    shape = SHAPES.get(type(value).__name__)
    if shape is not None:
        value = shape(value)
    elif hasattr(value, "_asdict"):
        value = value._asdict()
    elif hasattr(value, "__dataclass_fields__"):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):  # where a result comes from is no part of it
        return {key: as_json(item) for key, item in value.items() if key != "provenance"}
    if isinstance(value, (tuple, list)):
        return [as_json(item) for item in value]
    return value


def _only(*names: str, **renamed: str) -> Callable[[Any], dict[str, Any]]:
    """Return a shape of some fields, and of some under another name."""
    fields = {**{name: name for name in names}, **{key: name for name, key in renamed.items()}}
    return lambda it: {key: getattr(it, name) for key, name in fields.items()}


def _verdict(it: Any) -> dict[str, Any]:
    found = {"status": it.status}
    if it.status == "eligible":
        found |= {"grade": it.grade, "statements": it.statements, "because": it.because}
        return found | ({"lowered": it.lowered} if it.lowered else {})
    if it.status == "undetermined":
        return found | {"missing": it.findings}
    return found | {"deciding": it.deciding, "against": it.against}


def _reason(it: Any) -> dict[str, Any]:
    found = {"exclusion" if it.exclusion else "statement": it.source, "text": it.text}
    if it.references or not it.exclusion:
        found["references"] = it.references
    found |= {"interpretations": it.interpretations}
    if it.exclusions is not None:
        found |= {"state": it.state}
    found |= {"conditions": it.conditions}
    if it.any_of:
        found |= {"any_of": it.any_of}
    if it.passed:
        found |= {"passed": it.passed}
    return found | ({"exclusions": it.exclusions} if it.exclusions else {})


def _condition(it: Any) -> dict[str, Any]:
    found = {"finding": it.finding, "needs": it.needs, "is": it.value, "from": it.facts}
    return found | {"state": it.state} | ({"by": it.interpretations} if it.interpretations else {})


def _explanation(it: Any) -> dict[str, Any]:
    return {
        "therapy": it.therapy,
        "status": it.status,
        **({} if it.in_scope else {"in_scope": False}),
        **({} if it.grade is None else {"grade": it.grade}),
        **({"lowered": it.lowered} if it.lowered else {}),
        **({"deciding": it.deciding} if it.deciding else {}),
        **({"missing": it.findings} if it.findings else {}),
        "because" if it.status == "eligible" else "against": it.ways,
        "changes": it.changes,
        "barred_by": it.barred_by,
        "preferred": it.preferred,
    }


def _difference(it: Any) -> dict[str, Any]:
    return {
        "therapy": it.therapy,
        "before": {"status": it.before, "grade": it.grades[0]},
        "after": {"status": it.after, "grade": it.grades[1]},
        "because": {"without": it.because_without, "with": it.because_with},
    }


def _comparison(it: Any) -> dict[str, Any]:
    preferred = {
        when: [chosen.therapies for chosen in advice.preferred]
        for when, advice in (("before", it.before), ("after", it.after))
    }
    kinds = {kind: it.of(kind) for kind in it.kinds}
    return {"without": it.without, "with": it.added, **kinds, "preferred": preferred}


def _advice(it: Any) -> dict[str, Any]:
    found = _only("in_scope", "line", "notices", "sets", "therapies")(it)
    if it.together is not None:
        found |= {"together": it.together}
    return found | (_rules(it.provenance.rules) if it.provenance else {})


def _rules(it: Any) -> dict[str, Any]:
    said = {"review": it.review, "year": it.year, "sources": it.sources, "newest": it.newest}
    return {"rules": {**said, "withdrawn": it.withdrawn, "constants": dict(it.constants)}}


def _together(it: Any) -> dict[str, Any]:
    findings = {"findings": [name for name, _ in it.findings], "values": dict(it.findings)}
    return {**findings, "prefers": it.prefers, "grade": it.grade, "allows": it.allows}


SHAPES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Advice": _advice,
    "Together": _together,
    "RecommendationSet": _only("grade", "preferred", "therapies"),
    "Verdict": _verdict,
    "Reason": _reason,
    "Condition": _condition,
    "Explanation": _explanation,
    "Change": lambda it: {"finding": it.finding, "from": it.value, "to": it.to},
    "Missing": _only("together", findings="missing"),
    "MissingFinding": lambda it: {
        "finding": it.finding,
        "decides": it.decides,
        "raises": it.raises,
        "values": {outcome.value: {"preferred": outcome.preferred} for outcome in it.outcomes},
    },
    "Comparison": _comparison,
    "Difference": _difference,
    "Audit": lambda it: {
        **_only("holds", "lines", "properties", "gaps")(it),
        "seconds": round(it.seconds, 3),
    },
    "Property": lambda it: {
        "property": it.name,
        **_only("text", "must_hold", "result", "items", "examples")(it),
        "seconds": round(it.seconds, 3),
    },
    "Diff": _only("lines", "changes", "preferred", "unchanged", "not_compared"),
    "Changed": _only("therapy", "kind", "before", "after", "when", "example", "because"),
    "Standing": lambda it: {
        "status": it.status,
        **({} if it.grade is None else {"grade": it.grade}),
    },
    "Only": lambda it: {
        **_only("finding", "values")(it),
        **({"or_unknown": True} if it.or_unknown else {}),
    },
    "PreferredChange": lambda it: {
        "changes": it.changes,
        **({"example": it.example} if it.example else {}),
    },
    "Example": lambda it: {"item": it.item, "facts": str(it)},
}
