"""Resources of the file store as entries of a snapshot, and entries as files again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.filestore import FileType, ManagedFile
from longrun.filestore.managed_file import place_of

RESOURCES = tuple(kind for kind in FileType if kind.resource)
"""What a snapshot holds of the file store: no data files, no output."""


def entry_of(file: ManagedFile) -> Entry:
    """A resource as an entry."""
    document: dict[str, Any] = {
        "type": file.type.value,
        "name": file.name,
        "persistent": file.persistent,
        "created": file.created.astimezone(UTC).isoformat(),
    }
    return Entry(
        kind=EntryKind.RESOURCE, id=str(file.id), document=document, artefact=file.artefact
    )


def file_of(entry: Entry, tenant: str, *, now: datetime, lifetime: timedelta) -> ManagedFile:
    """A restored resource: under the id and the name that it had.

    Args:
        entry: With its bytes in place.
        tenant: Whose.
        now: The time of the restore.
        lifetime: From now on, of a resource that is not persistent: its old one may be over.
    """
    assert entry.artefact is not None
    document = entry.document
    persistent: bool = document["persistent"]
    return ManagedFile(
        id=int(entry.id),
        tenant=tenant,
        type=FileType(document["type"]),
        name=document["name"],
        media_type=entry.artefact.media_type,
        size=entry.artefact.size,
        sha256=entry.artefact.sha256,
        version=entry.artefact.version,
        persistent=persistent,
        created=datetime.fromisoformat(document["created"]),
        expires=None if persistent else now + lifetime,
        key=entry.artefact.key,
    )


def restored_place(entry: Entry, tenant: str, restore: str) -> str:
    """Under which prefix a restore puts a resource's bytes.

    It is the file's own, so that they go with it, and one of the restore's own within that, so that
    they can go without it.
    """
    persistent: bool = entry.document["persistent"]
    return f"{place_of(tenant, int(entry.id), persistent=persistent)}{restore}/"
