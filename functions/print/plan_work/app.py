"""Task of the All-In-One workflow – the plan: checked configurations, and the ordered parts."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.engine import run
from longrun.documents.steps.plan import plan_work

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> dict[str, bool]:
    """Run the step for the operation `event["operationId"]`."""
    return run(_ENGINE, event["operationId"], partial(plan_work, _ENGINE))
