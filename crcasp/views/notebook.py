"""What a notebook shows of a result: the short answer, which needs nothing installed."""

from __future__ import annotations

from html import escape

from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.results.result import Result
from crcasp.views import text
from crcasp.views.wording import words_of


def short_html(result: Result) -> str:
    """Return a result's text as a piece of HTML; the whole page is `to_html()`."""
    match result:
        case Advice():
            said = text.advice_text(result, words_of(result.provenance))
        case Explanation():
            said = text.explanation_text(result, words_of(result.provenance))
        case Missing():
            said = text.missing_text(result, words_of(result.provenance))
        case Comparison():
            said = text.comparison_text(result, words_of(result.before.provenance))
        case Audit():
            said = text.audit_text(result, words_of(result.provenance))
        case _:
            said = repr(result)
    return f"<pre>{escape(said)}</pre>"
