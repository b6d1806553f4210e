"""Task of the job that creates a composition: it is checked and kept, unsigned."""

from collections.abc import Mapping

from longrun.aws.compositions_engine import engine
from longrun.compositions.jobs.create import create
from longrun.compositions.jobs.engine import run
from longrun.contracts.kinds import KINDS

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Create the composition that the operation `event["operationId"]` was accepted for."""
    run(_ENGINE, event["operationId"], create)
