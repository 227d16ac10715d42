"""crcasp: palliative options for colorectal liver metastases as an answer-set program.

Table 3 of a 2019 review (doi 10.1007/s00270-019-02284-9) as a logic program; this
package grounds a patient's facts and reads the stable models.

>>> from crcasp import parse_facts, recommend
>>> advice = recommend(parse_facts("side(left). ras(wild_type)."))
>>> [str(chosen) for chosen in advice.preferred]
['folfiri+cetuximab', 'folfox+cetuximab']

The rooms, from the ground up; each imports only those before it, but for the one arrow by
which a result asks for its own page (`results/result.py`):

errors, saving   what can go wrong; files that are written atomically
program          the logic program, what it declares, and the one solver
facts            a patient's facts: read, checked one by one, never executed
results          what comes back, as plain data
questions        what is asked of the solver, one module a question
views            results for a person: text, page, picture
registry         a whole registry, one row a patient
cli              the command line, one module a command

What is asked and what comes back as a whole are names of this package; their parts are in
`crcasp.results` (`crcasp.results.advice.Verdict`), those of a map of columns in
`crcasp.registry.column_map`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crcasp.errors import CrcaspError as CrcaspError
    from crcasp.errors import Fault as Fault
    from crcasp.errors import InputError as InputError
    from crcasp.errors import NotInstalledError as NotInstalledError
    from crcasp.errors import OverlayError as OverlayError
    from crcasp.errors import UsageError as UsageError
    from crcasp.questions.audit import audit as audit
    from crcasp.questions.check import check as check
    from crcasp.questions.compare import compare as compare
    from crcasp.questions.diff import diff as diff
    from crcasp.questions.explain import explain as explain
    from crcasp.questions.missing import missing as missing
    from crcasp.questions.recommend import parse_facts as parse_facts
    from crcasp.questions.recommend import recommend as recommend
    from crcasp.registry.column_map import ColumnMap as ColumnMap
    from crcasp.registry.run import answer as answer
    from crcasp.registry.run import answer_batch as answer_batch
    from crcasp.registry.run import answer_batches as answer_batches
    from crcasp.registry.run import cohort as cohort
    from crcasp.registry.summary import Summary as Summary
    from crcasp.results.additions import Additions as Additions
    from crcasp.results.advice import Advice as Advice
    from crcasp.results.audit import Audit as Audit
    from crcasp.results.comparison import Comparison as Comparison
    from crcasp.results.diff import Diff as Diff
    from crcasp.results.explanation import Explanation as Explanation
    from crcasp.results.missing import Missing as Missing
    from crcasp.views.browser.page import page as page

__version__ = "0.16.0"

_MODULES = {
    "errors": (
        "CrcaspError",
        "Fault",
        "InputError",
        "NotInstalledError",
        "OverlayError",
        "UsageError",
    ),
    "results.additions": ("Additions",),
    "results.advice": ("Advice",),
    "results.audit": ("Audit",),
    "results.comparison": ("Comparison",),
    "results.diff": ("Diff",),
    "results.explanation": ("Explanation",),
    "results.missing": ("Missing",),
    "questions.audit": ("audit",),
    "questions.check": ("check",),
    "questions.compare": ("compare",),
    "questions.diff": ("diff",),
    "questions.explain": ("explain",),
    "questions.missing": ("missing",),
    "questions.recommend": ("parse_facts", "recommend"),
    "registry.column_map": ("ColumnMap",),
    "registry.run": ("answer", "answer_batch", "answer_batches", "cohort"),
    "registry.summary": ("Summary",),
    "views.browser.page": ("page",),
}

__all__ = sorted(name for names in _MODULES.values() for name in names)


def __getattr__(name: str) -> object:
    """Import what is asked for, so that a command imports only what it needs."""
    for module, names in _MODULES.items():
        if name in names:
            try:
                return getattr(import_module(f"crcasp.{module}"), name)
            except ModuleNotFoundError as error:
                if not module.startswith("registry."):
                    raise
                from crcasp.errors import not_installed

                raise not_installed(f"crcasp.{name}", error) from None
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, whether they have been imported or not."""
    return __all__
