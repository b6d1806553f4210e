"""Making an archive, in pieces, while it is written: memory is bounded whatever its size."""

import hashlib
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from longrun.datasets.snapshots.age import encrypted, new_key
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.manifest import CATALOGUE, CONTENT, KEY, MANIFEST, About, Manifest
from longrun.filestore.archive import Sink
from longrun.operations.artefacts import Artefact

type Read = Callable[[Artefact], Iterator[bytes]]
"""The bytes of an artefact, in pieces."""

_BLOCK: Final = 512
_FOLDERS: Final = {EntryKind.DATA_SET: "datasets", EntryKind.RESOURCE: "resources"}


class BytesChanged(Exception):
    """Stored bytes are not what was written: a fault of ours, or of the store."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The artefact {key!r} is not what was stored.")
        self.key = key


def packed(
    entries: Sequence[Entry],
    *,
    tenant: str,
    snapshot: str,
    name: str,
    created: datetime,
    password: str,
    read: Read,
) -> Iterator[bytes]:
    """The archive of a catalogue, in pieces.

    Args:
        entries: What it holds; of each artefact the SHA-256 is known.
        tenant: Whose.
        snapshot: The snapshot's id.
        name: What it is called.
        created: When it was taken.
        password: Opens it.
        read: Reads the entries' bytes; called from another thread.

    Raises:
        BytesChanged: By the iterator: an entry's bytes are not what was stored.
        Exception: By the iterator: what `read` raises.
    """
    identity, key = new_key(password)
    about = About(
        tenant=tenant,
        snapshot=snapshot,
        name=name,
        created=created.astimezone(UTC).isoformat(),
        key=hashlib.sha256(key).hexdigest(),
    )
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_info(KEY, created), key)
        digest = hashlib.sha256()
        size = 0
        with archive.open(_info(CONTENT, created), "w", force_zip64=True) as target:
            for piece in encrypted(_content(about, entries, read, created), identity):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
                yield from sink.drain()
        manifest = Manifest(about=about, size=size, sha256=digest.hexdigest())
        archive.writestr(_info(MANIFEST, created), manifest.write())
    yield from sink.drain()


def member_name(number: int, entry: Entry) -> str:
    """Where the bytes of an archive's entry are in its content; names of people's stay outside."""
    assert entry.artefact is not None
    ending = entry.artefact.key.rpartition("/")[2].rpartition(".")[2]
    safe = ending if ending.isascii() and ending.isalnum() and len(ending) <= 8 else "bin"
    return f"{_FOLDERS[entry.kind]}/{number:06}.{safe}"


def _content(
    about: About, entries: Sequence[Entry], read: Read, created: datetime
) -> Iterator[bytes]:
    """The tar file before it is encrypted."""
    rows = [_row(number, entry) for number, entry in enumerate(entries)]
    catalogue = json.dumps({"archive": about.document(), "entries": rows}, indent=1).encode()
    yield from _member(CATALOGUE, len(catalogue), iter([catalogue]), created)
    for row, entry in zip(rows, entries, strict=True):
        if entry.artefact is not None:
            pieces = _checked(entry.artefact, read)
            yield from _member(row["member"]["name"], entry.artefact.size, pieces, created)
    yield bytes(2 * _BLOCK)


def _row(number: int, entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": entry.kind, "id": entry.id, "document": entry.document}
    if entry.artefact is not None:
        row["member"] = {
            "name": member_name(number, entry),
            "mediaType": entry.artefact.media_type,
            "size": entry.artefact.size,
            "sha256": entry.artefact.sha256,
        }
    return row


def _member(name: str, size: int, pieces: Iterator[bytes], created: datetime) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mtime = int(created.timestamp())
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield from pieces
    yield bytes(-size % _BLOCK)


def _checked(artefact: Artefact, read: Read) -> Iterator[bytes]:
    digest = hashlib.sha256()
    size = 0
    for piece in read(artefact):
        digest.update(piece)
        size += len(piece)
        yield piece
    if (size, digest.hexdigest()) != (artefact.size, artefact.sha256):
        raise BytesChanged(artefact.key)


def _info(name: str, created: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, created.astimezone(UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED
    return info
