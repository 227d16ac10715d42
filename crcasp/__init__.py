"""crcasp: palliative options for colorectal liver metastases as an answer-set program.

Table 3 of a 2019 review (doi 10.1007/s00270-019-02284-9) as a logic program; this
package grounds a patient's facts and reads the stable models.

>>> from crcasp import parse_facts, recommend
>>> advice = recommend(parse_facts("side(left). ras(wild_type)."))
>>> [str(chosen) for chosen in advice.preferred]
['folfiri+cetuximab', 'folfox+cetuximab']
"""

from crcasp.advice import (
    Advice,
    Condition,
    Finding,
    Objection,
    Reason,
    RecommendationSet,
    TreatmentLine,
    Verdict,
)
from crcasp.errors import CrcaspError, Fault, InputError, Place, UsageError
from crcasp.recommendation import parse_facts, recommend

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
