"""The workflow engine on Step Functions: what it is asked, and what its answers mean."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from longrun.aws.workflows import StepFunctionsWorkflows
from longrun.operations.errors import Interrupted
from longrun.operations.store import Outcome

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

OPERATION = "6f1c1e0e-5f0b-4f3c-9d0e-0a9d3b1f2c4d"
PREFIX = "arn:aws:states:us-east-1:123456789012:stateMachine:longrun-test-"
MACHINE = f"{PREFIX}print-all-in-one"
EXECUTION = (
    "arn:aws:states:us-east-1:123456789012:execution:longrun-test-print-all-in-one:" + OPERATION
)
WORKFLOW = "print-all-in-one"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def client(aws: None) -> "SFNClient":
    return boto3.client("stepfunctions", region_name="us-east-1")


@pytest.fixture
def engine(client: "SFNClient") -> Iterator[Stubber]:
    """The engine's answers, in order; it must be asked exactly so."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def workflows(client: "SFNClient") -> StepFunctionsWorkflows:
    return StepFunctionsWorkflows(client=client, prefix=PREFIX)


def test_an_execution_is_named_by_its_operation_and_told_nothing_else(
    workflows: StepFunctionsWorkflows, engine: Stubber
) -> None:
    engine.add_response(
        "start_execution",
        {"executionArn": EXECUTION, "startDate": NOW},
        {
            "stateMachineArn": MACHINE,
            "name": OPERATION,
            "input": json.dumps({"operationId": OPERATION}),
        },
    )
    workflows.start(WORKFLOW, OPERATION)


def test_what_was_started_before_is_left_alone(
    workflows: StepFunctionsWorkflows, engine: Stubber
) -> None:
    engine.add_client_error("start_execution", "ExecutionAlreadyExists")
    workflows.start(WORKFLOW, OPERATION)


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ExecutionLimitExceeded", "StateMachineDoesNotExist", "AccessDenied"],
)
def test_a_refusal_of_any_sort_leaves_the_start_to_the_sweep(
    workflows: StepFunctionsWorkflows, engine: Stubber, code: str
) -> None:
    engine.add_client_error("start_execution", code)
    with pytest.raises(Interrupted, match="The workflow engine could not answer"):
        workflows.start(WORKFLOW, OPERATION)


def test_a_running_execution_is_stopped(workflows: StepFunctionsWorkflows, engine: Stubber) -> None:
    engine.add_response("stop_execution", {"stopDate": NOW}, {"executionArn": EXECUTION})
    assert workflows.stop(WORKFLOW, OPERATION)


@pytest.mark.parametrize("code", ["ExecutionDoesNotExist", "ValidationException"])
def test_there_is_nothing_to_stop(
    workflows: StepFunctionsWorkflows, engine: Stubber, code: str
) -> None:
    engine.add_client_error("stop_execution", code)
    assert not workflows.stop(WORKFLOW, OPERATION)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDenied"])
def test_a_refused_stop_or_question_interrupts(
    workflows: StepFunctionsWorkflows, engine: Stubber, code: str
) -> None:
    engine.add_client_error("stop_execution", code)
    engine.add_client_error("describe_execution", code)
    with pytest.raises(Interrupted):
        workflows.stop(WORKFLOW, OPERATION)
    with pytest.raises(Interrupted):
        workflows.outcome(WORKFLOW, OPERATION)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": "RUNNING"}, Outcome(status="RUNNING")),
        (
            {"status": "FAILED", "error": "Runtime.ExitError", "cause": "a customer's name"},
            Outcome(status="FAILED", error="Runtime.ExitError"),
        ),
        ({"status": "ABORTED"}, Outcome(status="ABORTED")),
    ],
)
def test_an_outcome_is_the_engines_word_without_its_details(
    workflows: StepFunctionsWorkflows, engine: Stubber, answer: dict[str, Any], outcome: Outcome
) -> None:
    described = {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "startDate": NOW,
        **answer,
    }
    engine.add_response("describe_execution", described, {"executionArn": EXECUTION})
    assert workflows.outcome(WORKFLOW, OPERATION) == outcome


def test_what_was_never_started_has_no_outcome(
    workflows: StepFunctionsWorkflows, engine: Stubber
) -> None:
    engine.add_client_error("describe_execution", "ExecutionDoesNotExist")
    assert workflows.outcome(WORKFLOW, OPERATION) is None
