"""Reports: one self-contained HTML page for each result, for a screen and for paper."""

from crcasp.views.page.pages import advice_html as advice_html
from crcasp.views.page.pages import audit_html as audit_html
from crcasp.views.page.pages import comparison_html as comparison_html
from crcasp.views.page.pages import explanation_html as explanation_html
from crcasp.views.page.pages import missing_html as missing_html
