"""Delivery: bytes in the response if it carries them, else by a redirect to the store.

The one place where that is decided, for every contract, and where a request becomes a status,
headers and bytes. All that can be refused is refused before the first byte.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from longrun.delivery.bodies import Parts, exactly
from longrun.delivery.conditions import http_date, not_modified, range_applies
from longrun.delivery.disposition import attachment
from longrun.delivery.errors import TooLargeToCarry
from longrun.delivery.ports import Downloads
from longrun.delivery.ranges import Span, wanted
from longrun.delivery.representation import Representation, kept
from longrun.delivery.request import Mode, Request
from longrun.delivery.responses import begun
from longrun.operations.artefacts import Artefact, ArtefactStore

BUFFERED_LIMIT: Final = 4_500_000
"""Bytes that fit in a buffered response: an invocation's 6 MB, less base64 and the headers."""

STREAMED_LIMIT: Final = 200_000_000
"""Bytes that fit in a streamed one: Lambda and API Gateway end it at 200 MB, headers included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How the content reaches the client."""

    status: int
    """200, 206, 303 or 304."""
    media_type: str
    """Content-Type: the content's own, or that of several of its ranges."""
    headers: Mapping[str, str]
    """All others."""
    body: Iterator[bytes]
    """In pieces, the first of them made; read once, and only if it is sent. Breaks rather than be
    shorter than said."""


class Delivery:
    """Delivers artefacts.

    Limits: a redirected client takes its Range and its conditions along, and the store judges them
    by its own entity tags: If-Match with one of ours fails there, and If-Range is unknown to it,
    which is harmless because the content of an artefact never changes.
    """

    def __init__(
        self,
        *,
        artefacts: ArtefactStore,
        downloads: Downloads,
        streaming: bool = False,
        buffered_limit: int = BUFFERED_LIMIT,
        streamed_limit: int = STREAMED_LIMIT,
    ) -> None:
        """Make a delivery.

        Args:
            artefacts: Where the bytes are.
            downloads: Signs the URLs of what is too large.
            streaming: Whether responses leave as they are made.
            buffered_limit: Bytes that a response carries where they do not.
            streamed_limit: Bytes that it carries where they do.
        """
        self._artefacts = artefacts
        self._downloads = downloads
        self._limit = streamed_limit if streaming else buffered_limit

    def carries(self, size: int, mode: Mode) -> bool:
        """Whether so many bytes go into the response.

        Raises:
            TooLargeToCarry: They must, and do not fit.
        """
        if mode is Mode.PRESIGNED:
            return False
        if size > self._limit and mode is Mode.STREAM:
            raise TooLargeToCarry(size, self._limit)
        return size <= self._limit

    def deliver(self, what: Representation, request: Request) -> Delivered:
        """Deliver an artefact as a file: all of it, the ranges asked for, or where it is.

        HEAD is answered from what is known, whatever the size and the way.

        Raises:
            ArtefactMissing: Its bytes are gone.
            PreconditionFailed: The client wants another version.
            RangeNotSatisfiable: The client wants what lies beyond the end.
            TooLargeToCarry: The client wants more in the response than that carries.
        """
        artefact = what.artefact
        if not_modified(request, what.validators):
            return unmodified(what.media_type, kept(what.validators))
        headers = what.headers(ranges=request.selects)
        if request.headers_only:
            self._look(artefact)
            length = {"Content-Length": str(artefact.size)}
            return _whole(what.media_type, {**headers, **length}, iter(()))
        spans = None
        if range_applies(request, what.validators):
            spans = wanted(request.range or "", artefact.size)
        sent = sum(span.length for span in spans or (Span(0, artefact.size),))
        if not self.carries(sent, request.mode):
            return self.redirect(what)
        if spans is None:
            headers["Content-Length"] = str(artefact.size)
            body = self._artefacts.stream(artefact.key, version=artefact.version)
            return _whole(what.media_type, headers, begun(exactly(artefact.size, body)))
        return self._partial(what, spans, headers)

    def redirect(self, what: Representation) -> Delivered:
        """Send the client to the store.

        Raises:
            ArtefactMissing: The bytes are gone.
        """
        self._look(what.artefact)
        signed = self._downloads.url(
            what.artefact, disposition=attachment(what.name), media_type=what.media_type
        )
        return Delivered(
            status=303,
            media_type=what.media_type,
            headers={
                "Location": signed.url,
                # The URL is good for whoever holds it, so nobody should keep it.
                "Cache-Control": "no-store",
                "Expires": http_date(signed.expires),
                # Of the file: a body of its own this response has not.
                **what.digest,
            },
            body=iter(()),
        )

    def _partial(
        self, what: Representation, spans: tuple[Span, ...], headers: dict[str, str]
    ) -> Delivered:
        artefact = what.artefact

        def read(span: Span) -> Iterator[bytes]:
            return self._artefacts.stream(
                artefact.key, version=artefact.version, start=span.start, length=span.length
            )

        if len(spans) == 1:
            [span] = spans
            headers |= {
                "Content-Range": span.of(artefact.size),
                "Content-Length": str(span.length),
            }
            body = begun(exactly(span.length, read(span)))
            return Delivered(status=206, media_type=what.media_type, headers=headers, body=body)
        parts = Parts(
            spans=spans,
            size=artefact.size,
            media_type=what.media_type,
            boundary=secrets.token_hex(16),
        )
        headers["Content-Length"] = str(parts.length)
        body = begun(parts.open(read))
        return Delivered(status=206, media_type=parts.content_type, headers=headers, body=body)

    def _look(self, artefact: Artefact) -> None:
        """See that the bytes are there, without reading any.

        Raises:
            ArtefactMissing: They are not.
        """
        self._artefacts.stream(artefact.key, version=artefact.version, length=0)


def unmodified(media_type: str, headers: Mapping[str, str]) -> Delivered:
    """304: the client has it."""
    return Delivered(status=304, media_type=media_type, headers=headers, body=iter(()))


def _whole(media_type: str, headers: Mapping[str, str], body: Iterator[bytes]) -> Delivered:
    return Delivered(status=200, media_type=media_type, headers=headers, body=body)
