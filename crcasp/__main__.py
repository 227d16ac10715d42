"""`python -m crcasp`."""

from crcasp.cli import run

run()
