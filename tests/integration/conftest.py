from collections.abc import Iterator
from contextlib import ExitStack, closing
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack, User
from tests.integration.breakage import Breakage
from tests.integration.caller import CallAs, Caller, NewUser
from tests.integration.letters import Letters, upload_letters
from tests.integration.root import Root


@pytest.fixture
def anonymous(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody without credentials."""
    with httpx.Client(base_url=stack.contracts["print"], timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def root(stack: Stack) -> Iterator[Root]:
    """Looks behind the API."""
    with closing(Root(stack)) as root:
        yield root


@pytest.fixture(scope="session")
def seeded(stack: Stack) -> dict[str, User]:
    """The users that the stack began with."""
    return {user.name: user for tenant in stack.tenants for user in tenant.users}


@pytest.fixture(scope="session")
def call_as(stack: Stack) -> Iterator[CallAs]:
    """Gives callers: of a user, or with headers that may hold anything."""
    with ExitStack() as open_until_the_end:

        def call(credentials: User | dict[str, str]) -> Caller:
            caller = Caller(stack, credentials)
            open_until_the_end.enter_context(closing(caller))
            return caller

        yield call


@pytest.fixture(scope="session")
def acme(call_as: CallAs, seeded: dict[str, User]) -> Caller:
    """The operator of one tenant."""
    return call_as(seeded["acme-operator"])


@pytest.fixture(scope="session")
def globex(call_as: CallAs, seeded: dict[str, User]) -> Caller:
    """The operator of the other."""
    return call_as(seeded["globex-operator"])


@pytest.fixture(scope="session")
def letters(acme: Caller) -> Letters:
    """What a production of acme's needs."""
    return upload_letters(acme)


@pytest.fixture(scope="session")
def new_user(root: Root) -> Iterator[NewUser]:
    """Makes users, as an operator would; they are revoked after the session."""
    made: list[str] = []

    def make(*roles: str, tenant: str = "acme") -> User:
        name = f"{tenant}-{uuid4().hex[:8]}"
        outcome = root.command("users.create", user=name, tenant=tenant, roles=list(roles))
        made.append(name)
        return User(name=name, password=outcome["password"], roles=list(roles))

    yield make
    for name in made:
        root.command("users.revoke", user=name)


@pytest.fixture(scope="session")
def breakage(root: Root, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakage]:
    """Makes functions misbehave."""
    made = Breakage(root, tmp_path_factory.mktemp("breakage"))
    made.install()
    yield made
    made.remove()
