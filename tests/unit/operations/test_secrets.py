"""Secrets: sealed when they arrive, there for the steps, erased by whatever ends the operation."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from longrun.operations.errors import OperationUnknown, SecretGone
from longrun.operations.history import derive
from longrun.operations.kinds import Kinds
from longrun.operations.lifecycle import GIVE_UP, Lifecycle
from longrun.operations.operation import Fault, Source
from longrun.operations.secrets import SECRET_BYTES, SealBroken
from longrun.operations.store import Outcome
from tests.unit.operations.fakes import (
    DEADLINE,
    KINDS,
    RETENTION,
    MemorySealer,
    Person,
    World,
    an_errand,
)

SECRET = "correct horse, Grüße"
A_FAULT = Fault(code="Odd", message="Odd.", source=Source.USER)


def accepted(world: World, secret: str = SECRET) -> str:
    return world.lifecycle.accept(an_errand(secret=secret), Person()).operation.id


def test_a_step_reads_it_as_often_as_it_likes(world: World) -> None:
    operation_id = world.lifecycle.begin(accepted(world)).id
    for _ in range(2):
        assert world.lifecycle.secret(operation_id) == SECRET


def succeed(world: World, operation_id: str) -> None:
    world.lifecycle.begin(operation_id)
    world.lifecycle.succeed(operation_id)


def fail(world: World, operation_id: str) -> None:
    world.lifecycle.fail(operation_id, [A_FAULT])


def settle(world: World, operation_id: str) -> None:
    world.lifecycle.settle(operation_id, Outcome(status="FAILED", error="Runtime.ExitError"))


def cancel(world: World, operation_id: str) -> None:
    world.lifecycle.begin(operation_id)
    world.lifecycle.cancel(operation_id)
    assert world.lifecycle.secret(operation_id) == SECRET  # Steps may still be at work.
    world.lifecycle.settle(operation_id, Outcome(status="ABORTED"))


def be_late(world: World, operation_id: str) -> None:
    world.lifecycle.begin(operation_id)
    world.clock.pass_by(DEADLINE + timedelta(seconds=1))
    world.sweep.run()


def never_start(world: World, operation_id: str) -> None:
    world.workflows.executions.clear()
    world.clock.pass_by(GIVE_UP + timedelta(seconds=1))
    world.sweep.run()


@pytest.mark.parametrize("end", [succeed, fail, settle, cancel, be_late, never_start])
def test_every_end_erases_it(world: World, end: Callable[[World, str], None]) -> None:
    operation_id = accepted(world)
    end(world, operation_id)
    assert world.store.get(operation_id).status.terminal
    assert world.store.sealed(operation_id) is None
    with pytest.raises(SecretGone, match="has no secret, or none any more") as gone:
        world.lifecycle.secret(operation_id)
    assert gone.value.operation_id == operation_id


def test_an_operation_without_one_says_so(world: World) -> None:
    with pytest.raises(SecretGone):
        world.lifecycle.secret(world.begun())
    with pytest.raises(OperationUnknown):
        world.lifecycle.secret("00000000-0000-0000-0000-000000000000")


def test_nothing_but_a_step_gets_to_see_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.workflows.refuses = True
    request = an_errand(secret=SECRET)
    operation = world.lifecycle.accept(request, Person()).operation
    event = derive(None, operation, world.clock())
    told = [request, operation, world.store.input(operation.id), event, caplog.text]
    assert "was not started yet" in caplog.text
    assert all(SECRET not in repr(each) and SECRET not in str(each) for each in told)
    sealed = world.store.sealed(operation.id)
    assert sealed is not None
    assert SECRET.encode() not in sealed


def test_it_is_sealed_for_its_operation_alone(world: World) -> None:
    one, other = accepted(world), accepted(world)
    sealed = world.store.sealed(one)
    assert sealed is not None
    with pytest.raises(SealBroken, match=other):
        MemorySealer().open(sealed, other)


@pytest.mark.parametrize("secret", ["", "é" * (SECRET_BYTES // 2) + "x", "top\ud800secret"])
def test_one_that_cannot_be_kept_is_refused_untold(world: World, secret: str) -> None:
    with pytest.raises(ValueError, match="A secret is text of 1 to 4096 bytes") as refused:
        accepted(world, secret)
    assert str(refused.value) == "A secret is text of 1 to 4096 bytes."
    assert list(world.store.running("acme")) == []


def test_a_lifecycle_without_a_sealer_says_so(world: World) -> None:
    operation_id = accepted(world)
    bare = Lifecycle(
        store=world.store,
        workflows=world.workflows,
        kinds=KINDS,
        retention=RETENTION,
        clock=world.clock,
    )
    for call in (
        lambda: bare.accept(an_errand(secret=SECRET), Person()),
        lambda: bare.secret(operation_id),
    ):
        with pytest.raises(TypeError, match="without a sealer"):
            call()
    assert len(list(world.store.running("acme"))) == 1


def test_whoever_ends_an_operation_needs_no_sealer(world: World) -> None:
    operation_id = world.lifecycle.begin(accepted(world)).id
    inside = Lifecycle(store=world.store, kinds=Kinds([]), retention=RETENTION, clock=world.clock)
    inside.succeed(operation_id)
    assert world.store.sealed(operation_id) is None
