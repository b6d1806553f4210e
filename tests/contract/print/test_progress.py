"""The print contract: running operations, progress, cancel."""

from datetime import timedelta
from typing import Any

import pytest

from longrun.operations.operation import Result
from longrun.operations.states import Status
from tests.contract.print.world import World


def progress(world: World, operation_id: str) -> str:
    reply = world.call("GET", f"/workflow/print/getProgress/{operation_id}")
    assert reply.status == 200
    assert reply.header("content-type") == "text/plain"
    return reply.text


def test_progress_is_a_number_until_the_operation_has_ended(world: World) -> None:
    operation_id = world.submitted()
    seen = [progress(world, operation_id)]
    world.lifecycle.begin(operation_id)
    seen.append(progress(world, operation_id))

    later = world.in_phase("Content Creation", done=1, total=4)

    assert seen == ["0", "0"]
    assert progress(world, later) == "25"


def test_progress_never_says_100_before_the_end(world: World) -> None:
    operation_id = world.in_phase("Output Creation", done=4, total=4)

    assert progress(world, operation_id) == "99"


@pytest.mark.parametrize("end", ["succeeded", "failed", "canceled"])
def test_an_ended_operation_keeps_answering_done(world: World, end: str) -> None:
    operation_id = world.submitted()
    match end:
        case "succeeded":
            world.succeed(operation_id, Result(type="Data-Set-ID"))
        case "failed":
            world.fail(operation_id, "No.")
        case "canceled":
            world.cancel(operation_id)

    assert [progress(world, operation_id) for _ in range(3)] == ["done"] * 3


def test_an_operation_that_is_being_canceled_is_not_done(world: World) -> None:
    operation_id = world.submitted()
    world.lifecycle.begin(operation_id)
    world.lifecycle.cancel(operation_id)

    assert progress(world, operation_id) != "done"


def test_progress_costs_one_read_of_the_database_and_nothing_else(world: World) -> None:
    operation_id = world.submitted()
    calls: list[str] = []

    def count(model: Any, **_: object) -> None:
        calls.append(model.name)

    hooks = [
        vars(adapter)["_client"].meta.events
        for adapter in (world.platform.states, world.platform.artefacts)
    ]
    for hook in hooks:
        hook.register("before-call.*.*", count)
    try:
        progress(world, operation_id)
    finally:
        for hook in hooks:
            hook.unregister("before-call.*.*", count)

    assert calls == ["GetItem"]


def test_running_operations_are_told_with_phase_and_template(world: World) -> None:
    operation_id = world.in_phase("Content Creation", done=1, total=4)

    reply = world.call("GET", "/workflow/print/getOperations")

    operation = world.platform.states.get(operation_id)
    assert operation.started is not None
    assert reply.header("content-type") == "application/json"
    assert reply.json == [
        {
            "id": operation_id,
            "type": "PrintRestService",
            "subTask": "Content Creation 25%",
            "startTime": int(operation.started.timestamp() * 1000),
            "progress": 25,
            "template": "letter.zip",
        }
    ]


def test_what_waits_and_what_is_being_canceled_runs_as_well(world: World) -> None:
    waiting = world.submitted()
    canceling = world.submitted()
    world.lifecycle.begin(canceling)
    world.lifecycle.cancel(canceling)

    rows = world.call("GET", "/workflow/print/getOperations").json

    assert {row["id"]: row["subTask"] for row in rows} == {
        waiting: "Waiting",
        canceling: "Canceling",
    }
    assert all(isinstance(row["startTime"], int) for row in rows)


def test_without_a_template_none_is_told(world: World) -> None:
    world.submitted({"datamining": world.configuration()["datamining"]})

    [row] = world.call("GET", "/workflow/print/getOperations").json

    assert "template" not in row


def test_ended_operations_and_those_of_other_tenants_are_not_running(world: World) -> None:
    world.fail(world.submitted(), "No.")
    world.submitted(who="gina")

    reply = world.call("GET", "/workflow/print/getOperations")

    assert reply.json == []


def cancel(world: World, operation_id: str) -> None:
    reply = world.call(
        "POST",
        f"/workflow/print/cancel/{operation_id}",
        headers={"Content-Type": "application/json"},
    )
    assert (reply.status, reply.body) == (204, b"")


def test_cancel_stops_what_has_not_begun(world: World) -> None:
    operation_id = world.submitted()

    cancel(world, operation_id)

    assert world.workflows.executions[operation_id].status == "ABORTED"
    assert world.platform.states.get(operation_id).status is Status.CANCELING


@pytest.mark.parametrize(
    "phase", ["Data Mapping", "Content Creation", "Job Creation", "Output Creation"]
)
def test_cancel_stops_work_in_each_phase(world: World, phase: str) -> None:
    operation_id = world.in_phase(phase)

    cancel(world, operation_id)

    assert world.workflows.executions[operation_id].status == "ABORTED"
    assert world.platform.states.get(operation_id).status is Status.CANCELING


def test_cancel_again_is_fine(world: World) -> None:
    operation_id = world.in_phase("Content Creation")

    cancel(world, operation_id)
    cancel(world, operation_id)


@pytest.mark.parametrize("end", [Status.SUCCEEDED, Status.FAILED, Status.CANCELED])
def test_cancel_after_the_end_is_fine_and_changes_nothing(world: World, end: Status) -> None:
    operation_id = world.submitted()
    if end is Status.SUCCEEDED:
        world.succeed(operation_id, Result(type="Data-Set-ID"))
    elif end is Status.FAILED:
        world.fail(operation_id, "No.")
    else:
        world.cancel(operation_id)

    cancel(world, operation_id)

    assert world.platform.states.get(operation_id).status is end


def test_cancel_is_taken_when_the_engine_cannot_answer(world: World) -> None:
    operation_id = world.in_phase("Content Creation")
    world.workflows.refuses = True

    cancel(world, operation_id)

    assert world.platform.states.get(operation_id).status is Status.CANCELING


METHODS = [
    ("GET", "getProgress"),
    ("POST", "cancel"),
    ("POST", "getResult"),
    ("POST", "getResultTxt"),
    ("POST", "getManagedResult"),
]


@pytest.mark.parametrize(("verb", "method"), METHODS)
@pytest.mark.parametrize(
    "unknown",
    [
        "00000000-0000-4000-8000-000000000000",
        "not-an-id",
        "12345",
        "x" * 3000,
        "%2e%2e",
    ],
)
def test_an_unknown_operation_is_not_found(
    world: World, verb: str, method: str, unknown: str
) -> None:
    reply = world.call(verb, f"/workflow/print/{method}/{unknown}")

    assert reply.status == 404
    assert reply.message == "Operation not found in Server"


@pytest.mark.parametrize(("verb", "method"), METHODS)
def test_another_tenants_operation_is_not_found(world: World, verb: str, method: str) -> None:
    operation_id = world.submitted(who="gina")

    reply = world.call(verb, f"/workflow/print/{method}/{operation_id}")

    assert reply.status == 404
    assert reply.message == "Operation not found in Server"


@pytest.mark.parametrize(("verb", "method"), METHODS)
def test_an_expired_operation_is_not_found(
    world: World, verb: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation_id = world.submitted()
    world.fail(operation_id, "No.")
    later = world.platform.clock() + timedelta(days=7, seconds=1)
    authority: Any = world.services.authority
    monkeypatch.setattr(authority, "_clock", lambda: later)

    reply = world.call(verb, f"/workflow/print/{method}/{operation_id}")

    assert reply.status == 404
    assert reply.message == "Operation not found in Server"
