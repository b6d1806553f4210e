"""Which bytes a Range header means (RFC 9110, section 14). Reading them is not done here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from longrun.delivery.errors import RangeNotSatisfiable

MOST_RANGES: Final = 16
"""A header with more is ignored: each is a request to the store (RFC 9110, 17.15)."""

GAP: Final = 128
"""Ranges no further apart are sent as one: the head of a part is about as long as that."""

_SET = re.compile(r"bytes=(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"([0-9]*)-([0-9]*)")
_DIGITS: Final = 18
"""No size has more. Python itself refuses to read thousands of them."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Bytes `start` … `end - 1`; never empty."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """In bytes."""
        return self.end - self.start

    def of(self, size: int) -> str:
        """As Content-Range tells it."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


def wanted(header: str, size: int) -> tuple[Span, ...] | None:
    """The spans of the content that a Range header asks for.

    Those that overlap, touch or nearly do are made one; the order is that in which they were asked
    for. Those beyond the end are left out.

    Args:
        header: As it was sent.
        size: Of the content, in bytes.

    Returns:
        None if the header is to be ignored: it is malformed, of another unit, has too many ranges,
        or the content is empty, of which no part can be told.

    Raises:
        RangeNotSatisfiable: All of them lie beyond the end.
    """
    found = _SET.fullmatch(header.strip())
    if found is None or not size:
        return None
    # A list may have empty elements (RFC 9110, 5.6.1.2).
    ranges = [each for element in found[1].split(",") if (each := element.strip(" \t"))]
    if not ranges or len(ranges) > MOST_RANGES:
        return None
    spans: list[Span] = []
    for each in ranges:
        read = _RANGE.fullmatch(each)
        if read is None or (limits := _limits(read[1], read[2])) is None:
            return None
        span = _within(*limits, size)
        if span is not None:
            spans.append(span)
    if not spans:
        raise RangeNotSatisfiable(size)
    return _coalesced(spans)


def _limits(first: str, last: str) -> tuple[int | None, int | None] | None:
    """First and last position, or None and a suffix's length; None if it is no range."""
    start, end = _number(first), _number(last)
    if (start is None and end is None) or (start is not None and end is not None and end < start):
        return None
    return start, end


def _within(start: int | None, last: int | None, size: int) -> Span | None:
    """The span of what is there; None if nothing of it is."""
    if start is None:
        length = last or 0
        return Span(max(size - length, 0), size) if length else None
    if start >= size:
        return None
    return Span(start, size if last is None else min(last + 1, size))


def _number(digits: str) -> int | None:
    if not digits:
        return None
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _DIGITS else int("9" * _DIGITS)


def _coalesced(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[tuple[Span, int]] = []
    """Each with the place of the first that went into it."""
    for span, place in sorted((span, place) for place, span in enumerate(spans)):
        if joined and span.start - joined[-1][0].end <= GAP:
            last, first = joined[-1]
            joined[-1] = Span(last.start, max(last.end, span.end)), min(first, place)
        else:
            joined.append((span, place))
    return tuple(span for span, _ in sorted(joined, key=lambda each: each[1]))
