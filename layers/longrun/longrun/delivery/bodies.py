"""Bodies: just as long as announced, and several ranges in one (RFC 9110, section 14.6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from longrun.delivery.errors import WrongLength
from longrun.delivery.ranges import Span

type Open = Callable[[Span], Iterator[bytes]]
"""Opens a span of the content; what is missing is told by the call, not by the iterator."""


def exactly(length: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, if they have that many bytes: a body must break rather than be silently short.

    Raises:
        WrongLength: They have fewer, or more; the surplus is not passed on.
    """
    found = 0
    try:
        for piece in pieces:
            found += len(piece)
            if found > length:
                raise WrongLength(length, found)
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    if found != length:
        raise WrongLength(length, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Several spans as the parts of one body."""

    spans: Sequence[Span]
    size: int
    """Of the whole content."""
    media_type: str
    """Of the content."""
    boundary: str
    """What the content does not contain."""

    @property
    def content_type(self) -> str:
        """Of the body."""
        return f"multipart/byteranges; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """Of the body, in bytes."""
        heads = sum(len(self._head(span)) for span in self.spans)
        return heads + sum(span.length for span in self.spans) + len(self._end())

    def open(self, read: Open) -> Iterator[bytes]:
        """The body; the first span is opened now, each other when its turn comes."""
        first, *others = self.spans
        return self._pieces(first, read(first), others, read)

    def _pieces(
        self, first: Span, opened: Iterator[bytes], others: Sequence[Span], read: Open
    ) -> Iterator[bytes]:
        body = exactly(first.length, opened)
        # Not the head alone: whoever has the first piece knows that the content can be read.
        yield self._head(first) + next(body)
        yield from body
        for span in others:
            yield self._head(span)
            yield from exactly(span.length, read(span))
        yield self._end()

    def _head(self, span: Span) -> bytes:
        return (
            f"\r\n--{self.boundary}\r\n"
            f"Content-Type: {self.media_type}\r\n"
            f"Content-Range: {span.of(self.size)}\r\n\r\n"
        ).encode()

    def _end(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()
