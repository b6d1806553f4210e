"""Task of the All-In-One workflow – data mapping of a named data set: its records are copied."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine, record_source
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.data_reading import read_data_set
from longrun.documents.steps.engine import run

_ENGINE = engine(KINDS)
_SOURCE = record_source()


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(read_data_set, _ENGINE, source=_SOURCE))
