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


def _only(*fields: str) -> Callable[[Any], dict[str, Any]]:
    """Return a shape of some fields: `is:value` has another name, `by?` is there if it says more.

    >>> _only("real", "part:imag", "imag?")(3 + 0j)
    {'real': 3.0, 'part': 0.0}
    """
    parts = [(field.rstrip("?").partition(":"), field[-1] == "?") for field in fields]
    keys = [(key, name or key, may_lack) for (key, _, name), may_lack in parts]

    def shape(it: Any) -> dict[str, Any]:
        found = ((key, getattr(it, name), may_lack) for key, name, may_lack in keys)
        return {key: value for key, value, may_lack in found if value or not may_lack}

    return shape


def _verdict(it: Any) -> dict[str, Any]:
    said = {
        "eligible": ("grade", "statements", "because", "lowered?"),
        "undetermined": ("missing:findings",),
        "excluded": ("deciding", "against"),
    }
    return _only("status", *said[it.status])(it)


def _reason(it: Any) -> dict[str, Any]:
    source = "exclusion:source" if it.exclusion else "statement:source"
    references = "references?" if it.exclusion else "references"
    state = () if it.exclusions is None else ("state",)
    further = ("conditions", "any_of?", "passed?", "exclusions?")
    return _only(source, "text", references, "interpretations", *state, *further)(it)


def _explanation(it: Any) -> dict[str, Any]:
    ways = "because:ways" if it.status == "eligible" else "against:ways"
    scope = () if it.in_scope else ("in_scope",)
    said = ("grade?", "lowered?", "deciding?", "missing:findings?")
    return _only("therapy", "status", *scope, *said, ways, "changes", "barred_by", "preferred")(it)


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
    "Condition": _only(
        "finding", "needs", "is:value", "from:facts", "state", "by:interpretations?"
    ),
    "Explanation": _explanation,
    "Change": _only("finding", "from:value", "to"),
    "Missing": _only("together", "missing:findings"),
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
    "Diff": _only("lines", "changes", "preferred", "unchanged", "not_compared", "as_given"),
    "Changed": _only("therapy", "kind", "before", "after", "when", "example", "because"),
    "Standing": _only("status", "grade?"),
    "Only": _only("finding", "values", "or_unknown?"),
    "PreferredChange": _only("changes", "example?"),
    "Example": lambda it: {"item": it.item, "facts": str(it)},
}
