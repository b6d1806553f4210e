"""A managed directory as one zip archive, made while it is read."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from typing import Any

from longrun.filestore.managed_file import DirectoryEntry


class _Sink(RawIOBase):
    """Takes what the archive writes until it is drained; cannot seek."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._buffer += data
        return len(data)

    def drain(self) -> bytes:
        drained = bytes(self._buffer)
        self._buffer.clear()
        return drained


def zipped(
    entries: Iterable[DirectoryEntry],
    read: Callable[[DirectoryEntry], Iterator[bytes]],
    *,
    modified: datetime,
) -> Iterator[bytes]:
    """The archive of the entries in pieces, in memory bounded by one piece of `read`.

    Args:
        entries: In the order of the archive.
        read: The bytes of an entry, in pieces.
        modified: The time that every entry gets; the same directory gives the same bytes.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.path, modified.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = entry.artefact.size  # beyond 4 GiB the header must say so beforehand
            with archive.open(info, "w") as target:
                for piece in read(entry):
                    target.write(piece)
                    if written := sink.drain():
                        yield written
            if written := sink.drain():
                yield written
    yield sink.drain()
