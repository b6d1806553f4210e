"""Artefacts: the bytes that operations read and write, by key.

The protocol lives here because every room speaks it; the implementation on S3 is
`longrun.aws.artefacts`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, Self


class ArtefactMissing(Exception):
    """No object stands under the key (or under that version of it)."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no artefact {key!r}.")
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What is known of stored bytes without reading them."""

    key: str
    media_type: str
    size: int
    """In bytes."""
    sha256: str
    """Lower-case hex digest of the content."""
    version: str | None = None
    """The store's version of the object: pins what later readers get."""

    def document(self) -> dict[str, Any]:
        """The description in JSON types; `read` is its inverse."""
        return {
            "key": self.key,
            "mediaType": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "version": self.version,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The description of `document`; other keys in it are somebody else's."""
        return cls(
            key=document["key"],
            media_type=document["mediaType"],
            size=int(document["size"]),
            sha256=document["sha256"],
            version=document["version"],
        )


class ArtefactStore(Protocol):
    """Where artefacts are kept. Writing a key again replaces what readers see, whole."""

    def read(self, key: str, *, version: str | None = None) -> bytes:
        """The whole content; for artefacts known to be small.

        Raises:
            ArtefactMissing: There is none.
        """
        ...

    def stream(
        self, key: str, *, version: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB, from `start` on, `length` bytes of it.

        Raises:
            ArtefactMissing: There is none; raised by the call itself, not by the iterator.
        """
        ...

    def download(self, key: str, target: BinaryIO, *, version: str | None = None) -> int:
        """Write the content into a file, in bounded memory; returns its size in bytes.

        Raises:
            ArtefactMissing: There is none.
        """
        ...

    def write(
        self, key: str, content: bytes | BinaryIO | Iterable[bytes], *, media_type: str
    ) -> Artefact:
        """Store the content, in bounded memory, and say what was stored."""
        ...

    def copy(self, source: Artefact, key: str) -> Artefact:
        """A second artefact with the same content, copied inside the store."""
        ...

    def delete(self, prefix: str) -> None:
        """Remove every artefact whose key begins with the prefix; none is fine too."""
        ...
