from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from local.stack import Oci, Stack
from tests.integration.oci.cli import Cli
from tests.integration.oci.sdk import Sdk

type SdkAs = Callable[..., Sdk]
"""Gives the SDK of a caller: a key, and maybe by how many seconds the clock is wrong."""


@pytest.fixture(scope="session")
def keys(stack: Stack) -> dict[str, Oci]:
    """The key that each tenant began with."""
    found = {tenant.id: tenant.oci for tenant in stack.tenants}
    return {tenant: key for tenant, key in found.items() if key is not None}


@pytest.fixture(scope="session")
def sdk_as(stack: Stack) -> Iterator[SdkAs]:
    with ExitStack() as open_until_the_end:

        def sdk(key: Oci, *, clock_off: float = 0) -> Sdk:
            made = Sdk(stack.contracts["controlPlane"], key, clock_off=clock_off)
            open_until_the_end.enter_context(closing(made))
            return made

        yield sdk


@pytest.fixture(scope="session")
def sdk(sdk_as: SdkAs, keys: dict[str, Oci]) -> Sdk:
    """The SDK of one tenant's operator."""
    return sdk_as(keys["acme"])


@pytest.fixture(scope="session")
def cli(stack: Stack, keys: dict[str, Oci], tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The CLI of the same."""
    folder = tmp_path_factory.mktemp("oci")
    return Cli(stack.contracts["controlPlane"], keys["acme"], folder)
