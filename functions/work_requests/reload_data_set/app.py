"""Task of the reload workflow: a data set is read anew from its source, and exchanged."""

from collections.abc import Mapping

from longrun.aws.reload_engine import reload_engine
from longrun.contracts.kinds import KINDS
from longrun.datasets.reload import run

_ENGINE = reload_engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"])
