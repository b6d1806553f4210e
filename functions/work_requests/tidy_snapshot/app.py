"""Task of both workflows of snapshots – the end: what served the operation alone is removed."""

from collections.abc import Mapping

from longrun.aws.snapshot_work import workshop
from longrun.contracts.kinds import KINDS
from longrun.contracts.work_requests.kinds import CREATE_SNAPSHOT, RESTORE_SNAPSHOT
from longrun.datasets.snapshots.creating import abandon_snapshot
from longrun.datasets.snapshots.restoring import tidy_restore
from longrun.datasets.snapshots.work import tidy

_WORKSHOP = workshop(KINDS)
_STEPS = {CREATE_SNAPSHOT.name: abandon_snapshot, RESTORE_SNAPSHOT.name: tidy_restore}


def handler(event: Mapping[str, str], context: object) -> None:
    """Tidy up after the operation `event["operationId"]`."""
    tidy(_WORKSHOP, event["operationId"], _STEPS)
