"""Door: what follows from changes in the table: history, events on the bus, estimates."""

import logging
from collections.abc import Mapping
from typing import Any

from longrun.aws.bus import EventBridgeBus
from longrun.aws.clients import dynamodb, events
from longrun.aws.composition_events import CompositionEvents
from longrun.aws.environment import environment
from longrun.aws.estimates import DynamoEstimates
from longrun.aws.history import DynamoEventLog
from longrun.aws.stream import Follower, again_from, follow_up, operations
from longrun.operations.estimates import learn
from longrun.operations.history import follow

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

log = DynamoEventLog(
    client=dynamodb(), table=environment().table, retention=environment().retention
)
bus = EventBridgeBus(client=events(), name=environment().bus)
estimates = DynamoEstimates(dynamodb(), environment().table)

followers: tuple[Follower, ...] = (
    lambda group: follow(operations(group), log=log, bus=bus),
    CompositionEvents(bus),
    lambda group: learn(operations(group), estimates),
)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Follow up a batch of changes.

    Args:
        event: A batch of the table's stream.
        context: Of the invocation; not used.

    Returns:
        From which record on the batch must be handed out again, if from any.
    """
    mark = follow_up(event, followers)
    if mark is not None:
        logger.warning("The stream is followed up again from record %s.", mark)
    return again_from(mark)
