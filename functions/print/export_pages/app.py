"""Task of the All-In-One workflow – an export: pages of the output as a PDF or as pictures."""

from collections.abc import Mapping
from functools import partial

from longrun.aws.engine import engine
from longrun.contracts.kinds import KINDS
from longrun.documents.steps.engine import run
from longrun.documents.steps.page_export import export_pages

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Run the step for the operation `event["operationId"]`."""
    run(_ENGINE, event["operationId"], partial(export_pages, _ENGINE))
