"""All other results as text, and the vocabulary."""

from __future__ import annotations

import textwrap

from crcasp.program.vocabulary import Vocabulary
from crcasp.program.wording import Wording
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison, Difference
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.views.groups import audit as audits
from crcasp.views.groups import comparison as comparisons
from crcasp.views.groups import explanation as explanations
from crcasp.views.groups.missing import outcomes, remark
from crcasp.views.text.layout import Text
from crcasp.views.wording import NO_VERDICT, SCOPE, together

RESULT = 20  # columns for the result of a property and the time it took


def explanation_text(explanation: Explanation, words: Wording, width: int = 80) -> str:
    """Return an explanation as text."""
    text = Text(width)
    text.tree(explanations.tree(explanation, words))
    changes = explanations.changes(explanation, words)
    for said in (*explanations.remarks(explanation), explanations.barred(explanation)):
        if said:
            text.gap()
            text.add("", said, 0)
    if changes:
        text.gap("What would make it eligible")
        text.bullets(changes)
    return text.closed()


def missing_text(missing: Missing, words: Wording, width: int = 80) -> str:
    """Return what is missing as text."""
    text = Text(width)
    for item in filter(missing.changes, missing.findings):
        text.gap(words.name(item.finding))
        text.add("  decides", words.names(item.decides))
        text.add("  raises", words.names(item.raises))
        text.lines.append("  preferred sets if it is")
        for values, sets, grade, _ in outcomes(item, missing, words):
            graded = f" ({grade})" if grade else ""
            text.bullets([f"{values}: {'; '.join(sets)}{graded}" if sets else f"{values}: none"])
    said = remark(missing, words)
    if said:
        text.gap()
        text.add("", said, 0)
    return text.closed()


def comparison_text(comparison: Comparison, words: Wording, width: int = 80) -> str:
    """Return a comparison as text."""
    text = Text(width)
    for title, facts, _ in comparisons.sides(comparison):
        text.add(title, f"{', '.join(facts) or 'no fact of its own'}.")
    for title, items in comparisons.differences(comparison, words):
        text.gap(title)
        text.bullets(f"{names}: {_difference(item)}" for names, item in items)
    if not comparison.differences:
        text.gap()
        text.add("", comparisons.SAME, 0)
    text.gap()
    for title, _, advice in comparisons.sides(comparison):
        sets = "; ".join(together(chosen.therapies, words) for chosen in advice.preferred)
        graded = f" ({advice.preferred[0].grade})" if sets and advice.preferred[0].grade else ""
        text.add(title, f"preferred: {sets or 'no set'}{graded}." if advice.in_scope else SCOPE)
    return text.closed()


def _difference(item: Difference) -> str:
    before, after = (
        f"{status}, {grade}" if grade else status or NO_VERDICT
        for status, grade in zip((item.before, item.after), item.grades, strict=True)
    )
    if item.kind in ("raised", "lowered"):
        before, after = map(str, item.grades)
    facts = [f"with {', '.join(item.because_with)}"] if item.because_with else []
    facts += [f"without {', '.join(item.because_without)}"] if item.because_without else []
    because = f"; {' and '.join(facts)}" if facts else ""
    return f"{before} before, {after} now{because}"


def audit_text(audit: Audit, words: Wording, width: int = 80) -> str:
    """Return the audit as text."""
    text = Text(width)
    text.add("Audit", f"{audits.scope(audit)}; {audit.seconds:.1f} s.")
    for title, must_hold in audits.PARTS.items():
        text.gap(title)
        for item in audit.properties:
            if item.must_hold != must_hold:
                continue
            listing = [f"{k} ({v})" if v else k for k, v in audits.listing(item, words)]
            found = f": {', '.join(listing) or 'none'}." if item.result == "found" else ""
            text.add(f"  {item.result:8} {item.seconds:6.2f} s", f"{item.text}{found}", RESULT)
            for line in audits.against(item, words):
                text.add("", f"- {line}", RESULT)
    if audit.gaps:
        text.gap()
        text.add("Gaps", f"{audits.GAPS}:")
        text.bullets(f"{names}: {'; or '.join(either)}" for names, either in audits.gaps(audit))
    text.gap()
    text.add("Result", f"{audits.verdict(audit)}.")
    return text.closed()


def vocabulary_text(vocabulary: Vocabulary, width: int = 80) -> str:
    """Return the facts a patient may have, one predicate after another."""
    said = {}
    for finding, values in vocabulary.findings.items():
        numbers = [value for value in values if isinstance(value, int)]
        between = len(numbers) == len(values)
        allowed = f"{min(numbers)} to {max(numbers)}" if between else ", ".join(map(str, values))
        said[f"{finding}(V)"] = allowed
    line = f"L: 1 to {vocabulary.lines}; "
    said["received(L, T)"] = f"{line}T: {', '.join(vocabulary.therapies)}"
    said["stopped(L, R)"] = f"{line}R: {', '.join(vocabulary.reasons)}"
    said["toxic(L, A)"] = f"{line}A: {', '.join(vocabulary.agents)}"
    said["contraindicated(X)"] = f"X: {', '.join(vocabulary.limits)}"
    said["unavailable(X)"] = "X: as for contraindicated(X)"
    lines = []
    for fact, allowed in said.items():
        lines.append(f"{fact}  {vocabulary.meanings.get(fact.partition('(')[0], '')}")
        lines += textwrap.wrap(allowed, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
