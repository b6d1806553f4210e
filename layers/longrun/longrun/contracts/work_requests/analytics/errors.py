"""The one place where what went wrong becomes a status and this face's `{"code","message"}`.

A message never shows more than the error's own sentence; what nobody foresaw is logged with the
request's id, and only that id is told.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from longrun.datasets.errors import DataSetMissing, EntryTooLarge
from longrun.datasets.snapshots.errors import (
    SnapshotInUse,
    SnapshotUnfinished,
    SnapshotUnknown,
)
from longrun.datasets.workbooks import WorkbookMissing
from longrun.delivery.errors import PreconditionFailed, RangeNotSatisfiable, TooLargeToCarry
from longrun.documents.errors import InputInvalid
from longrun.filestore.errors import FileNotFound, FileStoreError
from longrun.gateway.answer import Answer, document
from longrun.gateway.errors import RequestMalformed
from longrun.identity.credentials import Unauthenticated
from longrun.identity.roles import ROLES
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.errors import (
    Claimed,
    Interrupted,
    KeyInUse,
    KeyReused,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)

RETRY_AFTER: Final = "2"
"""Seconds after which a call that met a passing fault may be repeated."""

_logger = logging.getLogger(__name__)


class Refused(Exception):
    """The contract itself refuses a call."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed call answers."""

    status: int
    code: str
    """Stable, in CamelCase."""
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The error body of the contract."""
        return document(
            {"code": self.code, "message": self.message},
            status=self.status,
            headers=dict(self.headers),
        )


def failed(error: Exception, request_id: str) -> Answer:
    """What the caller is told of an error.

    Args:
        error: Whatever an endpoint raised.
        request_id: By which the log finds the request; told where we are at fault.
    """
    for ancestor in type(error).__mro__:
        if ancestor in _FAILURES:
            return _FAILURES[ancestor](error).answer()
    _logger.error("Request %s failed", request_id, exc_info=error)
    return Failure(
        status=500,
        code="InternalServerError",
        message=f"The service failed to answer this request. Its id is {request_id}.",
    ).answer()


def unknown(method: str, path: str, allowed: Sequence[str]) -> Answer:
    """What a call of no endpoint is told.

    Args:
        method: Of the call.
        path: Of the call.
        allowed: The verbs that the path takes; none: there is no such path.
    """
    if allowed:
        verbs = ", ".join(allowed)
        return Failure(
            status=405,
            code="MethodNotAllowed",
            message=f"{path} takes {verbs}, not {method}.",
            headers={"Allow": verbs},
        ).answer()
    return Failure(
        status=404, code="NotFound", message=f"There is no method {method} {path}."
    ).answer()


def too_large() -> Answer:
    """What is told in place of an answer that no response carries."""
    return Failure(
        status=400,
        code="InvalidParameter",
        message="The answer is larger than one response carries; it is when compressed. "
        "Send the header Accept-Encoding: gzip.",
    ).answer()


def _said(status: int, code: str, **headers: str) -> Callable[[Exception], Failure]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda error: Failure(status=status, code=code, message=str(error), headers=named)


def _worded(status: int, code: str, message: str) -> Callable[[Any], Failure]:
    return lambda _: Failure(status=status, code=code, message=message)


def _refused(error: Refused) -> Failure:
    return Failure(status=error.status, code=error.code, message=str(error), headers=error.headers)


def _permission_missing(error: PermissionMissing) -> Failure:
    roles = [role for role, permissions in ROLES.items() if error.permission in permissions]
    return Failure(
        status=403,
        code="NotAuthorized",
        message=f"This needs the role {' or '.join(roles) or error.permission}.",
    )


NO_WORK_REQUEST: Final = "There is no such work request, or its retention is over."

_FAILURES: Mapping[type, Callable[[Any], Failure]] = {
    # A new error of the domain is one line here.
    Refused: _refused,
    RequestMalformed: _said(400, "InvalidParameter"),
    OperationUnknown: _worded(404, "NotFound", NO_WORK_REQUEST),
    OperationExpired: _worded(404, "NotFound", NO_WORK_REQUEST),
    PermissionMissing: _permission_missing,
    Claimed: lambda error: Failure(
        status=409,
        code="Conflict",
        message=f"Work request {error.operation_id} is at this already; start another "
        "when it has ended.",
    ),
    KeyReused: _worded(
        409,
        "InvalidatedRetryToken",
        "This opc-retry-token was used before, with another request.",
    ),
    KeyInUse: lambda _: Failure(
        status=409,
        code="Conflict",
        message="Another request with this opc-retry-token is being accepted just now; "
        "send it again in a moment.",
        headers={"Retry-After": RETRY_AFTER},
    ),
    Interrupted: _said(503, "ServiceUnavailable", Retry_After=RETRY_AFTER),
    Unauthenticated: _said(401, "NotAuthenticated"),
    FileNotFound: _said(404, "NotFound"),
    DataSetMissing: _said(404, "NotFound"),
    WorkbookMissing: _said(404, "NotFound"),
    EntryTooLarge: _said(400, "InvalidParameter"),
    # A template that came by a form is looked through by who names it first.
    FileStoreError: _said(400, "InvalidParameter"),
    InputInvalid: _said(400, "InvalidParameter"),
    ArtefactMissing: _worded(404, "NotFound", "The content was deleted, or has expired."),
    SnapshotUnknown: _said(404, "NotFound"),
    SnapshotUnfinished: _said(409, "Conflict"),
    SnapshotInUse: lambda error: Failure(
        status=409,
        code="Conflict",
        message=f"Work request {error.operation_id} is at work on snapshot {error.snapshot_id!r}; "
        "try again when it has ended.",
    ),
    PreconditionFailed: _said(412, "NoEtagMatch"),
    RangeNotSatisfiable: lambda error: Failure(
        status=416,
        code="InvalidParameter",
        message=str(error),
        headers={"Content-Range": f"bytes */{error.size}", "Accept-Ranges": "bytes"},
    ),
    TooLargeToCarry: _said(400, "InvalidParameter"),
}
