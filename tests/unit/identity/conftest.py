"""The identity room over a directory in memory, with hashes that take no time."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from longrun.identity.administration import Administration
from longrun.identity.api_keys import KeyAdministration
from longrun.identity.api_secrets import SecretAdministration
from longrun.identity.authentication import Authenticator
from longrun.identity.clients import ClientAdministration
from longrun.identity.command_models import Offices
from longrun.identity.passwords import Cost, Passwords
from tests.unit.identity.fakes import CHEAP, Clock, MemoryDirectory, MemoryPool


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
def pool() -> MemoryPool:
    return MemoryPool()


@pytest.fixture
def clients(directory: MemoryDirectory, clock: Clock, pool: MemoryPool) -> ClientAdministration:
    return ClientAdministration(directory=directory, clock=clock, pool=pool)


@pytest.fixture
def keys(directory: MemoryDirectory, clock: Clock) -> KeyAdministration:
    return KeyAdministration(directory=directory, clock=clock)


@pytest.fixture
def secrets(directory: MemoryDirectory, clock: Clock) -> SecretAdministration:
    return SecretAdministration(directory=directory, clock=clock)


@pytest.fixture
def offices(
    administration: Administration,
    clients: ClientAdministration,
    keys: KeyAdministration,
    secrets: SecretAdministration,
) -> Offices:
    return Offices(accounts=administration, clients=clients, keys=keys, secrets=secrets)


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


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
