"""What a notebook shows of a result: the short answer, which needs nothing installed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from crcasp.results.advice import Advice
from crcasp.results.audit import Audit
from crcasp.results.comparison import Comparison
from crcasp.results.diff import Diff
from crcasp.results.explanation import Explanation
from crcasp.results.missing import Missing
from crcasp.results.result import Result
from crcasp.views import tables, text
from crcasp.views.groups import diff as diffs
from crcasp.views.wording import words_of

TEXTS: dict[type[Result], Callable[..., str]] = {
    Advice: text.advice_text,
    Explanation: text.explanation_text,
    Missing: text.missing_text,
    Comparison: text.comparison_text,
    Audit: text.audit_text,
    Diff: tables.diff_text,
}


def short_html(result: Result) -> str:
    """Return a result's text as a piece of HTML; the whole page is `to_html()`."""
    asked = result.before if isinstance(result, Comparison) else result
    if isinstance(result, Diff):
        words = diffs.words(result)
    else:
        words = words_of(getattr(asked, "provenance", None))
    return f"<pre>{escape(TEXTS[type(result)](result, words))}</pre>"
