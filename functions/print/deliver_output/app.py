"""Task of the All-In-One workflow – output creation ends: files are kept and delivered."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.engine import run
from longrun.documents.steps.output_creation import deliver_output

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(deliver_output, _ENGINE))
