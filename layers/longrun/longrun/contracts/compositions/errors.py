"""The one place where what went wrong becomes a status, a type and the contract's envelope.

A message never shows more than the error's own sentence; what nobody foresaw is logged with the
request's id, and only that id is told.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from longrun.contracts.compositions.envelope import Enveloped
from longrun.gateway.errors import RequestMalformed
from longrun.identity.credentials import Unauthenticated
from longrun.operations.errors import (
    Claimed,
    Interrupted,
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)

RETRY_AFTER: Final = "2"
"""Seconds after which a call that met a passing fault may be repeated."""

_logger = logging.getLogger(__name__)


class ErrorType(StrEnum):
    """The types of the contract; each goes with one status."""

    REQUEST_MALFORMED = "request_malformed"
    ACCESS_DENIED = "access_denied"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REQUEST_CONFLICT = "request_conflict"
    REQUEST_TOO_LARGE = "request_too_large"
    CONTENT_TYPE_INVALID = "content_type_invalid"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL_ERROR = "internal_error"


STATUSES: Final[Mapping[ErrorType, int]] = {
    ErrorType.REQUEST_MALFORMED: 400,
    ErrorType.ACCESS_DENIED: 401,
    ErrorType.FORBIDDEN: 403,
    ErrorType.NOT_FOUND: 404,
    ErrorType.REQUEST_CONFLICT: 409,
    ErrorType.REQUEST_TOO_LARGE: 413,
    ErrorType.CONTENT_TYPE_INVALID: 415,
    ErrorType.TOO_MANY_REQUESTS: 429,
    ErrorType.INTERNAL_ERROR: 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that an entry breaks."""

    rule: str
    """In a word: `required`, `type`, `format`, `inclusion`, `number`, …"""
    description: str
    """What is wanted, as a sentence."""
    params: tuple[str | int, ...] = ()

    def document(self) -> dict[str, Any]:
        """As the envelope has it."""
        return {"rule": self.rule, "description": self.description, "params": list(self.params)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A part of a request that breaks rules."""

    type: str
    """`json_data_property`, `query_parameter` or `header`."""
    path: str
    """`$.data`, `$` for the whole; of a query parameter, `$.limit`."""
    rules: tuple[Rule, ...]

    def document(self) -> dict[str, Any]:
        """As the envelope has it."""
        return {
            "entry_type": self.type,
            "entry": self.path,
            "rules": [rule.document() for rule in self.rules],
        }


class Refused(Exception):
    """The contract itself refuses a call."""

    def __init__(
        self,
        type: ErrorType,
        message: str,
        *,
        invalid: Sequence[Entry] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type
        self.invalid = tuple(invalid)
        self.headers = headers or {}


def broken(entry_type: str, path: str, rule: str, description: str, *params: str | int) -> Refused:
    """The refusal of a request for one thing in it."""
    rules = (Rule(rule=rule, description=description, params=params),)
    entry = Entry(type=entry_type, path=path, rules=rules)
    return Refused(ErrorType.REQUEST_MALFORMED, f"{path}: {description}", invalid=[entry])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """What a failed call answers."""

    type: ErrorType
    message: str
    invalid: tuple[Entry, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Enveloped:
        error: dict[str, Any] = {"type": self.type.value, "message": self.message}
        if self.type is ErrorType.REQUEST_MALFORMED:
            error["invalid"] = [entry.document() for entry in self.invalid]
        return Enveloped(
            status=STATUSES[self.type], headers=dict(self.headers), content={"error": error}
        )


def failed(error: Exception, request_id: str) -> Enveloped:
    """What the caller is told of an error.

    Args:
        error: Whatever an endpoint raised.
        request_id: By which the log finds the request; told where we are at fault.
    """
    for ancestor in type(error).__mro__:
        if ancestor in _FAILURES:
            return _FAILURES[ancestor](error).answer()
    _logger.error("Request %s failed", request_id, exc_info=error)
    return _Failure(
        type=ErrorType.INTERNAL_ERROR,
        message=f"The service failed to answer this request. Its id is {request_id}.",
    ).answer()


def unknown(method: str, path: str, allowed: Sequence[str]) -> Enveloped:
    """What a call of no endpoint is told: 404, for the contract has no type for a wrong method.

    Args:
        method: Of the call.
        path: Of the call.
        allowed: The verbs that the path takes; none: there is no such path.
    """
    if allowed:
        verbs = ", ".join(allowed)
        return _Failure(
            type=ErrorType.NOT_FOUND,
            message=f"{path} takes {verbs}, not {method}.",
            headers={"Allow": verbs},
        ).answer()
    return _Failure(
        type=ErrorType.NOT_FOUND, message=f"There is no method {method} {path}."
    ).answer()


def too_large() -> Enveloped:
    """What is told in place of an answer that no response carries."""
    description = "A page of so many does not fit in one response; ask for fewer."
    return failed(broken("query_parameter", "$.limit", "number", description), "")


def _said(type: ErrorType, **headers: str) -> Callable[[Exception], _Failure]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda error: _Failure(type=type, message=str(error), headers=named)


def _worded(type: ErrorType, message: str) -> Callable[[Any], _Failure]:
    return lambda _: _Failure(type=type, message=message)


def _refused(error: Refused) -> _Failure:
    return _Failure(
        type=error.type, message=str(error), invalid=error.invalid, headers=error.headers
    )


def _malformed(error: RequestMalformed) -> _Failure:
    entry_type = "query_parameter" if error.parameter else "request"
    path = f"$.{error.parameter}" if error.parameter else "$"
    return _refused(broken(entry_type, path, "format", str(error)))


_NO_JOB: Final = "There is no such job, or its retention is over."

_FAILURES: Mapping[type, Callable[[Any], _Failure]] = {
    # A new error of the domain is one line here.
    Refused: _refused,
    RequestMalformed: _malformed,
    Unauthenticated: _said(ErrorType.ACCESS_DENIED),
    # Of this contract: not 403, which is for data that the caller may not see.
    PermissionMissing: lambda error: _Failure(
        type=ErrorType.ACCESS_DENIED, message=f"This needs the scope {error.permission}."
    ),
    OperationUnknown: _worded(ErrorType.NOT_FOUND, _NO_JOB),
    OperationExpired: _worded(ErrorType.NOT_FOUND, _NO_JOB),
    Claimed: lambda error: _Failure(
        type=ErrorType.REQUEST_CONFLICT,
        message=f"Job {error.operation_id} is at the same; ask for its state.",
    ),
    Interrupted: _said(ErrorType.TOO_MANY_REQUESTS, Retry_After=RETRY_AFTER),
}
