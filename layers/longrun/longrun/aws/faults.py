"""How AWS errors become the kernel's: by code, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as ConnectionFault

from longrun.operations.errors import Interrupted

PASSING = frozenset(
    {
        "InternalServerError",
        "InternalError",
        "InternalFailure",
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
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


REASONS_PASSING = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)
"""Why a transaction was canceled that may succeed later; boto repeats none of these."""


def reasons_of(error: ClientError) -> list[str]:
    """Why each write of a canceled transaction was refused, in the writes' order."""
    reasons: list[Any] = error.response.get("CancellationReasons", [])
    return [reason.get("Code", "None") for reason in reasons]


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
        if code_of(error) in PASSING or not REASONS_PASSING.isdisjoint(reasons_of(error)):
            raise Interrupted(service) from error
        raise
    except (ConnectionFault, HTTPClientError, IncompleteReadError) as error:
        raise Interrupted(service) from error
