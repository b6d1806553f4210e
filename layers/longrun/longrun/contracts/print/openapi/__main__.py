"""Writes the document into the file that is named."""

import sys
from pathlib import Path

from longrun.contracts.print.openapi import written

if len(sys.argv) != 2:
    sys.exit("usage: python -m longrun.contracts.print.openapi FILE")
Path(sys.argv[1]).write_text(written(), encoding="utf-8")
