"""The kernel's doors, each loaded from its file as Lambda does it, over a world in memory."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from longrun.aws import clients
from longrun.aws.bus import Notice
from longrun.aws.composition_items import to_item
from longrun.operations.errors import OperationStopped
from longrun.operations.history import Event
from longrun.operations.operation import Fault, Source
from longrun.operations.states import Status
from tests.unit.compositions import fakes as compositions
from tests.unit.operations.fakes import DEADLINE, KINDS, NOW, World

FUNCTIONS = Path(__file__).parents[3] / "functions" / "operations"
EVERY_DOOR = {"TABLE": "longrun-test", "RETENTION_DAYS": "7"}
MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:longrun-test-"
NOBODY = "00000000-0000-0000-0000-000000000000"

type Load = Callable[..., Any]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Loads a door, with the variables that the template gives it and no others."""
    registry = ModuleType("longrun.contracts.kinds")
    registry.__dict__["KINDS"] = KINDS
    monkeypatch.setitem(sys.modules, "longrun.contracts.kinds", registry)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name in ("TABLE", "BUCKET", "BUS", "WORKFLOW_PREFIX", "RETENTION_DAYS"):
        monkeypatch.delenv(name, raising=False)
    _forget_clients()

    def loaded(name: str, **variables: str) -> Any:
        for variable, value in (EVERY_DOOR | variables).items():
            monkeypatch.setenv(variable, value)
        spec = spec_from_file_location(f"{name}_door", FUNCTIONS / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        door = module_from_spec(spec)
        spec.loader.exec_module(door)
        return door

    yield loaded
    _forget_clients()


def _forget_clients() -> None:
    for client in (clients.dynamodb, clients.stepfunctions, clients.events):
        client.cache_clear()


class TestLifecycle:
    @pytest.fixture
    def door(self, load: Load, world: World) -> Any:
        door = load("lifecycle")
        # Steps are started often: the door makes no client that it has no use for.
        assert clients.stepfunctions.cache_info().currsize == 0
        door.lifecycle = world.lifecycle
        return door

    def test_begin_and_succeed_hand_on_the_id(self, door: Any, world: World) -> None:
        operation_id = world.accepted()
        for transition, status in (
            ("begin", Status.IN_PROGRESS),
            ("succeed", Status.SUCCEEDED),
        ):
            event = {"transition": transition, "operationId": operation_id}
            for _ in range(2):
                assert door.handler(event, None) == {
                    "operationId": operation_id,
                    "fault": False,
                }
            assert world.store.get(operation_id).status is status

    def test_a_workflow_of_what_was_canceled_stops_at_its_beginning(
        self, door: Any, world: World
    ) -> None:
        operation_id = world.canceling()
        with pytest.raises(OperationStopped):
            door.handler({"transition": "begin", "operationId": operation_id}, None)
        error = {"Error": "OperationStopped", "Cause": "…"}
        door.handler({"transition": "fail", "operationId": operation_id, "error": error}, None)
        assert world.store.get(operation_id).status is Status.CANCELED

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            ({"Error": "Runtime.ExitError", "Cause": "record: Ann Smith"}, "Crashed"),
            ({"Error": "States.Timeout", "Cause": ""}, "DeadlineExceeded"),
            ({}, "Crashed"),
            (None, "Crashed"),
        ],
    )
    def test_a_caught_error_fails_the_operation_and_its_cause_stays_out(
        self,
        door: Any,
        world: World,
        error: object,
        code: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        operation_id = world.begun()
        event = {"transition": "fail", "operationId": operation_id, "error": error}
        with caplog.at_level("INFO"):
            assert door.handler(event, None)["fault"] is True
        operation = world.store.get(operation_id)
        assert [fault.code for fault in operation.errors] == [code]
        assert "Ann Smith" not in f"{operation}{caplog.text}"

    def test_a_refused_order_is_no_fault_of_ours(self, door: Any, world: World) -> None:
        operation_id = world.begun()
        refusal = Fault(code="NoRecords", message="There are none.", source=Source.USER)
        world.lifecycle.fail(operation_id, [refusal])
        event = {
            "transition": "fail",
            "operationId": operation_id,
            "error": {"Error": "WorkRefused", "Cause": "{}"},
        }
        assert door.handler(event, None) == {"operationId": operation_id, "fault": False}

    @pytest.mark.parametrize("event", [{"transition": "complete"}, {}])
    def test_an_unknown_transition_is_named(
        self, door: Any, world: World, event: dict[str, str]
    ) -> None:
        operation_id = world.begun()
        with pytest.raises(door.TransitionUnknown, match="begin, succeed and fail"):
            door.handler(event | {"operationId": operation_id}, None)
        assert world.store.get(operation_id).status is Status.IN_PROGRESS


class TestSettle:
    @pytest.fixture
    def door(self, load: Load, world: World) -> Any:
        door = load("settle")
        assert clients.stepfunctions.cache_info().currsize == 0
        door.lifecycle = world.lifecycle
        return door

    @pytest.mark.parametrize(
        ("detail", "code"),
        [
            ({"status": "ABORTED"}, "Aborted"),
            ({"status": "TIMED_OUT"}, "DeadlineExceeded"),
            ({"status": "FAILED", "error": "Runtime.ExitError", "cause": "…"}, "Crashed"),
            ({"status": "SUCCEEDED", "error": None}, "Incomplete"),
        ],
    )
    def test_the_end_of_an_execution_ends_its_operation(
        self, door: Any, world: World, detail: dict[str, Any], code: str
    ) -> None:
        operation_id = world.begun()
        for _ in range(2):
            door.handler(_execution_event(operation_id, **detail), None)
        operation = world.store.get(operation_id)
        assert [fault.code for fault in operation.errors] == [code]

    def test_what_a_step_has_ended_stays_so(self, door: Any, world: World) -> None:
        operation_id = world.begun()
        before = world.lifecycle.succeed(operation_id)
        door.handler(_execution_event(operation_id, status="SUCCEEDED"), None)
        assert world.store.get(operation_id) == before

    def test_a_running_execution_is_no_end(self, door: Any, world: World) -> None:
        operation_id = world.begun()
        door.handler(_execution_event(operation_id, status="RUNNING"), None)
        assert world.store.get(operation_id).status is Status.IN_PROGRESS

    @pytest.mark.parametrize("name", [NOBODY, "by-hand", "", NOBODY.replace("-", ""), "x" * 80])
    def test_executions_that_are_no_operations_are_passed_over(
        self, door: Any, world: World, name: str
    ) -> None:
        door.handler(_execution_event(name, status="FAILED"), None)
        assert world.store.changes == []


class TestSweep:
    def test_it_sweeps_and_says_how_many(
        self, load: Load, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        door = load("sweep", WORKFLOW_PREFIX=MACHINES)
        door.sweep = world.sweep
        operation_id = world.begun()
        with caplog.at_level("INFO"):
            door.handler({}, None)
            assert caplog.text == ""
            world.clock.pass_by(DEADLINE)
            door.handler({}, None)
        assert world.store.get(operation_id).status is Status.FAILED
        assert "looked at 1 operations" in caplog.text


class TestHistory:
    def test_a_batch_is_followed_up_or_asked_for_again(
        self, load: Load, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        door = load("history", BUS="longrun-test")
        asked: list[Any] = []

        def follow_up(batch: Any, followers: Any) -> str | None:
            assert followers == door.followers
            asked.append(batch["Records"])
            return "102" if batch["Records"] else None

        monkeypatch.setattr(door, "follow_up", follow_up)
        assert door.handler({"Records": []}, None) == {"batchItemFailures": []}
        assert door.handler({"Records": ["…"]}, None) == {
            "batchItemFailures": [{"itemIdentifier": "102"}]
        }
        assert asked == [[], ["…"]]

    def test_from_a_record_to_the_log_and_the_bus(self, load: Load) -> None:
        door = load("history", BUS="longrun-test")
        kept: list[Event] = []
        door.log.keep = kept.extend
        door.bus.announce = kept.extend
        answer = door.handler({"Records": [_record(_operation(status={"S": "ACCEPTED"}))]}, None)
        assert answer == {"batchItemFailures": []}
        assert [(each.type, each.tenant, each.time) for each in kept] == [
            ("accepted", "acme", NOW)
        ] * 2

    def test_an_end_is_learned_from_and_a_composition_is_told_of(self, load: Load) -> None:
        door = load("history", BUS="longrun-test")
        learned: list[tuple[str, int]] = []
        told: list[Notice] = []
        door.log.keep = door.bus.announce = lambda events: None
        door.estimates.note = lambda kind, ends: learned.append((kind, len(ends)))
        door.bus.tell = told.extend
        finished = {"S": "2026-11-21T12:00:02.000000Z"}
        composition = compositions.World().created(compositions.disability())
        records = [
            _record(_operation(status={"S": "SUCCEEDED"}, timeFinished=finished)),
            _record(to_item(composition)),
        ]
        assert door.handler({"Records": records}, None) == {"batchItemFailures": []}
        assert learned == [("test.work", 1)]
        assert [notice.name for notice in told] == ["composition.created"]


def _operation(**more: Any) -> dict[str, Any]:
    image = {
        "PK": {"S": f"OP#{NOBODY}"},
        "SK": {"S": "OP"},
        "kind": {"S": "test.work"},
        "tenant": {"S": "acme"},
        "owner": {"S": "ann"},
        "timeAccepted": {"S": "2026-11-21T12:00:00.000000Z"},
        "tags": {"M": {}},
        "resources": {"M": {}},
        "version": {"N": "1"},
    }
    return image | more


def _record(image: dict[str, Any]) -> dict[str, Any]:
    change = {
        "Keys": {"PK": image["PK"], "SK": image["SK"]},
        "NewImage": image,
        "SequenceNumber": "101",
        "ApproximateCreationDateTime": NOW.timestamp(),
    }
    return {"dynamodb": change}


def _execution_event(name: str, **detail: Any) -> dict[str, Any]:
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"name": name, "stateMachineArn": f"{MACHINES}test-work", **detail},
    }
