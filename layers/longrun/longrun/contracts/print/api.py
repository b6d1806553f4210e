"""The face of the print API: its prefixes, the headers of its calls, its errors."""

from collections.abc import Sequence
from typing import Final

from longrun.contracts.print.errors import Failure, failure_of
from longrun.gateway.answer import Answer
from longrun.gateway.api import Face

SENT_HEADERS: Final = (
    "Authorization",
    "auth_token",
    "Content-Type",
    "Idempotency-Key",
    "Range",
    "If-Range",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
)

SHOWN_HEADERS: Final = (
    "operationId",
    "Link",
    "X-Result-Type",
    "X-Data-Set-ID",
    "X-Content-Set-ID",
    "X-Job-Set-ID",
    "Token-Expires-In",
    "Retry-After",
    "Content-Disposition",
    "Content-Location",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Repr-Digest",
    "OL-Original-Filename",
)


def _failed(error: Exception, request_id: str) -> Answer:
    return failure_of(error, request_id).answer()


def _unknown(method: str, path: str, verbs: Sequence[str]) -> Answer:
    if verbs:
        return Failure(
            status=405,
            message=f"{path} takes {', '.join(verbs)}, not {method}.",
            headers={"Allow": ", ".join(verbs)},
        ).answer()
    return Failure(status=404, message=f"There is no method {method} {path}.").answer()


def _too_large() -> Answer:
    return Failure(
        status=400,
        message="The answer is larger than one response carries; it is when compressed. "
        "Send the header Accept-Encoding: gzip.",
    ).answer()


FACE: Final = Face(
    prefixes=("/rest/serverengine", "/serverengine"),
    failure=_failed,
    unknown=_unknown,
    too_large=_too_large,
    sent=SENT_HEADERS,
    shown=SHOWN_HEADERS,
)
