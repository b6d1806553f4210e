"""Delivery: small content in the response itself, larger content by a redirect to the store.

The one place where that is decided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from longrun.delivery.disposition import attachment
from longrun.delivery.ports import Downloads
from longrun.operations.artefacts import Artefact, ArtefactStore

BUFFERED_LIMIT: Final = 4_500_000
"""Bytes that fit in a buffered response: an invocation's 6 MB, less base64 and the headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How the content reaches the client."""

    status: int
    headers: Mapping[str, str]
    """All but the content type."""
    body: Iterator[bytes]
    """In pieces; read once, and only if it is sent."""


class Delivery:
    """Delivers artefacts."""

    def __init__(
        self, *, artefacts: ArtefactStore, downloads: Downloads, limit: int = BUFFERED_LIMIT
    ) -> None:
        """Make a delivery.

        Args:
            artefacts: Where the bytes are.
            downloads: Signs the URLs of what is too large.
            limit: Bytes that a response carries.
        """
        self._artefacts = artefacts
        self._downloads = downloads
        self._limit = limit

    def inline(self, size: int) -> bool:
        """Whether content of that many bytes goes into the response."""
        return size <= self._limit

    def deliver(self, artefact: Artefact, *, name: str, media_type: str) -> Delivered:
        """Deliver an artefact as a file.

        Args:
            artefact: What.
            name: What it is to be saved as.
            media_type: What it is to be served as.

        Raises:
            ArtefactMissing: Its bytes are gone. Beyond the limit, the store itself says so.
        """
        disposition = attachment(name)
        if self.inline(artefact.size):
            return Delivered(
                status=200,
                headers={"Content-Disposition": disposition},
                body=self._artefacts.stream(artefact.key, version=artefact.version),
            )
        signed = self._downloads.url(artefact, disposition=disposition, media_type=media_type)
        return Delivered(
            status=303,
            # The URL is good for whoever holds it, so nobody should keep it.
            headers={"Location": signed.url, "Cache-Control": "no-store"},
            body=iter(()),
        )
