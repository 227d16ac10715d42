"""Each result for a person: plain text, wrapped to a width, readable aloud."""

from crcasp.views.text.advice import advice_text as advice_text
from crcasp.views.text.results import audit_text as audit_text
from crcasp.views.text.results import comparison_text as comparison_text
from crcasp.views.text.results import explanation_text as explanation_text
from crcasp.views.text.results import missing_text as missing_text
from crcasp.views.text.results import vocabulary_text as vocabulary_text
