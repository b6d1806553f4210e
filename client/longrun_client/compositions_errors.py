"""What can go wrong with a call of the compositions service, and with the job itself.

CompositionsError
├── ServiceUnreachable       no connection, or no answer in time
├── TokenRefused             the issuer gives no access token
├── CallRefused              an answer of 400 or more, with the service's type and message
│   ├── InvalidCall          400, 413, 415: malformed, too large; names the place
│   ├── NotAuthenticated     401: a credential does not hold, or the token lacks the scope
│   ├── NotForYou            403: a composition that the caller may not see
│   ├── NotFound             404: unknown, or another tenant's
│   ├── Busy                 429, 502, 503, 504: may be repeated
│   └── ServiceFailed        500
├── DownloadDamaged          a print form that is shorter than announced
├── UnexpectedAnswer         an answer that is not what the contract says
├── WaitedTooLong            the job goes on, but `wait` was to last no longer
└── JobFailed                the job ended FAILED; says why, with the contract's codes
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from longrun_client.compositions_answers import Job, JobError


class CompositionsError(Exception):
    """Base of all errors of the client."""


class ServiceUnreachable(CompositionsError):
    """There is no connection, or there was no answer in time."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin} cannot be reached: {reason}")
        self.origin = origin
        self.reason = reason


class TokenRefused(CompositionsError):
    """The issuer gives no access token; the message has its `error`, such as `invalid_client`."""


class CallRefused(CompositionsError):
    """The service's answer is an error.

    Attributes:
        status: The HTTP status.
        type: The contract's type of error, such as `request_malformed`.
        message: The service's sentence.
        call: The method and path that were called.
        request_id: By which the service's log finds the request; None: a gateway's own answer.
    """

    def __init__(
        self, *, status: int, type: str, message: str, call: str, request_id: str | None
    ) -> None:
        super().__init__(f"{call} was answered with {status} {type}: {message}")
        self.status = status
        self.type = type
        self.message = message
        self.call = call
        self.request_id = request_id


class InvalidCall(CallRefused):
    """400, 413, 415: the outer body or the query is malformed; the message names the place."""


class NotAuthenticated(CallRefused):
    """401: no, wrong or expired token; a wrong `api-key`; or the token lacks the call's scope."""


class NotForYou(CallRefused):
    """403: the composition is open to its author and to those who treat the patient."""


class NotFound(CallRefused):
    """404: it is unknown, another tenant's, or not where the path looks for it."""


class Busy(CallRefused):
    """429, 502, 503, 504: the call may be repeated."""


class ServiceFailed(CallRefused):
    """500: the service is at fault."""


class DownloadDamaged(CompositionsError):
    """What arrived is not what was announced; nothing was left in the target's place."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(f"The download for {target} is damaged: {reason}")
        self.target = target
        self.reason = reason


class UnexpectedAnswer(CompositionsError):
    """The service's answer is not what the contract says."""

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(f"The answer to {call} is not what the contract says: {reason}")
        self.call = call
        self.reason = reason


class WaitedTooLong(CompositionsError):
    """The job has not ended after the time given; it goes on."""

    def __init__(self, job: "Job", seconds: float) -> None:
        super().__init__(f"Job {job.id} has not ended after {seconds:.0f} s; it goes on.")
        self.job = job
        self.seconds = seconds


class JobFailed(CompositionsError):
    """The job ended FAILED; the exception says why in the service's own sentences.

    Attributes:
        job: As it ended.
        errors: Each with its code and its sentence.
    """

    def __init__(self, job: "Job") -> None:
        why = " ".join(f"{error.code}: {error.message}" for error in job.errors)
        super().__init__(f"Job {job.id} failed. {why or 'It does not say why.'}")
        self.job = job
        self.errors: tuple[JobError, ...] = job.errors


_BY_STATUS: dict[int, type[CallRefused]] = {
    400: InvalidCall,
    401: NotAuthenticated,
    403: NotForYou,
    404: NotFound,
    413: InvalidCall,
    415: InvalidCall,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}


def refusal(
    *, status: int, type: str, message: str, call: str, request_id: str | None
) -> CallRefused:
    """The error of the class that fits the status."""
    other = ServiceFailed if status >= 500 else CallRefused
    made = _BY_STATUS.get(status, other)
    return made(status=status, type=type, message=message, call=call, request_id=request_id)
