"""Task of the All-In-One workflow – content creation: one chunk of records is typeset."""

from collections.abc import Mapping
from typing import Any

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.content_creation import ContentTask
from longrun.documents.steps.engine import run
from longrun.documents.steps.typesetting import Templates, create_content

_ENGINE = engine(KINDS)
_TEMPLATES = Templates()


def handler(event: Mapping[str, Any], context: object) -> None:
    """Run the step for one item of the Map, a `ContentTask`."""
    task = ContentTask.read(event)
    run(
        _ENGINE,
        task.operation_id,
        lambda operation: create_content(_ENGINE, operation, task, _TEMPLATES),
    )
