"""Door: a workflow tells that it begins, has succeeded or has failed."""

import logging
from collections.abc import Mapping
from typing import Any

from longrun.aws.platform import AwsPlatform
from longrun.contracts.kinds import KINDS
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.operation import Source
from longrun.operations.store import Outcome

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

platform = AwsPlatform()
lifecycle = Lifecycle(
    store=platform.states,
    kinds=KINDS,
    retention=platform.retention,
    clock=platform.clock,
)


class TransitionUnknown(Exception):
    """A workflow asked for a transition that there is none of."""

    def __init__(self, name: object) -> None:
        super().__init__(f"There is no transition {name!r}; there are begin, succeed and fail.")
        self.name = name


def handler(event: Mapping[str, Any], context: object) -> dict[str, str | bool]:
    """Make one transition; repeated, or out of order, it changes nothing.

    Args:
        event: `{"transition": "begin" | "succeed" | "fail", "operationId": …, "error"?: {"Error",
            "Cause"}}`; the cause is never looked at, for it may hold data.
        context: Of the invocation; not used.

    Returns:
        `{"operationId": …, "fault": …}`, for the state that follows; `fault` is true where the
        operation failed and the service is to blame for it.

    Raises:
        OperationStopped: On `begin`: it is being canceled, or has ended.
        TransitionUnknown: It is none of the three.
    """
    operation_id: str = event["operationId"]
    match event.get("transition"):
        case "begin":
            operation = lifecycle.begin(operation_id)
        case "succeed":
            operation = lifecycle.succeed(operation_id)
        case "fail":
            error = event.get("error") or {}
            outcome = Outcome(status="FAILED", error=error.get("Error"))
            logger.info("The workflow of operation %s failed: %s", operation_id, outcome.error)
            operation = lifecycle.settle(operation_id, outcome)
        case other:
            raise TransitionUnknown(other)
    logger.info("Operation %s is %s.", operation_id, operation.status)
    blamed = any(fault.source is Source.SYSTEM for fault in operation.errors)
    return {"operationId": operation_id, "fault": blamed}
