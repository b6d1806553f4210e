"""Task of the workflow of restores – an archive's catalogue takes the present one's place."""

from collections.abc import Mapping

from longrun.aws.snapshot_work import workshop
from longrun.contracts.kinds import KINDS
from longrun.datasets.snapshots.restoring import restore_snapshot
from longrun.datasets.snapshots.work import run

_WORKSHOP = workshop(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Restore the snapshot that the operation `event["operationId"]` was accepted for."""
    run(_WORKSHOP, event["operationId"], restore_snapshot)
