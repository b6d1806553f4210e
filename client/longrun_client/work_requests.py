"""The Python client of the work requests service: its public face.

Whatever is not named here may change. The errors are in `longrun_client.work_requests_errors`,
whose docstring draws their tree.
"""

from longrun_client.print_answers import SavedFile
from longrun_client.print_client import Pace
from longrun_client.work_requests_answers import (
    AffectedResource,
    Contents,
    DataSet,
    Export,
    Snapshot,
    Status,
    Workbook,
    WorkError,
    WorkRequest,
)
from longrun_client.work_requests_catalogue import DataSets, Workbooks
from longrun_client.work_requests_client import WorkRequestsClient
from longrun_client.work_requests_definitions import (
    ColumnRule,
    DataSetDefinition,
    ExportOrder,
    WorkbookDefinition,
    object_id,
)
from longrun_client.work_requests_errors import (
    Busy,
    CallRefused,
    Conflict,
    DownloadDamaged,
    InvalidCall,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    RoleMissing,
    ServiceFailed,
    ServiceUnreachable,
    StoreRefused,
    TokenRefused,
    UnexpectedAnswer,
    WaitedTooLong,
    WorkCanceled,
    WorkFailed,
    WorkRequestsError,
)
from longrun_client.work_requests_snapshots import Snapshots
from longrun_client.work_requests_tokens import ClientCredentials

__all__ = [
    "AffectedResource",
    "Busy",
    "CallRefused",
    "ClientCredentials",
    "ColumnRule",
    "Conflict",
    "Contents",
    "DataSet",
    "DataSetDefinition",
    "DataSets",
    "DownloadDamaged",
    "Export",
    "ExportOrder",
    "InvalidCall",
    "NotAuthenticated",
    "NotFound",
    "Pace",
    "PreconditionFailed",
    "RoleMissing",
    "SavedFile",
    "ServiceFailed",
    "ServiceUnreachable",
    "Snapshot",
    "Snapshots",
    "Status",
    "StoreRefused",
    "TokenRefused",
    "UnexpectedAnswer",
    "WaitedTooLong",
    "WorkCanceled",
    "WorkError",
    "WorkFailed",
    "WorkRequest",
    "WorkRequestsClient",
    "WorkRequestsError",
    "Workbook",
    "WorkbookDefinition",
    "Workbooks",
    "object_id",
]
