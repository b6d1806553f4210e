"""The engine, its events and the sweep: whatever is lost or refused, nothing runs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from longrun.aws.operation_items import stamp
from longrun.operations.states import Status
from tests.integration.breakage import Breakage
from tests.integration.caller import Caller, refusal
from tests.integration.letters import PAGES, Letters
from tests.integration.pdf import page_count
from tests.integration.root import Root


@contextmanager
def starts_refused(root: Root) -> Iterator[None]:
    """Deny the API to start executions."""
    role = root.role_of("PrintApi").rsplit("/", 1)[-1]
    policy = (
        '{"Version": "2012-10-17", "Statement": '
        '[{"Effect": "Deny", "Action": "states:StartExecution", "Resource": "*"}]}'
    )
    root.iam.put_role_policy(RoleName=role, PolicyName="refused", PolicyDocument=policy)
    try:
        yield
    finally:
        root.iam.delete_role_policy(RoleName=role, PolicyName="refused")


@contextmanager
def deaf(root: Root) -> Iterator[None]:
    """Have nobody hear of the end of executions."""
    [name] = [
        rule["Name"]
        for rule in root.events.list_rules()["Rules"]
        if "SettleExecutionEnded" in rule["Name"]
    ]
    root.events.disable_rule(Name=name)
    try:
        yield
    finally:
        root.events.enable_rule(Name=name)


def sweep(root: Root, operation: str, **attributes: Any) -> None:
    """Have the sweep look at an operation now."""
    root.change(operation, dueAt=0, **attributes)
    answer = root.invoke("Sweep", {})
    assert not answer.failed, answer.log


def ago(**time: float) -> str:
    return stamp(datetime.now(UTC) - timedelta(**time))


def check_failed(root: Root, acme: Caller, operation: str, said: str) -> None:
    acme.wait(operation)
    answer = acme.result(operation)
    assert answer.status_code == 500
    assert said in refusal(answer)
    assert operation not in acme.running()
    assert root.execution_status(operation) != "RUNNING"


def test_an_execution_that_is_stopped_from_outside_fails_its_operation(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintCreateJobs", "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        root.workflows.stop_execution(executionArn=root.execution(operation))
        check_failed(root, acme, operation, "was stopped from outside during Content Creation")
    breakage.idle("PrintCreateJobs")
    assert root.operation(operation).resource("JOB_SET") is None


def test_what_the_engine_refused_to_start_is_accepted_and_started_by_the_sweep(
    root: Root, acme: Caller, letters: Letters
) -> None:
    with starts_refused(root):
        operation = acme.submit(letters.configuration())
        assert acme.progress(operation) == "0"
        assert acme.running()[operation]["subTask"] == "Waiting"
    assert root.operation(operation).status is Status.ACCEPTED
    assert root.execution_status(operation) is None

    sweep(root, operation)

    acme.wait(operation)
    assert page_count(acme.result(operation).content) == PAGES


def test_a_repeated_submit_starts_what_was_refused_before(
    root: Root, acme: Caller, letters: Letters
) -> None:
    key = {"Idempotency-Key": f"refused {letters.name}"}
    with starts_refused(root):
        operation = acme.submit(letters.configuration(), **key)

    assert acme.submit(letters.configuration(), **key) == operation
    acme.wait(operation)
    assert acme.result(operation).status_code == 200


def test_what_was_never_started_is_canceled_at_once(
    root: Root, acme: Caller, letters: Letters
) -> None:
    with starts_refused(root):
        operation = acme.submit(letters.configuration())
        assert acme.cancel(operation).status_code == 204
        assert acme.progress(operation) == "done"
    assert root.operation(operation).status is Status.CANCELED


def test_what_cannot_be_started_for_long_is_given_up(
    root: Root, acme: Caller, letters: Letters
) -> None:
    with starts_refused(root):
        operation = acme.submit(letters.configuration())
        sweep(root, operation, timeAccepted=ago(minutes=20))
    check_failed(root, acme, operation, "could not be started")


def test_an_end_that_nobody_heard_of_is_found_by_the_sweep(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintMapData", "hold") as held, deaf(root):
        operation = acme.submit(letters.configuration())
        held.wait()
        root.workflows.stop_execution(executionArn=root.execution(operation))
        assert root.operation(operation).status is Status.IN_PROGRESS
        sweep(root, operation)
        check_failed(root, acme, operation, "was stopped from outside")


def test_a_cancellation_whose_end_nobody_heard_of_is_completed_by_the_sweep(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintMapData", "hold") as held, deaf(root):
        operation = acme.submit(letters.configuration())
        held.wait()
        acme.cancel(operation)
        assert acme.running()[operation]["subTask"] == "Canceling"
        sweep(root, operation)
        assert acme.progress(operation) == "done"
    assert root.operation(operation).status is Status.CANCELED


def test_what_outlives_its_deadline_is_stopped(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintMapData", "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        sweep(root, operation, timeStarted=ago(hours=7))
        check_failed(root, acme, operation, "took longer than allowed and was stopped")
    assert root.execution_status(operation) == "ABORTED"


def test_the_sweep_leaves_alone_what_runs_in_its_time(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    with breakage.told("PrintMapData", "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        for _ in range(2):
            sweep(root, operation)
        assert root.operation(operation).status is Status.IN_PROGRESS
    acme.wait(operation)
    assert acme.result(operation).status_code == 200


def test_lifecycle_calls_that_come_again_or_out_of_order_change_nothing(
    root: Root, acme: Caller, letters: Letters, breakage: Breakage
) -> None:
    def call(transition: str) -> bool:
        event = {"transition": transition, "operationId": operation, "error": {"Error": "Late"}}
        return not root.invoke("Lifecycle", event).failed

    def settled(status: str) -> bool:
        detail = {"name": operation, "status": status}
        return not root.invoke("Settle", {"detail": detail}).failed

    with breakage.told("PrintMapData", "hold") as held:
        operation = acme.submit(letters.configuration())
        held.wait()
        begun = root.operation(operation)

        assert call("begin") and call("begin") and settled("RUNNING")
        assert root.operation(operation) == begun

        assert call("fail")
        failed = root.operation(operation)
        assert (failed.status, failed.version) == (Status.FAILED, begun.version + 1)
        assert not call("begin")  # which ends a workflow that begins too late
        assert call("succeed") and call("fail")
        assert settled("SUCCEEDED") and settled("ABORTED")
        assert acme.cancel(operation).status_code == 204
        assert root.operation(operation) == failed
    breakage.idle("PrintMapData")
    assert root.operation(operation) == failed


def test_lifecycle_calls_after_success_change_nothing(
    root: Root, acme: Caller, letters: Letters
) -> None:
    operation = acme.submit(letters.configuration())
    acme.wait(operation)
    ended = root.operation(operation)

    for transition in ("fail", "succeed", "begin"):
        root.invoke("Lifecycle", {"transition": transition, "operationId": operation})
    root.invoke("Settle", {"detail": {"name": operation, "status": "ABORTED"}})

    assert root.operation(operation) == ended
    assert acme.result(operation).status_code == 200


def test_the_end_of_an_execution_that_is_no_operations_is_passed_over(root: Root) -> None:
    for name in ("00000000-0000-4000-8000-000000000000", "by-hand"):
        answer = root.invoke("Settle", {"detail": {"name": name, "status": "FAILED"}})
        assert not answer.failed, answer.log
