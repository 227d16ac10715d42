"""What a notebook shows of a result: the short answer, which needs nothing installed."""

from __future__ import annotations

from html import escape
from typing import TypeAlias

from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.views import text
from crcasp.views.wording import words_of

Result: TypeAlias = Advice | Explanation | Missing | Comparison | Audit


def short_html(result: Result) -> str:
    """Return a result's text as a piece of HTML; the whole page is `to_html()`."""
    words = words_of(result.before.origin if isinstance(result, Comparison) else result.origin)
    match result:
        case Advice():
            said = text.advice_text(result, words)
        case Explanation():
            said = text.explanation_text(result, words)
        case Missing():
            said = text.missing_text(result, words)
        case Comparison():
            said = text.comparison_text(result, words)
        case Audit():
            said = text.audit_text(result, words)
    return f"<pre>{escape(said)}</pre>"
