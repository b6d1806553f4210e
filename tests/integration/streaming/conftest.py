import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.places import ROOT
from local.runtime_api import PATIENCE
from tests.integration.streaming.runtime_api import RuntimeApi

FUNCTION = ROOT / "tests" / "integration" / "streaming" / "function"
WRAPPER = ROOT / "layers" / "streaming" / "bootstrap"

type Start = Callable[..., Runtime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The runtime's process."""

    process: subprocess.Popen[bytes]
    log: Path
    gate: int
    """Each byte written here lets the function make a piece."""

    def logged(self) -> str:
        return self.log.read_text()

    def status(self, name: str) -> int:
        """A size from /proc, in bytes: VmRSS, VmHWM (the most since it was last reset)."""
        [line] = [
            line
            for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            if line.startswith(f"{name}:")
        ]
        return int(line.split()[1]) * 1024


def command() -> list[str | Path]:
    """As Lambda calls a wrapper: with the command that it replaces."""
    return [WRAPPER, sys.executable, "/var/runtime/bootstrap.py"]


def environment() -> dict[str, str]:
    """As Lambda makes it, but for the layers, whose Python is on the path here."""
    path = [str(ROOT / "layers" / "longrun"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(FUNCTION),
        "_HANDLER": "app.handler",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
    }


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    with RuntimeApi() as api:
        yield api


@pytest.fixture
def start(api: RuntimeApi, tmp_path: Path) -> Iterator[Start]:
    """Starts the runtime as Lambda does; given variables of the environment are added."""
    started: list[Runtime] = []

    def runtime(**variables: str) -> Runtime:
        gate, opener = os.pipe()
        log = tmp_path / "log"
        added = {"AWS_LAMBDA_RUNTIME_API": api.address, "GATE": str(gate), **variables}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(),
                env=environment() | added,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[gate],
                cwd=tmp_path,
            )
        os.close(gate)
        started.append(Runtime(process=process, log=log, gate=opener))
        return started[-1]

    yield runtime
    for each in started:
        each.process.kill()
        each.process.wait(PATIENCE)
        os.close(each.gate)


@pytest.fixture
def runtime(start: Start) -> Runtime:
    return start()
