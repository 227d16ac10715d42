"""What every result can do: be plain JSON, text, a page, and a short answer in a notebook."""

from __future__ import annotations

from typing import Any

from crcasp.results.shapes import as_json

FORMAT = "crcasp/2"


class Result:
    """Plain data that can be pickled, copied, hashed and compared.

    Two results are equal if they say the same, wherever they come from. The views are the
    one thing that is imported upwards.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what `--format json` prints, as new dictionaries and lists."""
        return {"format": FORMAT, **as_json(self)}

    def to_text(self, width: int = 80) -> str:
        """Return what `--format text` prints, wrapped to a width in columns."""
        from crcasp.views import document_of
        from crcasp.views.text import text_of

        return text_of(document_of(self), width)

    def to_html(self) -> str:
        """Return the page that `--format html` writes.

        Raises:
            UsageError: the extra crcasp[report] is not installed, or the result was made
                by hand and not by a function of this package.
        """
        from crcasp.views.page import html_of

        return html_of(self)

    def _repr_html_(self) -> str:
        """Return the text, as a notebook shows it."""
        from html import escape

        return f"<pre>{escape(self.to_text())}</pre>"
