"""Task of the job that cancels a composition: by a signed cancellation, which is kept."""

from collections.abc import Mapping

from longrun.aws.compositions_engine import engine, roots
from longrun.compositions.jobs.cancel import cancel
from longrun.compositions.jobs.trusting import run_trusting
from longrun.contracts.kinds import KINDS

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Cancel the composition that the operation `event["operationId"]` was accepted for."""
    run_trusting(_ENGINE, event["operationId"], cancel, roots=roots)
