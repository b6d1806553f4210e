"""Door: every minute, a look at what was never started or has outlived its deadline."""

import logging

from longrun.aws.platform import AwsPlatform
from longrun.contracts.kinds import KINDS
from longrun.operations.lifecycle import Lifecycle
from longrun.operations.sweep import Sweep

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

platform = AwsPlatform()
sweep = Sweep(
    lifecycle=Lifecycle(
        store=platform.states,
        workflows=platform.workflows,
        kinds=KINDS,
        retention=platform.retention,
        clock=platform.clock,
    ),
    store=platform.states,
    workflows=platform.workflows,
    kinds=KINDS,
    clock=platform.clock,
)


def handler(event: object, context: object) -> None:
    """Sweep once.

    Args:
        event: Of the schedule; not used.
        context: Of the invocation; not used.
    """
    looked = sweep.run()
    if looked:
        logger.info("The sweep looked at %d operations.", looked)
