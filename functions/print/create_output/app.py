"""Task of the All-In-One workflow – output creation: one part of the files is written."""

from collections.abc import Mapping
from typing import Any

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.engine import run
from longrun.documents.steps.output_writing import OutputPart, create_output

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, Any], context: object) -> None:
    """Run the step for one item of the Map, an `OutputPart`."""
    part = OutputPart.read(event)
    run(
        _ENGINE,
        part.operation_id,
        lambda operation: create_output(_ENGINE, operation, part.number),
    )
