"""Days: periods, limits and birth dates are told in days of one configured time zone."""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Final

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def plain_day(text: str) -> date:
    """The day of a date without a time.

    Raises:
        ValueError: It is none.
    """
    if not _DAY.fullmatch(text):
        raise ValueError("This is not a date.")
    return date.fromisoformat(text)


def day_of(text: str, zone: tzinfo) -> date:
    """The day of a date, or the one that a moment falls on in the zone.

    Args:
        text: ISO 8601: `2022-10-01`, `2022-10-01T00:00:01Z`; a time without an offset is the
            zone's.
        zone: Whose days count.

    Raises:
        ValueError: It is neither.
    """
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    if not _MOMENT.fullmatch(text):
        raise ValueError("This is neither a date nor a time.")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.date()
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        raise ValueError("This is no time that a calendar has.") from None


def moment_text(moment: datetime) -> str:
    """A moment as documents tell it: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
