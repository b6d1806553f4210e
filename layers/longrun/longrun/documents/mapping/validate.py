"""Says what is wrong with a data file before it is sent: `python -m …mapping.validate`.

The same engine that maps the file goes through it, past every fault, and makes nothing.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from longrun.documents.errors import InputInvalid
from longrun.documents.formats import parse_mapping
from longrun.documents.mapping.engine import validate_source

SHOWN = 100
"""So many problems are printed; the last line counts them all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Validate the file that the command line names; 0 if nothing is wrong, else 1."""
    parser = argparse.ArgumentParser(prog="validate", description=__doc__)
    parser.add_argument("mapping", type=Path, help="the data mapping configuration")
    parser.add_argument("data", type=Path, help="the data file")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a runtime parameter"
    )
    chosen = parser.parse_args(arguments)
    parameters = dict(each.split("=", 1) for each in chosen.parameter if "=" in each)
    try:
        configuration = parse_mapping(chosen.mapping.read_bytes(), chosen.mapping.name)
        with chosen.data.open("rb") as source:
            found = validate_source(
                configuration,
                source,
                file_name=chosen.data.name,
                parameters=parameters,
                limit=SHOWN,
            )
    except (InputInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for problem in found.problems:
        print(problem, file=sys.stderr)
    print(f"{chosen.data.name}: {found.records} records, {found.faults} faults.")
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
