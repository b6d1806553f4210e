"""The kinds of operation that are started here: reload, export, snapshots.

Read by each function that changes states: input models are loaded by the kinds themselves, where
work is accepted.
"""

from datetime import timedelta
from typing import Final

from longrun.identity.roles import DATASETS_AUTHOR, SNAPSHOTS_ADMIN
from longrun.operations.kinds import InputModel, Kind


def _reload_order() -> InputModel:
    from longrun.contracts.work_requests.reload_order import ReloadOrder

    return ReloadOrder


RELOAD_DATA_SET: Final = Kind(
    name="dataset.reload",
    permission=DATASETS_AUTHOR,
    input=_reload_order,
    typical=timedelta(seconds=10),
    deadline=timedelta(hours=1),
)


def _export_order() -> InputModel:
    from longrun.contracts.work_requests.export_order import ExportOrder

    return ExportOrder


EXPORT_WORKBOOK: Final = Kind(
    name="workbook.export",
    permission=DATASETS_AUTHOR,
    input=_export_order,
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=6),
)


def _snapshot_order() -> InputModel:
    from longrun.contracts.work_requests.snapshot_orders import SnapshotOrder

    return SnapshotOrder


def _restore_order() -> InputModel:
    from longrun.contracts.work_requests.snapshot_orders import RestoreOrder

    return RestoreOrder


CREATE_SNAPSHOT: Final = Kind(
    name="snapshot.create",
    permission=SNAPSHOTS_ADMIN,
    input=_snapshot_order,
    typical=timedelta(seconds=20),
    deadline=timedelta(hours=2),
)
RESTORE_SNAPSHOT: Final = Kind(
    name="snapshot.restore",
    permission=SNAPSHOTS_ADMIN,
    input=_restore_order,
    typical=timedelta(seconds=30),
    deadline=timedelta(hours=2),
)
