"""`python -m crcasp`."""

import sys

from crcasp.cli import main

sys.exit(main())
