"""The pages, one for each kind of result; each needs Jinja2, else NotInstalledError is raised."""

from __future__ import annotations

from collections.abc import Callable

from crcasp.errors import UsageError
from crcasp.program.wording import Wording
from crcasp.questions.explain import explained
from crcasp.questions.matrix import turns
from crcasp.questions.missing import what_is_missing
from crcasp.questions.patient import Patient
from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison
from crcasp.results.diff import Diff
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.results.provenance import known, overlay_fingerprints
from crcasp.results.result import Result
from crcasp.views.groups import advice as answers
from crcasp.views.groups import audit as audits
from crcasp.views.groups import comparison as comparisons
from crcasp.views.groups import diff as diffs
from crcasp.views.groups import explanation as explanations
from crcasp.views.groups import missing as unknowns
from crcasp.views.page.matrix import STATES, matrix
from crcasp.views.page.patient import findings
from crcasp.views.page.templating import environment, page
from crcasp.views.picture import derivation_svg
from crcasp.views.wording import NO_VERDICT, SCOPE, together, words_of


def advice_html(advice: Advice) -> str:
    """Return the report on one patient."""
    environment()
    provenance = known(advice.provenance)
    asked = Patient(provenance.base(), provenance.program)
    turning = turns(asked)
    words = turning.words
    given, derived = findings(advice, turning)
    chosen = answers.of_sets(advice.preferred)
    return page(
        "advice",
        "Recommendation for one patient",
        [provenance],
        words,
        "recommend",
        advice=advice,
        said=answers,
        given=given,
        derived=derived,
        matrix=matrix(turning, advice),
        states=STATES,
        missing=what_is_missing(asked),
        unknowns=unknowns,
        derivations=[_derivation(explained(asked, name), words) for name in chosen],
        texts=asked.engine.table.interpretations,
    )


def _derivation(
    explanation: Explanation, words: Wording
) -> tuple[str, explanations.Node, str, str]:
    """Return the therapy, its tree, and this as SVG or else why there is none."""
    picture = remedy = ""
    try:
        picture = derivation_svg(explanation, words, alone=False)
    except UsageError as error:
        remedy = str(error)
    return explanation.therapy, explanations.tree(explanation, words), picture, remedy


def explanation_html(explanation: Explanation) -> str:
    """Return the page that explains the verdict on one therapy."""
    environment()
    provenance = known(explanation.provenance)
    words = words_of(provenance)
    status = f"is {explanation.status}" if explanation.status else f"has {NO_VERDICT}"
    return page(
        "explanation",
        f"Why {words.name(explanation.therapy)} {status}",
        [provenance],
        words,
        f"explain {explanation.therapy}",
        explanation=explanation,
        said=explanations,
        derivation=_derivation(explanation, words),
    )


def missing_html(missing: Missing) -> str:
    """Return the page on what is missing."""
    provenance = known(missing.provenance)
    content = {"missing": missing, "said": unknowns}
    return page(
        "missing", "What to test next", [provenance], words_of(provenance), "missing", **content
    )


def comparison_html(comparison: Comparison) -> str:
    """Return the page that compares two patients."""
    provenances = [known(comparison.before.provenance), known(comparison.after.provenance)]
    content = {"comparison": comparison, "said": comparisons, "scope": SCOPE, "together": together}
    words = words_of(provenances[0])
    return page("comparison", "Two patients compared", provenances, words, "compare", **content)


def audit_html(audit: Audit) -> str:
    """Return the page of an audit."""
    provenance = known(audit.provenance)
    content = {"audit": audit, "said": audits}
    return page(
        "audit", "Audit of the table", [provenance], words_of(provenance), "audit", **content
    )


def diff_html(diff: Diff) -> str:
    """Return the page on what changes from one table to another."""
    provenances = [known(one) for one in diff.provenance or (None,)]
    content = {"diff": diff, "said": diffs, "fingerprints": overlay_fingerprints}
    title = "What changes in the table"
    return page("diff", title, provenances[::-1], diffs.words(diff), "diff", **content)


PAGES: dict[type[Result], Callable[..., str]] = {
    Advice: advice_html,
    Explanation: explanation_html,
    Missing: missing_html,
    Comparison: comparison_html,
    Audit: audit_html,
    Diff: diff_html,
}


def html_of(result: Result) -> str:
    """Return the page of a result."""
    return PAGES[type(result)](result)
