"""The Python client of the print service: its public face.

Whatever is not named here may change. The errors are in `longrun_client.print_errors`, whose
docstring draws their tree.
"""

from longrun_client.print_answers import (
    ContentItem,
    DataRecord,
    FileHead,
    Pages,
    Progress,
    Resource,
    RunningOperation,
    SavedFile,
    Submitted,
    Token,
    Version,
)
from longrun_client.print_client import Pace, PrintClient
from longrun_client.print_configuration import (
    AdHoc,
    AllInOne,
    ContentCreation,
    DataMining,
    DataReading,
    JobCreation,
    OutputCreation,
)
from longrun_client.print_entities import Entities
from longrun_client.print_errors import (
    Busy,
    CallRefused,
    DownloadDamaged,
    InvalidCall,
    NotAuthenticated,
    NotFound,
    PrintServiceError,
    RoleMissing,
    ServiceFailed,
    ServiceUnreachable,
    StoreRefused,
    TooLarge,
    UnexpectedAnswer,
    WaitedTooLong,
)
from longrun_client.print_files import FileKind, FileStore
from longrun_client.print_results import (
    ManagedOutput,
    OutputPaths,
    Result,
    ResultType,
    SetIds,
    SetResult,
    SpoolFile,
)

__all__ = [
    "AdHoc",
    "AllInOne",
    "Busy",
    "CallRefused",
    "ContentCreation",
    "ContentItem",
    "DataMining",
    "DataReading",
    "DataRecord",
    "DownloadDamaged",
    "Entities",
    "FileHead",
    "FileKind",
    "FileStore",
    "InvalidCall",
    "JobCreation",
    "ManagedOutput",
    "NotAuthenticated",
    "NotFound",
    "OutputCreation",
    "OutputPaths",
    "Pace",
    "Pages",
    "PrintClient",
    "PrintServiceError",
    "Progress",
    "Resource",
    "Result",
    "ResultType",
    "RoleMissing",
    "RunningOperation",
    "SavedFile",
    "ServiceFailed",
    "ServiceUnreachable",
    "SetIds",
    "SetResult",
    "SpoolFile",
    "StoreRefused",
    "Submitted",
    "Token",
    "TooLarge",
    "UnexpectedAnswer",
    "Version",
    "WaitedTooLong",
]
