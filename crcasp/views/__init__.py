"""Results for a person: one document each, as text and as HTML; pictures; the browser page."""

from __future__ import annotations

from crcasp.errors import UsageError
from crcasp.results.additions import Additions
from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison
from crcasp.results.diff import Diff
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.views.additions import additions_document
from crcasp.views.advice import advice_document
from crcasp.views.audit import audit_document
from crcasp.views.comparison import comparison_document
from crcasp.views.diff import diff_document
from crcasp.views.document import Document
from crcasp.views.explanation import explanation_document
from crcasp.views.missing import missing_document


def document_of(result: object, *, every_set: bool = False) -> Document:
    """Return a result as a document.

    Args:
        result: what a function of crcasp returned.
        every_set: of an answer, whether the reasons of all sets are given.

    Raises:
        UsageError: it is no result.
    """
    match result:
        case Advice():
            return advice_document(result, every_set=every_set)
        case Explanation():
            return explanation_document(result)
        case Missing():
            return missing_document(result)
        case Comparison():
            return comparison_document(result)
        case Diff():
            return diff_document(result)
        case Audit():
            return audit_document(result)
        case Additions():
            return additions_document(result)
    raise UsageError(f"A value of type {type(result).__name__} is not a result.")
