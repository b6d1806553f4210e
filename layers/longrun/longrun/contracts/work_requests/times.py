"""Times as both faces write them.

The published example is `2022-07-06T20:25:11.0+0000`, the schema says RFC 3339: the schema it is
(contracts/work-requests.md).
"""

from datetime import UTC, datetime


def written(time: datetime) -> str:
    """Such as `2016-08-25T21:10:29.600Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
