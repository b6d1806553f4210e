"""Where the exec wrapper starts: makes the search path the managed runtime's, and serves."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def search_path(layer: Path, replaced: Path, environ: Mapping[str, str]) -> list[str]:
    """What comes first on the managed runtime's path, in its order.

    Args:
        layer: Where layers keep Python, `/opt/python`.
        replaced: The managed runtime's script; its folder may hold boto3.
        environ: Of the process.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [
        environ["LAMBDA_TASK_ROOT"],
        str(layer / "lib" / version / "site-packages"),
        str(layer),
        str(replaced.parent),
    ]


def main(arguments: Sequence[str]) -> None:
    """Run the function for the rest of the process's life.

    Args:
        arguments: This file, and the command that the wrapper replaces: interpreter, script.
    """
    layer, replaced = Path(__file__).resolve().parent.parent, arguments[2]
    sys.argv = [replaced]
    # The first entry is this package's own folder, as for any script.
    sys.path[:1] = search_path(layer, Path(replaced), os.environ)

    from longrun_streaming.serving import serve

    serve(os.environ)


if __name__ == "__main__":
    main(sys.argv)
