"""Templates: one environment, which escapes everything that is not markup already."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from crcasp.errors import NotInstalledError
from crcasp.results.provenance import Provenance, overlay_fingerprints, program_fingerprint
from crcasp.views.frame import closing
from crcasp.views.picture.dot import style

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")


@cache
def environment() -> Environment:
    """Return the environment of the templates.

    Raises:
        NotInstalledError: Jinja2 is not.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise NotInstalledError("A page", "Jinja2", "pip install 'crcasp[report]'") from None
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(
    template: str, title: str, provenances: list[Provenance], command: str, **content: object
) -> str:
    """Return a page.

    Args:
        template: its name in `templates/`, without the suffix.
        title: what the page is.
        provenances: of one patient or of two; without a patient the program alone.
        command: the crcasp command that makes the page, without files and options.
        content: what the template asks for.
    """
    from crcasp import __version__

    made = environment()
    return made.get_template(f"{template}.html").render(
        title=title,
        words=provenances[0].rules.words,
        closing=closing(*(one.rules for one in provenances)),
        version=__version__,
        command=command,
        provenances=provenances,
        overlays=overlay_fingerprints(provenances[0].program),
        constants=provenances[0].program.constants,
        program_fingerprint=program_fingerprint(),
        picture_style=style(),
        **content,
    )
