"""The sign and cancel jobs with real signatures: what a client's key makes is what they take."""

from base64 import b64encode
from dataclasses import replace
from functools import partial

import pytest

from longrun.compositions.canonical import canonical
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from longrun.operations.states import Status
from tests.unit.compositions.fakes import (
    DOCTOR,
    TENANT,
    World,
    cancellation,
    disability,
)
from tests.unit.compositions.signatures.authorities import (
    AT,
    TAX_NUMBER,
    Party,
    ec_signer,
    foreign_root,
    root,
    rsa_signer,
)
from tests.unit.compositions.signatures.messages import by_hand

SIGNERS = {"rsa": rsa_signer, "ec": ec_signer}


@pytest.fixture
def world() -> World:
    """A world that verifies, at the time of the test certificates, and whose doctor has one."""
    world = World()
    world.clock.now = AT
    trust = Trust((root().certificate,))
    world.engine = replace(world.engine, verify=lambda blob, at: verify(blob, trust, at))
    people = world.registry.contents[TENANT]
    doctor = replace(people.employees[DOCTOR], tax_number=TAX_NUMBER)
    world.registry.put(TENANT, replace(people, employees={**people.employees, DOCTOR: doctor}))
    return world


def signed_by(signer: Party, content: object) -> str:
    return b64encode(by_hand(canonical(content), signer)).decode()


@pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS)
def test_what_the_authors_key_signs_becomes_final_and_is_canceled(
    world: World, signer: partial[Party]
) -> None:
    composition = world.created(disability("2026-02-20", "2026-02-28"))
    request = {"composition": composition.id, "data": signed_by(signer(), composition.data)}
    operation = world.work(world.accept("composition.sign", request))
    assert operation.status is Status.SUCCEEDED
    signature = world.now(composition).signature
    assert signature is not None and signature.tax_number == TAX_NUMBER
    content = cancellation(composition, "INCORRECT_OTHER")
    request = {"composition": composition.id, "data": signed_by(signer(), content)}
    assert world.work(world.accept("composition.cancel", request)).status is Status.SUCCEEDED


def test_a_signature_under_a_foreign_root_is_refused(world: World) -> None:
    world.engine = replace(
        world.engine,
        verify=lambda blob, at: verify(blob, Trust((foreign_root().certificate,)), at),
    )
    composition = world.created(disability("2026-02-20", "2026-02-28"))
    request = {"composition": composition.id, "data": signed_by(rsa_signer(), composition.data)}
    operation = world.work(world.accept("composition.sign", request))
    assert [each.code for each in operation.errors] == ["9002"]
