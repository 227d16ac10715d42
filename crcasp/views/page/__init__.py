"""Pages: one self-contained HTML file for each result, for a screen and for paper."""

from crcasp.views.page.pages import html_of as html_of
