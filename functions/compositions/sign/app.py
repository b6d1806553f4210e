"""Task of the job that signs a composition: the signature is verified, kept, and takes effect."""

from collections.abc import Mapping

from longrun.aws.compositions_engine import engine, roots
from longrun.compositions.jobs.sign import sign
from longrun.compositions.jobs.trusting import run_trusting
from longrun.contracts.kinds import KINDS

_ENGINE = engine(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Sign the composition that the operation `event["operationId"]` was accepted for."""
    run_trusting(_ENGINE, event["operationId"], sign, roots=roots)
