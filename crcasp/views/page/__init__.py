"""Reports: one self-contained HTML page for each result, for a screen and for paper."""

from crcasp.views.page.pages import (
    advice_html,
    audit_html,
    comparison_html,
    explanation_html,
    missing_html,
)

__all__ = ["advice_html", "audit_html", "comparison_html", "explanation_html", "missing_html"]
