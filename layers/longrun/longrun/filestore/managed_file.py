"""Managed files as values, and where their bytes lie."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from longrun.filestore.file_type import FileType
from longrun.filestore.names import clean
from longrun.operations.artefacts import Artefact


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedFile:
    """A file, or a directory of several, that clients know by a number or by its name."""

    id: int
    tenant: str
    type: FileType
    name: str
    media_type: str
    size: int
    """In bytes; of a directory: of all its files."""
    sha256: str
    """Lower-case hex; empty where the client uploaded straight to the store. Of a directory: of
    its manifest."""
    version: str | None
    """The store's version of the object, which readers pin."""
    persistent: bool
    created: datetime
    expires: datetime | None
    """None: never."""
    key: str
    """Of the bytes; of a directory: of its manifest."""
    entries: int | None = None
    """How many files the directory has; None for a file."""
    awaited: bool = False
    """Announced, and its bytes are uploaded straight to the store: not there until they are."""

    @property
    def artefact(self) -> Artefact:
        """The bytes of a file, for an artefact store.

        Raises:
            ValueError: It is a directory; `contents.directory_entries` has its files.
        """
        if self.entries is not None:
            raise ValueError(f"Managed file {self.id} is a directory.")
        return Artefact(
            key=self.key,
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
            version=self.version,
        )

    def filled(self, stored: Artefact) -> Self:
        """The same file with its bytes in place."""
        return replace(
            self, size=stored.size, sha256=stored.sha256, version=stored.version, awaited=False
        )

    def expired(self, now: datetime) -> bool:
        """Whether it is as good as gone."""
        return self.expires is not None and now >= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """One file of a managed directory."""

    path: str
    """Relative to the directory, with `/`."""
    artefact: Artefact


def awaited_file(
    *,
    file_id: int,
    tenant: str,
    kind: FileType,
    name: str | None,
    media_type: str | None,
    persistent: bool,
    created: datetime,
    lifetime: timedelta,
) -> ManagedFile:
    """A file before its bytes are there, with its safe name and its place.

    Args:
        file_id: Drawn for it.
        tenant: Whose.
        kind: What it is for.
        name: As it was sent; where nothing safe is left of it, the type and the id make one.
        media_type: Default: the type's.
        persistent: Never expires.
        created: Now.
        lifetime: If it is not persistent.
    """
    safe = clean(name or "") or f"{kind.label.replace(' ', '-')}-{file_id}"
    return ManagedFile(
        id=file_id,
        tenant=tenant,
        type=kind,
        name=safe,
        media_type=media_type or kind.media_type,
        size=0,
        sha256="",
        version=None,
        persistent=persistent,
        created=created,
        expires=None if persistent else created + lifetime,
        key=place_of(tenant, file_id, persistent=persistent) + safe,
        awaited=True,
    )


def place_of(tenant: str, file_id: int, *, persistent: bool) -> str:
    """The prefix of all that is stored of a file; the two lifetimes are the bucket's rules' too."""
    lifetime = "persistent" if persistent else "transient"
    return f"files/{lifetime}/{tenant}/{file_id}/"
