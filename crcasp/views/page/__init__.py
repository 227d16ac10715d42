"""Pages: one HTML file for each result, which refers to nothing outside it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from crcasp.errors import UsageError
from crcasp.results.comparison import Comparison
from crcasp.results.diff import Diff
from crcasp.results.explanation import Explanation
from crcasp.results.provenance import Provenance, known, overlay_fingerprints
from crcasp.results.result import Result
from crcasp.views import document_of
from crcasp.views.document import Block, Note, Picture
from crcasp.views.explanation import explanation_document
from crcasp.views.page.templating import page
from crcasp.views.picture import derivation_svg

COMMANDS = {
    **{"Additions": "check", "Advice": "recommend"},
    **{"Comparison": "compare", "Explanation": "explain"},
}


def html_of(result: Result) -> str:
    """Return the page of a result.

    Raises:
        UsageError: it was made by hand.
        NotInstalledError: Jinja2 is not installed.
    """
    provenances = [known(one) for one in _provenances(result)]
    name = type(result).__name__
    command = COMMANDS.get(name, name.lower())
    document = document_of(result)
    if isinstance(result, Explanation):
        command = f"{command} {result.therapy}"
        document = explanation_document(result, _picture(result))
    content = {"document": document, "runs": _runs, "fingerprints": overlay_fingerprints}
    return page("document", document.kind, provenances, command, **content)


def _runs(blocks: Iterable[Block]) -> list[tuple[str, list[Block]]]:
    """Return blocks, those of one kind that follow each other together."""
    groups = groupby(blocks, key=lambda block: type(block).__name__)
    return [(kind, [*found]) for kind, found in groups]


def _provenances(result: Any) -> list[Provenance | None]:
    """Return where a result comes from: the new table of two first."""
    if isinstance(result, Comparison):
        return [result.before.provenance, result.after.provenance]
    if isinstance(result, Diff):
        return [*result.provenance[::-1]] or [None]
    return [result.provenance]


def _picture(explanation: Explanation) -> Picture | Note:
    """Return the derivation as a picture, or why it cannot be drawn here."""
    try:
        return Picture(derivation_svg(explanation, alone=False))
    except UsageError as error:
        return Note(str(error))
