"""What a client asks of a download: the method, the headers that RFC 9110 gives it, and the way.

The headers are kept as they were sent; `conditions` and `ranges` read them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Mode(StrEnum):
    """By which way the bytes are to come."""

    AUTO = "auto"
    """In the response if it carries them, else by a presigned URL."""
    STREAM = "stream"
    """In the response, or not at all."""
    PRESIGNED = "presigned"
    """By a presigned URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for the bytes of one thing."""

    method: str = "GET"
    """Preconditions are looked at for GET and HEAD, a range for GET only: RFC 9110 defines it for
    no other method. A POST always brings the whole."""
    mode: Mode = Mode.AUTO
    range: str | None = None
    if_range: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None

    @classmethod
    def read(cls, method: str, header: Callable[[str], str | None], mode: Mode = Mode.AUTO) -> Self:
        """The request that came with these headers.

        Args:
            method: In capitals.
            header: Gives a header by its name in any case; None if it was not sent.
            mode: As asked for, else the contract's own.
        """
        return cls(
            method=method,
            mode=mode,
            range=header("Range"),
            if_range=header("If-Range"),
            if_match=header("If-Match"),
            if_none_match=header("If-None-Match"),
            if_modified_since=header("If-Modified-Since"),
            if_unmodified_since=header("If-Unmodified-Since"),
        )

    @property
    def selects(self) -> bool:
        """Whether it is for the representation itself, so that preconditions are about that."""
        return self.method in ("GET", "HEAD")

    @property
    def headers_only(self) -> bool:
        """Whether no body is wanted."""
        return self.method == "HEAD"
