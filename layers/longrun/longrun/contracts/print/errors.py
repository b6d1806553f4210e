"""The one place where what went wrong becomes a status and the contract's JSON Error.

A message never shows more than the error's own sentence; what nobody foresaw is logged with the
request's id, and only that id is told.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from longrun.delivery.errors import PreconditionFailed, RangeNotSatisfiable, TooLargeToCarry
from longrun.documents.errors import InputInvalid
from longrun.documents.sets import SetMissing
from longrun.filestore.errors import (
    ClosedFormat,
    DigestWrong,
    EmptyUpload,
    FileInUse,
    FileNotFound,
    UnsafePath,
)
from longrun.gateway.answer import Answer, document
from longrun.gateway.errors import RequestMalformed
from longrun.identity.credentials import Unauthenticated
from longrun.identity.roles import ROLES
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.errors import (
    Interrupted,
    KeyReused,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)

RETRY_AFTER: Final = "2"
"""Seconds after which a call that met a passing fault may be repeated."""

_logger = logging.getLogger(__name__)


class Refused(Exception):
    """The contract itself refuses a call: 400 unless another status is given."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.parameter = parameter
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed call answers."""

    status: int
    message: str
    parameter: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The JSON Error of the contract."""
        error: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.parameter is not None:
            error["parameter"] = self.parameter
        return document({"error": error}, status=self.status, headers=dict(self.headers))


def failure_of(error: Exception, request_id: str) -> Failure:
    """What the caller is told of an error.

    Args:
        error: Whatever a method raised.
        request_id: By which the log finds the request; told where we are at fault.
    """
    for ancestor in type(error).__mro__:
        if ancestor in _FAILURES:
            return _FAILURES[ancestor](error)
    _logger.error("Request %s failed", request_id, exc_info=error)
    return Failure(
        status=500,
        message=f"The service failed to answer this request. Its id is {request_id}.",
    )


def _refused(error: Refused) -> Failure:
    return Failure(
        status=error.status,
        message=str(error),
        parameter=error.parameter,
        headers=error.headers,
    )


def _permission_missing(error: PermissionMissing) -> Failure:
    roles = [role for role, permissions in ROLES.items() if error.permission in permissions]
    return Failure(
        status=403,
        message=f"This needs the role {' or '.join(roles) or error.permission}.",
        parameter=roles[0] if roles else None,
    )


def _said(status: int) -> Callable[[Exception], Failure]:
    return lambda error: Failure(status=status, message=str(error))


def _worded(status: int, message: str, parameter: str | None = None) -> Callable[[Any], Failure]:
    return lambda _: Failure(status=status, message=message, parameter=parameter)


OPERATION_NOT_FOUND: Final = "Operation not found in Server"

_FAILURES: Mapping[type, Callable[[Any], Failure]] = {
    Refused: _refused,
    RequestMalformed: lambda error: Failure(
        status=400, message=str(error), parameter=error.parameter
    ),
    OperationUnknown: _worded(404, OPERATION_NOT_FOUND, "operationId"),
    OperationExpired: _worded(404, OPERATION_NOT_FOUND, "operationId"),
    PermissionMissing: _permission_missing,
    KeyReused: lambda error: Failure(status=400, message=str(error), parameter="Idempotency-Key"),
    Interrupted: lambda error: Failure(
        status=503, message=str(error), headers={"Retry-After": RETRY_AFTER}
    ),
    Unauthenticated: _said(401),
    FileNotFound: _said(404),
    UnsafePath: _said(404),
    ArtefactMissing: _worded(404, "The file's content was deleted, or has expired."),
    SetMissing: _said(404),
    PreconditionFailed: lambda error: Failure(
        status=412, message=str(error), parameter=error.header
    ),
    RangeNotSatisfiable: lambda error: Failure(
        status=416,
        message=str(error),
        parameter="Range",
        headers={"Content-Range": f"bytes */{error.size}", "Accept-Ranges": "bytes"},
    ),
    TooLargeToCarry: lambda error: Failure(status=400, message=str(error), parameter="delivery"),
    FileInUse: lambda error: Failure(
        status=400,
        message=f"The file is still required by OL Connect: {error.name!r} is being worked on.",
        parameter="fileId",
    ),
    EmptyUpload: _worded(400, "Request contains no data for upload to File Store"),
    ClosedFormat: _said(400),
    DigestWrong: _said(400),
    InputInvalid: _said(400),
}
