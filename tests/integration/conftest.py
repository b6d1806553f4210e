from collections.abc import Callable, Iterator

import httpx
import pytest

from local.stack import Stack

type As = Callable[[str], httpx.Client]


@pytest.fixture
def anonymous(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody without credentials."""
    with httpx.Client(base_url=stack.contracts["print"], timeout=60) as client:
        yield client


@pytest.fixture
def login(stack: Stack) -> Iterator[As]:
    """Gives a client for a seeded user, such as `acme-operator` or `globex-monitor`."""
    users = {user.name: user for tenant in stack.tenants for user in tenant.users}
    opened: list[httpx.Client] = []

    def client(name: str) -> httpx.Client:
        auth = (name, users[name].password)
        opened.append(httpx.Client(base_url=stack.contracts["print"], auth=auth, timeout=60))
        return opened[-1]

    yield client
    for each in opened:
        each.close()
