"""Results for a person: one document each, as text and as HTML; pictures; the browser page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

DOCUMENTS: dict[type, Callable[[Any], Document]] = {
    **{Additions: additions_document, Audit: audit_document, Comparison: comparison_document},
    **{Diff: diff_document, Explanation: explanation_document, Missing: missing_document},
}


def document_of(result: object, *, every_set: bool = False) -> Document:
    """Return a result as a document.

    Args:
        result: what a function of crcasp returned.
        every_set: of an answer, whether the reasons of all sets are given.

    Raises:
        UsageError: it is no result.
    """
    if isinstance(result, Advice):
        return advice_document(result, every_set=every_set)
    if type(result) in DOCUMENTS:
        return DOCUMENTS[type(result)](result)
    raise UsageError(f"A value of type {type(result).__name__} is not a result.")
