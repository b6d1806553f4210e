"""A managed directory as one zip archive, made while it is read; its length is known beforehand.

Entries are stored as they are: what is kept is mostly compressed already, and whoever reads the
archive is told how long it is before its first byte.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import RawIOBase
from itertools import count
from typing import Any, Final

from longrun.filestore.managed_file import DirectoryEntry

MANIFEST: Final = "manifest.json"
"""The archive's last entry: path, media type, size and SHA-256 of each of the others."""

_COUNTED: Final = 2_000_000_000
"""Up to here no header needs ZIP64, which would be more to count."""

# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.9, 4.3.12–16
_HEADERS: Final = 30 + 16 + 46
"""Bytes of an entry's local header, data descriptor and central header, but for its names."""
_END: Final = 22
_ZIP64_END: Final = 56 + 20
_MOST_WITHOUT: Final = 65_535
"""So many entries the archive's end can count without ZIP64."""


class Sink(RawIOBase):
    """Takes what an archive writes until it is drained; cannot seek."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def drain(self) -> Iterator[bytes]:
        """What was written since the last time."""
        drained, self._pieces = self._pieces, []
        yield from drained


def zipped(
    entries: Sequence[DirectoryEntry],
    read: Callable[[DirectoryEntry], Iterator[bytes]],
    *,
    modified: datetime,
) -> Iterator[bytes]:
    """The archive of the entries and their manifest in pieces, in memory bounded by one of `read`.

    Args:
        entries: In the order of the archive.
        read: The bytes of an entry, in pieces.
        modified: The time that every entry gets; the same directory gives the same bytes.
    """
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = _info(entry.path, entry.artefact.size, modified)
            with archive.open(info, "w") as target:
                for piece in read(entry):
                    target.write(piece)
                    yield from sink.drain()
            yield from sink.drain()
        name, manifest = _manifest(entries)
        archive.writestr(_info(name, len(manifest), modified), manifest)
    yield from sink.drain()


def zipped_size(entries: Sequence[DirectoryEntry]) -> int | None:
    """The archive's length in bytes; None beyond some 2 GB."""
    name, manifest = _manifest(entries)
    sizes = [(entry.path, entry.artefact.size) for entry in entries] + [(name, len(manifest))]
    total = sum(size + _HEADERS + 2 * len(path.encode()) for path, size in sizes)
    if total > _COUNTED:
        return None
    return total + _END + (_ZIP64_END if len(sizes) > _MOST_WITHOUT else 0)


def _manifest(entries: Sequence[DirectoryEntry]) -> tuple[str, bytes]:
    """Its name, which no entry has, and its bytes."""
    rows = [
        {
            "path": entry.path,
            "mediaType": entry.artefact.media_type,
            "size": entry.artefact.size,
            "sha256": entry.artefact.sha256,
        }
        for entry in entries
    ]
    taken = {entry.path for entry in entries}
    names = (MANIFEST if number == 1 else f"manifest-{number}.json" for number in count(1))
    name = next(name for name in names if name not in taken)
    return name, json.dumps({"files": rows}, ensure_ascii=False, indent=1).encode()


def _info(path: str, size: int, modified: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, modified.timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED
    info.file_size = size  # beyond 4 GiB the header must say so beforehand
    return info
