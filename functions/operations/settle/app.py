"""Door: the engine tells that an execution has ended; its operation ends too, if it has not."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from longrun.aws.platform import AwsPlatform
from longrun.contracts.kinds import KINDS
from longrun.operations.errors import OperationUnknown
from longrun.operations.lifecycle import Lifecycle
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


def handler(event: Mapping[str, Any], context: object) -> None:
    """Settle the operation that the execution is named by; other executions are passed over.

    Args:
        event: "Step Functions Execution Status Change" of EventBridge.
        context: Of the invocation; not used.
    """
    detail = event["detail"]
    outcome = Outcome(status=detail["status"], error=detail.get("error"))
    name: str = detail["name"]
    if outcome.running or not _is_operation_id(name):
        return
    try:
        operation = lifecycle.settle(name, outcome)
    except OperationUnknown:
        logger.info("Execution %s is no operation's.", name)
        return
    logger.info("Execution %s: %s; its operation is %s.", name, outcome.status, operation.status)


def _is_operation_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
