"""Opening an archive and reading it once, from its beginning; nothing of it is trusted unchecked.

Memory is bounded by the catalogue: a few kilobytes for each of its entries.
"""

import hashlib
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from longrun.datasets.snapshots.age import LONGEST_KEY, decrypted, unlocked
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.errors import ArchiveDamaged, ForeignArchive
from longrun.datasets.snapshots.manifest import (
    CATALOGUE,
    CONTENT,
    KEY,
    LONGEST_MANIFEST,
    MANIFEST,
    About,
    Manifest,
)
from longrun.datasets.snapshots.pump import PieceReader
from longrun.operations.artefacts import Artefact

_PIECE: Final = 1024 * 1024
_BUFFER: Final = 512 * tarfile.BLOCKSIZE
_LARGEST_CATALOGUE: Final = 256 * 1024 * 1024
_NO_ZIP: Final = (
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for damage, and for features that our archives do not use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """The bytes of an entry, as the archive says they are."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An entry of an archive."""

    entry: Entry
    """Without its bytes."""
    member: Member | None


type Keep = Callable[[Packed, Iterator[bytes]], Artefact]
"""Puts an entry's bytes in place; they are whole and right where it returns."""


def unpacked(
    file: BinaryIO,
    *,
    tenant: str,
    snapshot: str,
    password: str,
    begin: Callable[[Sequence[Packed]], None],
    keep: Keep,
) -> Sequence[Entry]:
    """Read an archive, all of it.

    Args:
        file: The archive; seekable, read forward but for its directory.
        tenant: Whose it must be.
        snapshot: Of which snapshot it must be.
        password: Opens it.
        begin: Is told what the archive holds before any of its bytes are read.
        keep: Takes the bytes of each entry that has some.

    Returns:
        The entries, with their bytes where `keep` put them.

    Raises:
        ForeignArchive: It is another tenant's, or another snapshot's.
        WrongPassword: It does not open with this password.
        ArchiveDamaged: It is not whole, or not as it was made.
        Exception: What reading the file, `begin` and `keep` raise.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _NO_ZIP as error:
        raise ArchiveDamaged("it is no zip archive, or is cut off") from error
    with archive:
        manifest = _manifest(archive, tenant, snapshot)
        key = _small(archive, KEY, LONGEST_KEY)
        if hashlib.sha256(key).hexdigest() != manifest.about.key:
            raise ArchiveDamaged(f"its {KEY} is not the one that its {MANIFEST} names")
        identity = unlocked(key, password)
        source = _Digested(_stored(archive, CONTENT))
        content = decrypted(iter(source), identity)
        entries = _read(content, manifest.about, begin, keep)
        if (source.size, source.sha256) != (manifest.size, manifest.sha256):
            raise ArchiveDamaged(f"its {CONTENT} is not the one that its {MANIFEST} names")
    return entries


def _manifest(archive: zipfile.ZipFile, tenant: str, snapshot: str) -> Manifest:
    if sorted(archive.namelist()) != sorted((MANIFEST, KEY, CONTENT)):
        raise ArchiveDamaged(f"it must hold {MANIFEST}, {KEY} and {CONTENT}, and nothing else")
    manifest = Manifest.read(_small(archive, MANIFEST, LONGEST_MANIFEST))
    _refuse_foreign(manifest.about, tenant, snapshot)
    return manifest


def _refuse_foreign(about: About, tenant: str, snapshot: str) -> None:
    if about.tenant != tenant:
        raise ForeignArchive("the archive of another tenant")
    if about.snapshot != snapshot:
        raise ForeignArchive("the archive of another snapshot")


def _small(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    if archive.getinfo(name).file_size > most:
        raise ArchiveDamaged(f"its {name} is too large")
    return b"".join(_stored(archive, name))


def _stored(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member of the zip archive, in pieces."""
    try:
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                yield piece
    except _NO_ZIP as error:
        raise ArchiveDamaged(f"its {name} cannot be read") from error


def _read(
    content: Iterator[bytes], about: About, begin: Callable[[Sequence[Packed]], None], keep: Keep
) -> list[Entry]:
    """The entries of the decrypted content; everything in it must be where the catalogue says."""
    reader = PieceReader(content)
    entries: list[Entry] = []
    try:
        with tarfile.open(fileobj=reader, mode="r|", bufsize=_BUFFER) as tar:
            rows = _catalogue(tar, about)
            begin(rows)
            for row in rows:
                artefact = None
                if row.member is not None:
                    artefact = keep(row, _bytes(tar, row.member))
                entry = row.entry
                entries.append(
                    Entry(kind=entry.kind, id=entry.id, document=entry.document, artefact=artefact)
                )
            _refuse_more(tar)
        # That nothing is cut off shows at the very end alone.
        while reader.read(_PIECE):
            pass
    except (tarfile.TarError, EOFError) as error:
        raise reader.failure or ArchiveDamaged("its content is no tar archive") from error
    except ArchiveDamaged:
        if reader.failure:
            raise reader.failure from None
        raise
    return entries


def _catalogue(tar: tarfile.TarFile, about: About) -> list[Packed]:
    info = tar.next()
    if info is None or info.name != CATALOGUE or info.size > _LARGEST_CATALOGUE:
        raise ArchiveDamaged(f"its content does not begin with {CATALOGUE}")
    member = tar.extractfile(info)
    assert member is not None
    try:
        document = json.loads(member.read())
        inside = About.read(document["archive"])
        rows = [_row(row) for row in _list(document["entries"])]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ArchiveDamaged(f"its {CATALOGUE} is not as it was made") from error
    _refuse_foreign(inside, about.tenant, about.snapshot)
    if inside != about:
        raise ArchiveDamaged(f"its {MANIFEST} was changed")
    if len({(row.entry.kind, row.entry.id) for row in rows}) != len(rows):
        raise ArchiveDamaged(f"its {CATALOGUE} names an entry twice")
    return rows


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _row(row: Mapping[str, Any]) -> Packed:
    entry = Entry(kind=EntryKind(row["kind"]), id=str(row["id"]), document=dict(row["document"]))
    member = row.get("member")
    if member is None:
        return Packed(entry=entry, member=None)
    return Packed(
        entry=entry,
        member=Member(
            name=str(member["name"]),
            media_type=str(member["mediaType"]),
            size=int(member["size"]),
            sha256=str(member["sha256"]),
        ),
    )


def _bytes(tar: tarfile.TarFile, member: Member) -> Iterator[bytes]:
    info = tar.next()
    if info is None or not info.isreg() or (info.name, info.size) != (member.name, member.size):
        raise ArchiveDamaged(f"its member {member.name} is not where it should be")
    stored = tar.extractfile(info)
    assert stored is not None
    digest = hashlib.sha256()
    for piece in iter(lambda: stored.read(_PIECE), b""):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != member.sha256:
        raise ArchiveDamaged(f"its member {member.name} is not as it was made")


def _refuse_more(tar: tarfile.TarFile) -> None:
    if tar.next() is not None:
        raise ArchiveDamaged("its content holds more than its catalogue names")


class _Digested:
    """Passes pieces on, and knows their size and digest at the end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece
