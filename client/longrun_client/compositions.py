"""The Python client of the compositions service: its public face.

Whatever is not named here may change. The errors are in `longrun_client.compositions_errors`,
whose docstring draws their tree; signatures are made by `longrun_client.signing`.
"""

from longrun_client.compositions_answers import (
    Composition,
    CompositionStatus,
    Job,
    JobError,
    JobStatus,
    Relation,
)
from longrun_client.compositions_client import CompositionsClient
from longrun_client.compositions_documents import Place, cancellation
from longrun_client.compositions_errors import (
    Busy,
    CallRefused,
    CompositionsError,
    DownloadDamaged,
    InvalidCall,
    JobFailed,
    NotAuthenticated,
    NotForYou,
    NotFound,
    ServiceFailed,
    ServiceUnreachable,
    TokenRefused,
    UnexpectedAnswer,
    WaitedTooLong,
)
from longrun_client.print_answers import SavedFile
from longrun_client.work_requests_tokens import ClientCredentials

__all__ = [
    "Busy",
    "CallRefused",
    "ClientCredentials",
    "Composition",
    "CompositionStatus",
    "CompositionsClient",
    "CompositionsError",
    "DownloadDamaged",
    "InvalidCall",
    "Job",
    "JobError",
    "JobFailed",
    "JobStatus",
    "NotAuthenticated",
    "NotForYou",
    "NotFound",
    "Place",
    "Relation",
    "SavedFile",
    "ServiceFailed",
    "ServiceUnreachable",
    "TokenRefused",
    "UnexpectedAnswer",
    "WaitedTooLong",
    "cancellation",
]
