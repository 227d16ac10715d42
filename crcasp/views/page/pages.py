"""The pages, one for each kind of result."""

from __future__ import annotations

from crcasp.program.wording import Wording
from crcasp.questions.missing import what_is_missing
from crcasp.questions.recommend import advise, reader
from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import KINDS, Comparison
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.results.provenance import known
from crcasp.views.audit_text import grouped
from crcasp.views.comparison_text import TITLES
from crcasp.views.explanation_text import NOTHING, change_text, remarks
from crcasp.views.page.derivations import derivation, derivations
from crcasp.views.page.matrix import matrix
from crcasp.views.page.outcomes import outcomes
from crcasp.views.page.patient import patient
from crcasp.views.page.sets import interpretations, left_out, rows, supports
from crcasp.views.page.templating import environment, page
from crcasp.views.wording import NO_VERDICT

MATRIX = "report/matrix.lp"


def advice_html(advice: Advice) -> str:
    """Return the report on one patient.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    environment()
    origin = known(advice.origin)
    base = origin.base()
    patient_read = Patient(base, origin.program)
    found = matrix_of(patient_read)
    wording = found.words
    chosen = list(dict.fromkeys(name for item in advice.preferred for name in item.therapies))
    others = [item for item in advice.sets if not item.preferred]
    return page(
        "advice",
        "Recommendation for one patient",
        [origin],
        wording,
        "recommend",
        advice=advice,
        patient=patient(advice, base, answer, wording),
        rows=rows(advice.preferred, advice),
        others=others,
        other_rows=rows(others, advice),
        why=supports(advice.preferred, advice),
        matrix=matrix(answer, advice, wording),
        outcomes=outcomes(what_is_missing(base, origin.program), advice),
        left_out=left_out(advice, wording),
        derivations=derivations(origin, chosen, wording),
        interpretations=interpretations(advice, read.interpretations),
    )


def explanation_html(explanation: Explanation) -> str:
    """Return the page that explains the verdict on one therapy.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    environment()
    origin = known(explanation.origin)
    wording = Wording(reader(origin.program).labels)
    barred = ", ".join(explanation.barred_by) or NOTHING
    return page(
        "explanation",
        f"Why {wording.name(explanation.therapy)} {_is(explanation)}",
        [origin],
        wording,
        f"explain {explanation.therapy}",
        explanation=explanation,
        derivation=derivation(explanation, wording),
        remarks=list(remarks(explanation)),
        changes=[
            [change_text(item, wording) for item in changes] for changes in explanation.changes
        ],
        barred=barred if explanation.status != "eligible" and explanation.ways else "",
    )


def _is(explanation: Explanation) -> str:
    return f"is {explanation.status}" if explanation.status else f"has {NO_VERDICT}"


def missing_html(missing: Missing) -> str:
    """Return the page on what is missing.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    environment()
    origin = known(missing.origin)
    wording = Wording(reader(origin.program).labels)
    advice = advise(origin.base(), origin.program)
    found = outcomes(missing, advice)
    return page("missing", "What to test next", [origin], wording, "missing", outcomes=found)


def comparison_html(comparison: Comparison) -> str:
    """Return the page that compares two patients.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    origins = [known(comparison.before.origin), known(comparison.after.origin)]
    wording = Wording(reader(origins[0].program).labels)
    return page(
        "comparison",
        "Two patients compared",
        origins,
        wording,
        "compare",
        comparison=comparison,
        kinds=[(TITLES[kind], comparison.of(kind)) for kind in KINDS if comparison.of(kind)],
    )


def audit_html(audit: Audit) -> str:
    """Return the page of an audit.

    Raises:
        UsageError: the extra crcasp[report] is not installed.
    """
    origin = known(audit.origin)
    wording = Wording(reader(origin.program).labels)
    return page(
        "audit",
        "Audit of the table",
        [origin],
        wording,
        "audit",
        audit=audit,
        grouped=lambda item: grouped(item, wording),
    )
