"""Door: what follows from a change of an operation: its history, and events on the bus."""

import logging
from collections.abc import Mapping
from typing import Any

from longrun.aws.bus import EventBridgeBus
from longrun.aws.clients import dynamodb, events
from longrun.aws.environment import environment
from longrun.aws.history import DynamoEventLog
from longrun.aws.stream import again_from, changes
from longrun.operations.history import follow

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

log = DynamoEventLog(
    client=dynamodb(), table=environment().table, retention=environment().retention
)
bus = EventBridgeBus(client=events(), name=environment().bus)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Follow up a batch of changes.

    Args:
        event: A batch of the table's stream.
        context: Of the invocation; not used.

    Returns:
        From which record on the batch must be handed out again, if from any.
    """
    mark = follow(changes(event), log=log, bus=bus)
    if mark is not None:
        logger.warning("The stream is followed up again from record %s.", mark)
    return again_from(mark)
