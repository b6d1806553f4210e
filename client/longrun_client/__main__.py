"""`python -m longrun_client`: the `longrun` command."""

import sys

from longrun_client.command import main

if __name__ == "__main__":
    sys.exit(main())
