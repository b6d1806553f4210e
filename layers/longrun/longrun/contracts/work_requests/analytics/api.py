"""The Analytics face: its errors, its headers, where it is published."""

from typing import Final

from longrun.contracts.work_requests.analytics.errors import failed, too_large, unknown
from longrun.gateway.api import Face

PREFIXES: Final = ("/api/20210901", "/20210901")
"""Before the paths of the table: on AWS a mapping's key stays in them, locally it is taken off."""

SENT_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "opc-retry-token",
    "Range",
    "If-Range",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
)
"""What a browser's script may send."""

SHOWN_HEADERS: Final = (
    "oa-work-request-id",
    "opc-next-page",
    "Retry-After",
    "Location",
    "Content-Disposition",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Repr-Digest",
)
"""What a browser's script may see."""

FACE: Final = Face(
    prefixes=PREFIXES,
    failure=failed,
    unknown=unknown,
    too_large=too_large,
    sent=SENT_HEADERS,
    shown=SHOWN_HEADERS,
)
