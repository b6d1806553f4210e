"""The one place where what went wrong becomes a status and this face's `{"code","message"}`.

The codes are those that the OCI SDK acts on: it repeats a 409 `IncorrectState` for ten minutes, so
a work request that has ended is a `Conflict`. What nobody foresaw is logged with the request's id.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from longrun.gateway.answer import Answer, document
from longrun.gateway.errors import RequestMalformed
from longrun.identity.credentials import Unauthenticated
from longrun.operations.errors import (
    Interrupted,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)

_logger = logging.getLogger(__name__)

NOT_AUTHENTICATED: Final = (
    "The required information to complete authentication was not provided or was incorrect."
)
"""Whatever is wrong with a signature."""

NOT_FOUND: Final = "There is no such work request, or you may not do this to it."
"""The same for what is not there and what the caller may not touch."""

_CHALLENGE: Final = 'Signature headers="date (request-target) host"'


class Refused(Exception):
    """The contract itself refuses a call: 400 `InvalidParameter` unless something else is said."""

    def __init__(self, message: str, *, status: int = 400, code: str = "InvalidParameter") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class CompartmentUnknown(Exception):
    """The compartment is not the caller's tenancy, whether or not there is such a one."""


class EtagMismatch(Exception):
    """The work request is not in the state that `if-match` asks for."""

    def __init__(self) -> None:
        super().__init__("The work request is not the one that if-match asks for: get it again.")


class AlreadyEnded(Exception):
    """A work request that has ended cannot be canceled."""

    def __init__(self, status: str) -> None:
        super().__init__(f"The work request is {status}: there is nothing left to cancel.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed call answers."""

    status: int
    code: str
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
        error: Whatever an endpoint, or proving who calls, raised.
        request_id: By which the log finds the request; told where we are at fault.
    """
    if isinstance(error, Unauthenticated):
        _logger.info("Request %s refused: %s", request_id, error.reason)
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
        status=404,
        code="NotAuthorizedOrNotFound",
        message=f"There is no method {method} {path}.",
    ).answer()


def too_large() -> Answer:
    """What is told in place of an answer that no response carries."""
    return Failure(
        status=400,
        code="InvalidParameter",
        message="The answer is larger than one response carries; ask for fewer with limit.",
    ).answer()


def _said(status: int, code: str) -> Callable[[Exception], Failure]:
    return lambda error: Failure(status=status, code=code, message=str(error))


def _worded(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Callable[[Any], Failure]:
    return lambda _: Failure(status=status, code=code, message=message, headers=headers or {})


_NOT_FOUND: Final = _worded(404, "NotAuthorizedOrNotFound", NOT_FOUND)

_FAILURES: Mapping[type, Callable[[Any], Failure]] = {
    Refused: lambda error: Failure(status=error.status, code=error.code, message=str(error)),
    RequestMalformed: _said(400, "InvalidParameter"),
    Unauthenticated: _worded(
        401, "NotAuthenticated", NOT_AUTHENTICATED, {"WWW-Authenticate": _CHALLENGE}
    ),
    OperationUnknown: _NOT_FOUND,
    OperationExpired: _NOT_FOUND,
    PermissionMissing: _NOT_FOUND,
    CompartmentUnknown: _worded(
        404,
        "NotAuthorizedOrNotFound",
        "There is no such compartment, or it is not yours: compartmentId is your tenancy's OCID.",
    ),
    AlreadyEnded: _said(409, "Conflict"),
    EtagMismatch: _said(412, "NoEtagMatch"),
    # Throttled, for the most part; the SDK and the CLI wait and repeat what reads.
    Interrupted: lambda error: Failure(
        status=429, code="TooManyRequests", message=str(error), headers={"retry-after": "2"}
    ),
}
