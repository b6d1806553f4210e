"""Task of the All-In-One workflow – the end: what served the operation alone is removed."""

from collections.abc import Mapping

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.tidy import tidy

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Tidy up after the operation `event["operationId"]`."""
    tidy(_ENGINE, event["operationId"])
