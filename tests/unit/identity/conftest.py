"""The identity room over a directory in memory, with hashes that take no time."""

import pytest

from longrun.identity.administration import Administration
from longrun.identity.authentication import Authenticator
from longrun.identity.passwords import Cost, Passwords
from tests.unit.identity.fakes import CHEAP, Clock, MemoryDirectory


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory()


@pytest.fixture
def passwords(clock: Clock) -> Passwords:
    return Passwords(cost=CHEAP, monotonic=clock.monotonic)


@pytest.fixture
def administration(
    directory: MemoryDirectory, clock: Clock, passwords: Passwords
) -> Administration:
    return Administration(directory=directory, clock=clock, passwords=passwords)


@pytest.fixture
def authenticator(directory: MemoryDirectory, clock: Clock, passwords: Passwords) -> Authenticator:
    return Authenticator(directory=directory, clock=clock, passwords=passwords)


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords for which the slow part was done, in order."""
    done: list[str] = []
    derive = Cost.derive

    def recorded(self: Cost, password: str, salt: bytes) -> bytes:
        done.append(password)
        return derive(self, password, salt)

    monkeypatch.setattr(Cost, "derive", recorded)
    return done
