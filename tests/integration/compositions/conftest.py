from collections.abc import Iterator
from contextlib import ExitStack, closing
from uuid import uuid4

import httpx
import pytest

from local.stack import Compositions, Stack, Tenant
from tests.integration.compositions.doctor import Doctor, Engage
from tests.integration.compositions.papers import Patient
from tests.integration.compositions.signers import Signers, read_signers
from tests.integration.compositions.ward import Ward
from tests.integration.root import Root

SCOPES = tuple(f"composition:{each}" for each in ("read", "search", "create", "sign", "cancel"))


def seeded(stack: Stack, tenant_id: str) -> tuple[Tenant, Compositions]:
    [tenant] = [each for each in stack.tenants if each.id == tenant_id]
    assert tenant.compositions is not None
    return tenant, tenant.compositions


def demo(stack: Stack, tenant_id: str) -> Doctor:
    """The seeded employee."""
    tenant, compositions = seeded(stack, tenant_id)
    headers = {"Authorization": f"Bearer {tenant.bearer}", "api-key": str(tenant.api_key)}
    return Doctor(stack, headers, compositions.employee, read_signers(compositions).rsa)


@pytest.fixture(scope="session")
def signers(stack: Stack) -> Signers:
    """Of acme's demo employee."""
    return read_signers(seeded(stack, "acme")[1])


@pytest.fixture(scope="session")
def doctor(stack: Stack) -> Iterator[Doctor]:
    """Acme's demo employee."""
    with closing(demo(stack, "acme")) as made:
        yield made


@pytest.fixture(scope="session")
def neighbour(stack: Stack) -> Iterator[Doctor]:
    """Globex's demo employee."""
    with closing(demo(stack, "globex")) as made:
        yield made


@pytest.fixture(scope="session")
def ward(root: Root, doctor: Doctor) -> Ward:
    """Where acme's demo employee has patients."""
    return Ward(root, "acme", doctor.employee)


@pytest.fixture
def patient(ward: Ward) -> Patient:
    """Somebody about whom there is nothing yet."""
    return ward.admit()


@pytest.fixture(scope="session")
def engage(stack: Stack, root: Root, ward: Ward, signers: Signers) -> Iterator[Engage]:
    """Makes clients of acme; they are revoked after the session."""
    made: list[str] = []
    with ExitStack() as open_until_the_end:

        def engage(
            *scopes: str, employed: bool = True, position: str = "P7", api_key: str | None = None
        ) -> Doctor:
            name = f"doctor-{uuid4().hex[:8]}"
            answer = root.command(
                "clients.create", tenant="acme", client=name, scopes=list(scopes or SCOPES)
            )
            made.append(name)
            token = httpx.post(
                answer["tokenUrl"],
                data={"grant_type": "client_credentials"},
                auth=(answer["client"]["clientId"], answer["clientSecret"]),
            ).json()["access_token"]
            tax_number = f"27{uuid4().int % 10**8:08d}"
            employee = str(uuid4())
            if employed:
                principal = f"client:acme/{name}"
                employee = ward.employ(principal, position=position, tax_number=tax_number)
            key = api_key if api_key is not None else str(seeded(stack, "acme")[0].api_key)
            headers = {"Authorization": f"Bearer {token}", "api-key": key}
            doctor = Doctor(stack, headers, employee, signers.somebody(tax_number, "Yurii Novyi"))
            return open_until_the_end.enter_context(closing(doctor))

        yield engage
    for name in made:
        root.command("clients.revoke", tenant="acme", client=name)
