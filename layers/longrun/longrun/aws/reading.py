"""Reading the body of an S3 object piece by piece. Used by `aws.artefacts` alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from longrun.aws.faults import interrupted

if TYPE_CHECKING:
    from botocore.response import StreamingBody

PIECE = 1024 * 1024


def pieces_of(body: "StreamingBody") -> Iterator[bytes]:
    """The rest of an object in pieces of `PIECE`; fails if it is cut."""
    with interrupted("S3"), body:
        yield from body.iter_chunks(PIECE)


def window(pieces: Iterator[bytes], start: int, length: int | None) -> Iterator[bytes]:
    """The part of a whole content that begins at `start`; not read further than it goes."""
    end = None if length is None else start + length
    at = 0
    for piece in pieces:
        part = piece[max(start - at, 0) : None if end is None else max(end - at, 0)]
        at += len(piece)
        if part:
            yield part
        if end is not None and at >= end:
            return
