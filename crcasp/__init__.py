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
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crcasp.errors import CrcaspError as CrcaspError
    from crcasp.errors import Fault as Fault
    from crcasp.errors import InputError as InputError
    from crcasp.errors import NotInstalledError as NotInstalledError
    from crcasp.errors import OverlayError as OverlayError
    from crcasp.errors import Place as Place
    from crcasp.errors import UsageError as UsageError
    from crcasp.questions.audit import audit as audit
    from crcasp.questions.check import check as check
    from crcasp.questions.compare import compare as compare
    from crcasp.questions.diff import diff as diff
    from crcasp.questions.explain import explain as explain
    from crcasp.questions.missing import missing as missing
    from crcasp.questions.recommend import parse_facts as parse_facts
    from crcasp.questions.recommend import recommend as recommend
    from crcasp.registry.column_map import Cases as Cases
    from crcasp.registry.column_map import ColumnMap as ColumnMap
    from crcasp.registry.column_map import Rule as Rule
    from crcasp.registry.column_map import Years as Years
    from crcasp.registry.run import answer as answer
    from crcasp.registry.run import answer_batch as answer_batch
    from crcasp.registry.run import answer_batches as answer_batches
    from crcasp.registry.run import cohort as cohort
    from crcasp.registry.summary import Summary as Summary
    from crcasp.results.additions import AddedSource as AddedSource
    from crcasp.results.additions import Addition as Addition
    from crcasp.results.additions import Additions as Additions
    from crcasp.results.additions import Named as Named
    from crcasp.results.additions import Need as Need
    from crcasp.results.additions import Said as Said
    from crcasp.results.advice import Advice as Advice
    from crcasp.results.advice import Condition as Condition
    from crcasp.results.advice import Finding as Finding
    from crcasp.results.advice import Reason as Reason
    from crcasp.results.advice import RecommendationSet as RecommendationSet
    from crcasp.results.advice import TreatmentLine as TreatmentLine
    from crcasp.results.advice import Verdict as Verdict
    from crcasp.results.audit import Audit as Audit
    from crcasp.results.audit import Example as Example
    from crcasp.results.audit import Gap as Gap
    from crcasp.results.audit import Property as Property
    from crcasp.results.comparison import Comparison as Comparison
    from crcasp.results.comparison import Difference as Difference
    from crcasp.results.diff import Changed as Changed
    from crcasp.results.diff import Diff as Diff
    from crcasp.results.diff import ExamplePatient as ExamplePatient
    from crcasp.results.diff import Only as Only
    from crcasp.results.diff import PreferredChange as PreferredChange
    from crcasp.results.diff import PreferredSets as PreferredSets
    from crcasp.results.diff import Standing as Standing
    from crcasp.results.explanation import Change as Change
    from crcasp.results.explanation import Explanation as Explanation
    from crcasp.results.missing import Missing as Missing
    from crcasp.results.missing import MissingFinding as MissingFinding
    from crcasp.results.missing import Outcome as Outcome
    from crcasp.results.shapes import as_json as as_json
    from crcasp.views.browser.page import page as page

__version__ = "0.8.0"

_MODULES = {
    "errors": (
        "CrcaspError",
        "Fault",
        "InputError",
        "NotInstalledError",
        "OverlayError",
        "Place",
        "UsageError",
    ),
    "results.additions": (
        "AddedSource",
        "Named",
        "Said",
        "Addition",
        "Additions",
        "Need",
    ),
    "results.advice": (
        "Advice",
        "Condition",
        "Finding",
        "Reason",
        "RecommendationSet",
        "TreatmentLine",
        "Verdict",
    ),
    "results.audit": ("Audit", "Example", "Gap", "Property"),
    "results.comparison": ("Comparison", "Difference"),
    "results.diff": (
        "Changed",
        "Diff",
        "ExamplePatient",
        "Only",
        "PreferredChange",
        "PreferredSets",
        "Standing",
    ),
    "results.explanation": ("Change", "Explanation"),
    "results.missing": ("Missing", "MissingFinding", "Outcome"),
    "results.shapes": ("as_json",),
    "questions.audit": ("audit",),
    "questions.check": ("check",),
    "questions.compare": ("compare",),
    "questions.diff": ("diff",),
    "questions.explain": ("explain",),
    "questions.missing": ("missing",),
    "questions.recommend": ("parse_facts", "recommend"),
    "registry.column_map": ("Cases", "ColumnMap", "Rule", "Years"),
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
