"""Task of the workflow of snapshots – the catalogue of one moment becomes an archive."""

from collections.abc import Mapping

from longrun.aws.snapshot_work import workshop
from longrun.contracts.kinds import KINDS
from longrun.datasets.snapshots.creating import create_snapshot
from longrun.datasets.snapshots.work import run

_WORKSHOP = workshop(KINDS)


def handler(event: Mapping[str, str], context: object) -> None:
    """Take the snapshot that the operation `event["operationId"]` was accepted for."""
    run(_WORKSHOP, event["operationId"], create_snapshot)
