"""The jobs that verify signatures, by the roots that the operation's tenant trusts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from longrun.compositions.jobs.engine import Engine, run
from longrun.compositions.signatures.signed import Signed
from longrun.compositions.signatures.trust import Trust
from longrun.compositions.signatures.verification import verify
from longrun.operations.operation import Operation


def run_trusting(
    engine: Engine,
    operation_id: str,
    step: Callable[[Engine, Operation], None],
    *,
    roots: Callable[[str], str],
) -> None:
    """Run a job's step as `engine.run` does, over the tenant's own roots.

    Args:
        engine: The services, but for the verifying.
        operation_id: The operation.
        step: The step.
        roots: The certificates that a tenant trusts, in PEM; blank: none.
    """
    tenant = engine.operations.get(operation_id).tenant

    def verified(blob: bytes, at: datetime) -> Signed:
        return verify(blob, Trust.read(roots(tenant)), at)

    run(replace(engine, verify=verified), operation_id, step)
