"""Task of the All-In-One workflow – data mapping: the data file becomes a data set."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.data_mapping import map_data
from longrun.documents.steps.engine import run

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(map_data, _ENGINE))
