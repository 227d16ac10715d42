"""Each result for a person: plain text, wrapped to a width, readable aloud."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from crcasp.program.vocabulary import Vocabulary
from crcasp.program.wording import Wording, listed
from crcasp.results.additions import Additions
from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison, Difference
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.views.groups import additions as overlays
from crcasp.views.groups import advice as answers
from crcasp.views.groups import audit as audits
from crcasp.views.groups import comparison as comparisons
from crcasp.views.groups import explanation as explanations
from crcasp.views.groups.missing import outcomes, remark
from crcasp.views.layout import Text
from crcasp.views.wording import (
    BULLET,
    HANGING,
    NO_VERDICT,
    SCOPE,
    by,
    cited,
    found,
    grouped,
    needs,
    together,
)

RESULT = 20  # columns for the result of a property and the time it took


def advice_text(advice: Advice, words: Wording, width: int = 80, *, every_set: bool = False) -> str:
    """Return an answer as text; `every_set` adds the sets that are not preferred."""
    text = Text(width)
    _patient(text, advice, words)
    for notice in advice.notices:
        text.gap()
        text.add("Note", notice)
    if advice.in_scope:
        _preferred(text, advice, words)
        if every_set:
            _other_sets(text, advice, words)
        lowered = answers.lowered(advice, words)
        if lowered:
            text.gap("No higher grade")
            text.bullets(f"{therapies}: {reason}" for therapies, reason in lowered)
        undetermined = answers.undetermined(advice, words)
        if undetermined:
            text.gap("Undetermined until it is known:")
            text.bullets(f"{findings}: for {therapies}" for findings, therapies in undetermined)
        left_out = answers.left_out(advice, words)
        if left_out:
            text.gap("Left out")
            text.bullets(f"{therapies}: {reason}" for therapies, reason in left_out)
    return text.closed()


def _patient(text: Text, advice: Advice, words: Wording) -> None:
    known = [words.name(advice.line)]
    for name, value, facts, interpretations in answers.known(advice, words):
        derived = f" (from {', '.join([*facts, *interpretations])})" if facts else ""
        known.append(f"{name} {value}{derived}")
    text.add("Patient", f"{'; '.join(known)}.")
    for number, over in answers.history(advice, words):
        text.add(f"  Line {number}", f"{over}.")
    for name, kind in advice.limits:
        text.add("", f"{words.name(name)} is {kind}.")


def _preferred(text: Text, advice: Advice, words: Wording) -> None:
    number, others = len(advice.preferred), len(advice.sets) - len(advice.preferred)
    if not number:
        return
    text.gap()
    grade = advice.preferred[0].grade
    graded = f"; grade: {grade}" if grade else ""
    text.add("Preferred", f"{'One set' if number == 1 else f'Any one of {number} sets'}{graded}.")
    _sets(text, answers.rows(advice.preferred, advice, words))
    if others:
        more = "set" if others == 1 else "sets"
        text.add("    ", f"{others} more {more} of a lower grade: see --all.", BULLET)
    _why(text, answers.of_sets(advice.preferred), advice, words)


def _other_sets(text: Text, advice: Advice, words: Wording) -> None:
    rest = [chosen for chosen in advice.sets if not chosen.preferred]
    for grade in dict.fromkeys(chosen.grade for chosen in rest):
        sets = [chosen for chosen in rest if chosen.grade == grade]
        text.gap()
        text.add("Also", f"{len(sets)} of grade {grade}." if grade else f"{len(sets)}.")
        _sets(text, answers.rows(sets, advice, words))
    shown = answers.of_sets(advice.preferred)
    more = [name for name in answers.of_sets(rest) if name not in shown]
    _why(text, more, advice, words)


def _sets(text: Text, rows: Iterable[answers.Row]) -> None:
    """Add sets; first therapies that stand with the same others share a line."""
    alike = grouped(((row.company, row.interpretations), row.first) for row in rows)
    for (company, interpretations), names in alike.items():
        relied = f" ({by(interpretations)})" if interpretations else ""
        each = "" if company == answers.ALONE else ", each " if len(names) > 1 else ", "
        text.bullets([f"{listed(names, 'or')}{each}{company if each else ''}{relied}"])


def _why(text: Text, therapies: Iterable[str], advice: Advice, words: Wording) -> None:
    for index, (reason, names) in enumerate(answers.supports(therapies, advice, words)):
        if not index:
            text.gap("Why")
        said = f"{names}: {reason.text}{cited(reason.references)}"
        text.add(f"  {reason.statement}", said, HANGING)
        grounds = [
            found(item, words) + (needs(item, words) if item.value is None else "")
            for item in reason.conditions
            if item.facts or item.value is None
        ]
        grounds += filter(None, [by(reason.interpretations)])
        if grounds:
            text.add("", f"- {'; '.join(grounds)}", HANGING)


def explanation_text(explanation: Explanation, words: Wording, width: int = 80) -> str:
    """Return an explanation as text."""
    text = Text(width)
    text.tree(explanations.tree(explanation, words))
    changes = explanations.changes(explanation, words)
    for said in (*explanations.remarks(explanation, words), explanations.barred(explanation)):
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
        text.gap()
        text.add("", words.name(item.finding), 0)
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


def additions_text(additions: Additions, words: Wording, width: int = 80) -> str:
    """Return what overlays add as text."""
    text = Text(width)
    text.add("", overlays.verdict(additions), 0)
    for addition in additions.overlays:
        text.gap(addition.overlay)
        for title, said, details in overlays.entries(addition, words):
            text.add(f"  {title}", said, HANGING)
            for detail in details:
                text.add("", f"- {detail}", HANGING)
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
    said["toxic(L, A)"] = f"{line}A: {', '.join(vocabulary.blamable)}"
    said["contraindicated(X)"] = f"X: {', '.join(vocabulary.limits)}"
    said["unavailable(X)"] = "X: as for contraindicated(X)"
    lines = []
    for fact, allowed in said.items():
        lines.append(f"{fact}  {vocabulary.meanings.get(fact.partition('(')[0], '')}")
        lines += textwrap.wrap(allowed, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
