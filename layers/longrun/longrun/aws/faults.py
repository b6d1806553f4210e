"""How AWS errors become the kernel's: by code, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from longrun.operations.errors import Interrupted

PASSING = frozenset(
    {
        "InternalServerError",
        "InternalError",
        "InternalFailure",
        "LimitExceededException",
        "ExecutionLimitExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "503",
        "500",
    }
)
"""Codes after which the same call may succeed later (boto's own retries are used up by then)."""


def code_of(error: ClientError) -> str:
    """The service's error code."""
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def interrupted(service: str) -> Iterator[None]:
    """Raise `Interrupted` for a passing fault of the service; others go through.

    Args:
        service: The name that the message shows.

    Raises:
        Interrupted: Throttled, unavailable or out of reach.
    """
    try:
        yield
    except ClientError as error:
        if code_of(error) in PASSING:
            raise Interrupted(service) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise Interrupted(service) from error

