"""What can go wrong with a call of the print service.

PrintServiceError
├── ServiceUnreachable       no connection, or no answer in time
├── CallRefused              an answer of 400 or more, with the service's JSON Error
│   ├── InvalidCall          400: a broken configuration, a resource that is not there
│   ├── NotAuthenticated     401: no, wrong or expired credentials
│   ├── RoleMissing          403
│   ├── NotFound             404: unknown, expired, canceled, or another tenant's
│   ├── TooLarge             413: data beyond what one call carries
│   ├── Busy                 429, 502, 503, 504: may be repeated; a result call: it still runs
│   └── ServiceFailed        500: a result call tells so why the operation failed
├── StoreRefused             the object store behind a presigned URL or form said no
├── DownloadDamaged          a body that is shorter than announced, or another than its digest
├── UnexpectedAnswer         an answer that is not what the contract says
└── WaitedTooLong            the operation runs on, but `wait` was to last no longer
"""

from pathlib import Path


class PrintServiceError(Exception):
    """Base of all errors of the client."""


class ServiceUnreachable(PrintServiceError):
    """There is no connection, or there was no answer in time."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin} cannot be reached: {reason}")
        self.origin = origin
        self.reason = reason


class CallRefused(PrintServiceError):
    """The service's answer is an error.

    Attributes:
        status: The HTTP status.
        message: The service's sentence.
        parameter: What it is about, where the service says so.
        call: The method and path that were called.
    """

    def __init__(
        self, *, status: int, message: str, parameter: str | None = None, call: str
    ) -> None:
        about = f" ({parameter})" if parameter else ""
        super().__init__(f"{call} was answered with {status}: {message}{about}")
        self.status = status
        self.message = message
        self.parameter = parameter
        self.call = call


class InvalidCall(CallRefused):
    """400: a broken or illogical configuration, or a resource that is not in the file store."""


class NotAuthenticated(CallRefused):
    """401: no, wrong or expired credentials; a token's time may be over (`login`)."""


class RoleMissing(CallRefused):
    """403: the user is known, but lacks a role."""


class NotFound(CallRefused):
    """404: unknown, expired or another tenant's; of a result also: the operation was canceled."""


class TooLarge(CallRefused):
    """413: the data is more than one call carries."""


class Busy(CallRefused):
    """429, 502, 503, 504: the call may be repeated. From a result call: it still runs."""


class ServiceFailed(CallRefused):
    """500: from a result call, the operation failed and `message` is the cause in words."""


class StoreRefused(PrintServiceError):
    """The object store behind a presigned URL or form said no, for instance because it expired."""

    def __init__(self, *, origin: str, status: int, reason: str) -> None:
        super().__init__(f"The store at {origin} answered {status}: {reason}")
        self.origin = origin
        self.status = status
        self.reason = reason


class DownloadDamaged(PrintServiceError):
    """What arrived is not what was announced; nothing was left in the target's place."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(f"The download for {target} is damaged: {reason}")
        self.target = target
        self.reason = reason


class UnexpectedAnswer(PrintServiceError):
    """The service's answer is not what the contract says."""

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(f"The answer to {call} is not what the contract says: {reason}")
        self.call = call
        self.reason = reason


class WaitedTooLong(PrintServiceError):
    """The operation is not done after the time given; it runs on."""

    def __init__(self, operation_id: str, seconds: float, percent: int) -> None:
        super().__init__(
            f"Operation {operation_id} is at {percent}% after {seconds:.0f} s; it runs on."
        )
        self.operation_id = operation_id
        self.seconds = seconds
        self.percent = percent


_BY_STATUS: dict[int, type[CallRefused]] = {
    400: InvalidCall,
    401: NotAuthenticated,
    403: RoleMissing,
    404: NotFound,
    413: TooLarge,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}


def refusal(*, status: int, message: str, parameter: str | None, call: str) -> CallRefused:
    """The error of the class that fits the status."""
    other = ServiceFailed if status >= 500 else CallRefused
    error = _BY_STATUS.get(status, other)
    return error(status=status, message=message, parameter=parameter, call=call)
