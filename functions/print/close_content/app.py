"""Task of the All-In-One workflow – content creation ends: the chunks become a content set."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.content_creation import close_content
from longrun.documents.steps.engine import run

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(close_content, _ENGINE))
