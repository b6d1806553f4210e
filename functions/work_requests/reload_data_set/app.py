"""Task of the reload workflow: a data set is read anew from its source, and exchanged."""

from collections.abc import Mapping
from typing import Any

from longrun.aws.reload_engine import reload_engine
from longrun.contracts.kinds import KINDS
from longrun.datasets.reload import run, tidy

_ENGINE = reload_engine(KINDS)


def handler(event: Mapping[str, Any], context: object) -> None:
    """Run the step for the operation `event["operationId"]`, or `event["tidy"]` up after it."""
    step = tidy if event.get("tidy") else run
    step(_ENGINE, event["operationId"])
