"""The pytest plugin that every test of the project runs under.

Tests of behaviour alone get no sockets; those of the stack get a stack: the one that LONGRUN_STACK
names (the path of its stack.json), or one of their own, started for the session and ended after it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, enable_socket

from local.places import ROOT
from local.stack import Stack

WITHOUT_SOCKETS = tuple(ROOT / "tests" / kind for kind in ("unit", "contract", "template"))
HOME = ROOT / ".local" / "test"
PORT = "4567"

# How fast the machine is decides no test.
settings.register_profile("longrun", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("longrun")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Take the sockets away from what needs none."""
    if any(item.path.is_relative_to(folder) for folder in WITHOUT_SOCKETS):
        disable_socket(allow_unix_socket=True)


def pytest_runtest_teardown() -> None:
    """Give them back."""
    enable_socket()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A deployed local stack, with its two tenants."""
    given = os.environ.get("LONGRUN_STACK")
    if given:
        yield Stack.read(Path(given))
        return
    _local("up")
    try:
        yield Stack.read(HOME / "stack.json")
    finally:
        _local("down")


def _local(command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "local", "--home", HOME, "--port", PORT, command],
        cwd=ROOT,
        check=True,
    )
