import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from local.places import CREDENTIALS, ROOT
from local.stack import Stack

type Run = Callable[..., subprocess.CompletedProcess[str]]

SECONDS = 240
"""What no program takes."""


@pytest.fixture(scope="session")
def home(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stack's stack.json, as `make up` leaves it."""
    folder = tmp_path_factory.mktemp("home")
    stack.write(folder / "stack.json")
    return folder


@pytest.fixture(scope="session")
def run(stack: Stack) -> Run:
    """Runs a program of the environment from the root of the repository, to its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    programs = Path(sys.executable).parent
    environment: Mapping[str, str] = {
        **kept,
        **CREDENTIALS,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "layers" / "longrun"))),
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": stack.region,
    }

    def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return run
