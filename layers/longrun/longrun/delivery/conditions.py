"""Validators and the preconditions on them (RFC 9110, sections 8.8 and 13)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from longrun.delivery.errors import PreconditionFailed
from longrun.delivery.request import Request

# An entity tag may hold commas: a list cannot just be split.
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityTag:
    """An ETag; strong unless it says that it is weak."""

    opaque: str
    """Without quotes, and without characters that would need an escape."""
    weak: bool = False

    def __str__(self) -> str:
        return f'{"W/" if self.weak else ""}"{self.opaque}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """By what a client tells whether it has these very bytes."""

    etag: EntityTag | None
    """None: nothing is known that would change with the bytes."""
    modified: datetime | None = None
    """With its zone; HTTP knows whole seconds. As good as the tag: the content of a thing never
    changes once a client can see it."""

    def headers(self) -> dict[str, str]:
        """ETag and Last-Modified, as far as they are known."""
        headers = {}
        if self.etag is not None:
            headers["ETag"] = str(self.etag)
        if self.modified is not None:
            headers["Last-Modified"] = http_date(self.modified)
        return headers


def not_modified(request: Request, validators: Validators) -> bool:
    """Whether the client has the content already (304), in the order of RFC 9110, 13.2.2.

    A tag goes before a date; a date that is none is not there.

    Raises:
        PreconditionFailed: It wants another version, or none.
    """
    if not request.selects:
        return False
    if request.if_match is not None:
        if not _matches(request.if_match, validators.etag, weakly=False):
            raise PreconditionFailed("If-Match")
    elif _since(request.if_unmodified_since, validators) is False:
        raise PreconditionFailed("If-Unmodified-Since")
    if request.if_none_match is not None:
        return _matches(request.if_none_match, validators.etag, weakly=True)
    return _since(request.if_modified_since, validators) is True


def hold_write(request: Request, etag: EntityTag | None) -> None:
    """See that a thing may be changed or removed: it is the one that the client has in mind.

    Args:
        request: By a method that changes something.
        etag: The present tag; None: there is no such thing yet.

    Raises:
        PreconditionFailed: It is not; or it is there, and must not be.
    """
    wanted = request.if_match
    if wanted is not None and (etag is None or not _matches(wanted, etag, weakly=False)):
        raise PreconditionFailed("If-Match")
    unwanted = request.if_none_match
    if unwanted is not None and etag is not None and _matches(unwanted, etag, weakly=True):
        raise PreconditionFailed("If-None-Match")


def range_applies(request: Request, validators: Validators) -> bool:
    """Whether a part is wanted: by GET, and of this version if If-Range names one (13.1.5)."""
    if request.method != "GET" or request.range is None:
        return False
    if request.if_range is None:
        return True
    condition = request.if_range.strip()
    if condition.startswith(('"', "W/")):
        tag = validators.etag
        return tag is not None and not tag.weak and condition == str(tag)
    date = _date(condition)
    return date is not None and date == _seconds(validators.modified)


def http_date(moment: datetime) -> str:
    """The moment as HTTP writes it; fractions of a second are dropped."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _matches(condition: str, tag: EntityTag | None, *, weakly: bool) -> bool:
    if condition.strip() == "*":
        return True
    if tag is None or (tag.weak and not weakly):
        return False
    return any(tag.opaque == each.opaque and (weakly or not each.weak) for each in _tags(condition))


def _tags(condition: str) -> Iterator[EntityTag]:
    """The tags of a list; what is no tag is none of ours."""
    for weak, opaque in _TAG.findall(condition):
        yield EntityTag(opaque=opaque, weak=bool(weak))


def _since(condition: str | None, validators: Validators) -> bool | None:
    """Whether nothing was modified since a date; None where there is nothing to compare."""
    since, modified = _date(condition), _seconds(validators.modified)
    if since is None or modified is None:
        return None
    return modified <= since


def _date(value: str | None) -> datetime | None:
    """A date in any of HTTP's three forms; None if it is none."""
    if value is None:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _seconds(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(microsecond=0)
