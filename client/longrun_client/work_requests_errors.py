"""What can go wrong with a call of the work requests service, and with the work itself.

WorkRequestsError
├── ServiceUnreachable       no connection, or no answer in time
├── TokenRefused             the issuer gives no access token
├── CallRefused              an answer of 400 or more, with the service's code and message
│   ├── InvalidCall          400, 422: malformed, or beyond a limit; names the place
│   ├── NotAuthenticated     401: no, wrong or expired token
│   ├── RoleMissing          403
│   ├── NotFound             404: unknown, expired, or another tenant's
│   ├── Conflict             409: work is at it already; not loaded yet; a retry token used before
│   ├── PreconditionFailed   412: it is not the state that was meant any more
│   ├── Busy                 429, 502, 503, 504: may be repeated
│   └── ServiceFailed        500
├── StoreRefused             the object store behind a presigned URL said no
├── DownloadDamaged          a body that is shorter than announced, or another than its digest
├── UnexpectedAnswer         an answer that is not what the contract says
├── WaitedTooLong            the work goes on, but `wait` was to last no longer
├── WorkFailed               the work request ended FAILED; says why, error by error
└── WorkCanceled             the work request ended CANCELED
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from longrun_client.work_requests_answers import WorkError, WorkRequest

ERRORS_SHOWN = 5
"""So many sentences of a failed work request stand in the exception's own."""


class WorkRequestsError(Exception):
    """Base of all errors of the client."""


class ServiceUnreachable(WorkRequestsError):
    """There is no connection, or there was no answer in time."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin} cannot be reached: {reason}")
        self.origin = origin
        self.reason = reason


class TokenRefused(WorkRequestsError):
    """The issuer gives no access token: the client is unknown, revoked, or may not have the scope.

    Attributes:
        status: The HTTP status.
        reason: The issuer's `error`, such as `invalid_client` (RFC 6749, 5.2).
    """

    def __init__(self, *, origin: str, status: int, reason: str) -> None:
        super().__init__(f"{origin} gives no token: {status} {reason}")
        self.origin = origin
        self.status = status
        self.reason = reason


class CallRefused(WorkRequestsError):
    """The service's answer is an error.

    Attributes:
        status: The HTTP status.
        code: The service's code, stable and in CamelCase.
        message: The service's sentence.
        call: The method and path that were called.
    """

    def __init__(self, *, status: int, code: str, message: str, call: str) -> None:
        super().__init__(f"{call} was answered with {status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.call = call


class InvalidCall(CallRefused):
    """400, 422: malformed, or beyond a limit; the message names the place."""


class NotAuthenticated(CallRefused):
    """401: no, wrong or expired token, or its client was revoked."""


class RoleMissing(CallRefused):
    """403: the caller is known, but lacks a role."""


class NotFound(CallRefused):
    """404: unknown, expired, or another tenant's; of an export also: it failed."""


class Conflict(CallRefused):
    """409: as things stand it cannot be done, for instance because a reload is running."""


class PreconditionFailed(CallRefused):
    """412: it is not in the state any more that the entity tag stands for."""


class Busy(CallRefused):
    """429, 502, 503, 504: the call may be repeated."""


class ServiceFailed(CallRefused):
    """500: the service is at fault; the message has the id by which its log finds the request."""


class StoreRefused(WorkRequestsError):
    """The object store behind a presigned URL said no, for instance because it expired."""

    def __init__(self, *, origin: str, status: int, reason: str) -> None:
        super().__init__(f"The store at {origin} answered {status}: {reason}")
        self.origin = origin
        self.status = status
        self.reason = reason


class DownloadDamaged(WorkRequestsError):
    """What arrived is not what was announced; nothing was left in the target's place."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(f"The download for {target} is damaged: {reason}")
        self.target = target
        self.reason = reason


class UnexpectedAnswer(WorkRequestsError):
    """The service's answer is not what the contract says."""

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(f"The answer to {call} is not what the contract says: {reason}")
        self.call = call
        self.reason = reason


class WaitedTooLong(WorkRequestsError):
    """The work has not ended after the time given; it goes on."""

    def __init__(self, work_request: "WorkRequest", seconds: float) -> None:
        super().__init__(
            f"Work request {work_request.id} is at {work_request.percent:g}% after"
            f" {seconds:.0f} s; it goes on."
        )
        self.work_request = work_request
        self.seconds = seconds


class WorkFailed(WorkRequestsError):
    """The work request ended FAILED; the exception says why in the service's own sentences.

    Attributes:
        work_request: As it ended.
        errors: Each with its code and its sentence; the first hundred, where there are more.
    """

    def __init__(self, work_request: "WorkRequest") -> None:
        errors = work_request.errors
        shown = " ".join(error.message for error in errors[:ERRORS_SHOWN])
        more = len(errors) - ERRORS_SHOWN
        rest = f" And {more} more." if more > 0 else ""
        why = shown or "It says no more to whoever may not do such work."
        what = work_request.operation_type
        super().__init__(f"Work request {work_request.id} ({what}) failed. {why}{rest}")
        self.work_request = work_request
        self.errors: tuple[WorkError, ...] = errors


class WorkCanceled(WorkRequestsError):
    """The work request ended CANCELED."""

    def __init__(self, work_request: "WorkRequest") -> None:
        super().__init__(
            f"Work request {work_request.id} ({work_request.operation_type}) was canceled."
        )
        self.work_request = work_request


_BY_STATUS: dict[int, type[CallRefused]] = {
    400: InvalidCall,
    401: NotAuthenticated,
    403: RoleMissing,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    422: InvalidCall,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}


def refusal(*, status: int, code: str, message: str, call: str) -> CallRefused:
    """The error of the class that fits the status."""
    other = ServiceFailed if status >= 500 else CallRefused
    return _BY_STATUS.get(status, other)(status=status, code=code, message=message, call=call)
