"""A client whose service is in the process."""

from collections.abc import Iterator

import pytest

from longrun_client.print import PrintClient
from tests.unit.client.service import URL, Service


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[PrintClient]:
    with PrintClient(
        URL,
        user="anna",
        password="s3cret-pässword",
        transport=service.transport(),
        sleep=service.sleep,
        clock=service.clock,
    ) as client:
        yield client
