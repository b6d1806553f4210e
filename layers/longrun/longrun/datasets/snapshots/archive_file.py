"""An archive in the artefact store as a file to seek and read in, without a copy of it."""

import io
from collections.abc import Iterator
from typing import Any

from longrun.filestore.ports import FileArtefacts


class ArchiveFile(io.RawIOBase):
    """An artefact as a seekable file: read on where it was read last, it is one request."""

    def __init__(self, artefacts: FileArtefacts, key: str) -> None:
        """
        Raises:
            ArtefactMissing: There is none.
        """
        self._artefacts = artefacts
        found = artefacts.describe(key)
        self._key, self._version, self._size = key, found.version, found.size
        self._at = 0
        self._pieces: Iterator[bytes] = iter(())
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; what was read ahead is dropped if that is another."""
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if place < 0:
            raise ValueError(f"A file has no place {place}.")
        if place != self._at:
            self._at = place
            self._pieces, self._rest = iter(()), memoryview(b"")
        return self._at

    def readinto(self, buffer: Any) -> int:
        """The next bytes, as many as there are at once."""
        if self._at >= self._size:
            return 0
        if not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                self._pieces = self._artefacts.stream(
                    self._key, version=self._version, start=self._at
                )
                piece = next(self._pieces)
            self._rest = memoryview(piece)
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        self._at += len(taken)
        return len(taken)
