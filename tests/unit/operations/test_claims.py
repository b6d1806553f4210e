"""Claims: what an operation has to itself among its tenant's while it has not ended."""

import pytest

from longrun.operations.errors import Claimed
from longrun.operations.lifecycle import Accepted
from longrun.operations.operation import Fault, Source
from longrun.operations.request import CLAIM_BYTES
from longrun.operations.states import Status
from longrun.operations.store import Outcome
from tests.unit.operations.fakes import Person, World, an_errand

SALES = "dataset/sales"
A_FAULT = Fault(code="Odd", message="Odd.", source=Source.USER)


def accepted(
    world: World, person: Person | None = None, *, claim: str = SALES, key: str | None = None
) -> Accepted:
    return world.lifecycle.accept(an_errand(claim=claim, key=key), person or Person())


def test_a_second_one_is_refused_and_told_of_the_first(world: World) -> None:
    first = accepted(world).operation
    with pytest.raises(Claimed, match="is at work on 'dataset/sales'") as claimed:
        accepted(world, Person(id="bob"))
    assert (claimed.value.claim, claimed.value.operation_id) == (SALES, first.id)
    assert [each.id for each in world.store.running("acme")] == [first.id]
    assert set(world.workflows.executions) == {first.id}


@pytest.mark.parametrize("end", [Status.SUCCEEDED, Status.FAILED, Status.CANCELED])
def test_any_end_frees_it(world: World, end: Status) -> None:
    first = world.lifecycle.begin(accepted(world).operation.id).id
    if end is Status.SUCCEEDED:
        world.lifecycle.succeed(first)
    elif end is Status.FAILED:
        world.lifecycle.fail(first, [A_FAULT])
    else:
        world.lifecycle.cancel(first)
        with pytest.raises(Claimed):
            accepted(world)
        world.lifecycle.settle(first, Outcome(status="ABORTED"))
    assert world.store.get(first).status is end
    second = accepted(world).operation.id
    with pytest.raises(Claimed) as claimed:
        accepted(world)
    assert claimed.value.operation_id == second


def test_a_holder_that_is_gone_holds_nothing(world: World) -> None:
    first = accepted(world).operation.id
    world.lifecycle.fail(first, [A_FAULT])
    world.store.forget(first)
    assert accepted(world).operation.id != first


def test_other_names_and_other_tenants_are_free(world: World) -> None:
    accepted(world)
    accepted(world, claim="dataset/stock")
    accepted(world, Person(tenant="globex"))
    assert not world.lifecycle.accept(an_errand(), Person()).replayed


def test_a_replay_is_no_conflict_with_itself(world: World) -> None:
    first = accepted(world, key="k1")
    again = accepted(world, key="k1")
    assert (again.operation.id, again.replayed) == (first.operation.id, True)
    with pytest.raises(Claimed):
        accepted(world, key="k2")


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    first = accepted(world).operation.id
    with pytest.raises(Claimed):
        accepted(world, key="k1")
    world.lifecycle.fail(first, [A_FAULT])
    assert not accepted(world, key="k1").replayed


@pytest.mark.parametrize("claim", ["", "é" * (CLAIM_BYTES // 2 + 1), "\ud800"])
def test_a_claim_that_cannot_be_kept_is_refused(world: World, claim: str) -> None:
    with pytest.raises(ValueError, match="A claim is text of 1 to 1024 bytes"):
        accepted(world, claim=claim)
    assert list(world.store.running("acme")) == []
