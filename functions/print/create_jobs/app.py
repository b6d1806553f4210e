"""Task of the All-In-One workflow – job creation: documents are sorted and grouped into jobs."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.engine import run
from longrun.documents.steps.job_creation import create_jobs

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(create_jobs, _ENGINE))
