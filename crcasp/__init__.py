"""crcasp: palliative options for colorectal liver metastases as an answer-set program.

Table 3 of a 2019 review (doi 10.1007/s00270-019-02284-9) as a logic program; this
package grounds a patient's facts and reads the stable models.

>>> from crcasp import parse_facts, recommend
>>> advice = recommend(parse_facts("side(left). ras(wild_type)."))
>>> [str(chosen) for chosen in advice.preferred]
['folfiri+cetuximab', 'folfox+cetuximab']
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crcasp.advice import Advice as Advice
    from crcasp.advice import Condition as Condition
    from crcasp.advice import Finding as Finding
    from crcasp.advice import Objection as Objection
    from crcasp.advice import Reason as Reason
    from crcasp.advice import RecommendationSet as RecommendationSet
    from crcasp.advice import TreatmentLine as TreatmentLine
    from crcasp.advice import Verdict as Verdict
    from crcasp.errors import CrcaspError as CrcaspError
    from crcasp.errors import Fault as Fault
    from crcasp.errors import InputError as InputError
    from crcasp.errors import Place as Place
    from crcasp.errors import UsageError as UsageError
    from crcasp.recommendation import parse_facts as parse_facts
    from crcasp.recommendation import recommend as recommend

__version__ = "0.1.0"

__all__ = [
    "Advice",
    "Condition",
    "CrcaspError",
    "Fault",
    "Finding",
    "InputError",
    "Objection",
    "Place",
    "Reason",
    "RecommendationSet",
    "TreatmentLine",
    "UsageError",
    "Verdict",
    "parse_facts",
    "recommend",
]

_MODULES = {
    "advice": (
        "Advice",
        "Condition",
        "Finding",
        "Objection",
        "Reason",
        "RecommendationSet",
        "TreatmentLine",
        "Verdict",
    ),
    "errors": ("CrcaspError", "Fault", "InputError", "Place", "UsageError"),
    "recommendation": ("parse_facts", "recommend"),
}


def __getattr__(name: str) -> object:
    """Import what is asked for, so that a command imports only what it needs."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"crcasp.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
