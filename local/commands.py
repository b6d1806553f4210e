"""Running other programs: their output goes to a file, and only its end is shown when they fail."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.places import ROOT


class Failed(Exception):
    """Something the local stack needs did not work; the message says what and where to look."""


def run(
    title: str, command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str]
) -> None:
    """Run a program to its end, showing what it is for and how long it took.

    Raises:
        Failed: It ended with another status than 0.
    """
    print(f"{title} … ", end="", flush=True)
    begun = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        status = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    print(f"{time.monotonic() - begun:.1f} s", flush=True)
    if status:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-40:])
        raise Failed(f"{end}\n{title}: failed with status {status}; all of its output is in {log}.")
