"""Answers of the work requests service on their way from HTTP to values."""

from collections.abc import Callable
from typing import Any

import httpx

from longrun_client.work_requests_errors import UnexpectedAnswer


def parsed[T](response: httpx.Response, read: Callable[[Any], T]) -> T:
    """What `read` makes of an answer's JSON.

    Raises:
        UnexpectedAnswer: It is not JSON, or not what `read` expects.
    """
    try:
        return read(response.json())
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        call = f"{response.request.method} {response.request.url.path}"
        raise UnexpectedAnswer(call, f"{type(error).__name__}: {error}") from error


def started(response: httpx.Response) -> str:
    """The id of the work request that a 202 tells of.

    Raises:
        UnexpectedAnswer: It is not a 202, or has no oa-work-request-id.
    """
    work_request = response.headers.get("oa-work-request-id")
    if response.status_code != httpx.codes.ACCEPTED or not work_request:
        call = f"{response.request.method} {response.request.url.path}"
        raise UnexpectedAnswer(call, "it is not a 202 with an oa-work-request-id")
    return str(work_request)
