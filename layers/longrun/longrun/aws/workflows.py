"""The workflow engine on Step Functions."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from longrun.aws.faults import code_of, interrupted
from longrun.operations.errors import Interrupted
from longrun.operations.store import Outcome

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_SERVICE = "The workflow engine"


class StepFunctionsWorkflows:
    """Implements `longrun.operations.store.Workflows`.

    A state machine is named `<stack>-<workflow>`, an execution by its operation's id, and its
    input is that id alone: nothing of the work enters a history.
    """

    def __init__(self, *, client: "SFNClient", prefix: str) -> None:
        """Args: `prefix` is the state machines' ARN up to the workflow's name."""
        self._client = client
        self._prefix = prefix

    def start(self, workflow: str, operation_id: str) -> None:
        """See `Workflows.start`."""
        try:
            with interrupted(_SERVICE):
                self._client.start_execution(
                    stateMachineArn=self._prefix + workflow,
                    name=operation_id,
                    input=json.dumps({"operationId": operation_id}),
                )
        except ClientError as error:
            # Whatever the engine's reason, the operation is kept and its start is tried again.
            if code_of(error) != "ExecutionAlreadyExists":
                raise Interrupted(_SERVICE) from error

    def stop(self, workflow: str, operation_id: str) -> bool:
        """See `Workflows.stop`."""
        try:
            with interrupted(_SERVICE):
                self._client.stop_execution(executionArn=self._execution(workflow, operation_id))
        except ClientError as error:
            # An execution that has ended is a validation error, to Standard workflows.
            if code_of(error) in ("ExecutionDoesNotExist", "ValidationException"):
                return False
            raise Interrupted(_SERVICE) from error
        return True

    def outcome(self, workflow: str, operation_id: str) -> Outcome | None:
        """See `Workflows.outcome`."""
        try:
            with interrupted(_SERVICE):
                answer = self._client.describe_execution(
                    executionArn=self._execution(workflow, operation_id)
                )
        except ClientError as error:
            if code_of(error) == "ExecutionDoesNotExist":
                return None
            raise Interrupted(_SERVICE) from error
        return Outcome(status=answer["status"], error=answer.get("error"))

    def _execution(self, workflow: str, operation_id: str) -> str:
        machine = (self._prefix + workflow).replace(":stateMachine:", ":execution:")
        return f"{machine}:{operation_id}"
