"""Snapshots as values, and what their tenants do with them but for making and restoring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from longrun.datasets.snapshots.errors import SnapshotInUse, SnapshotUnfinished, SnapshotUnknown
from longrun.operations.artefacts import Artefact, ArtefactStore
from longrun.operations.errors import OperationUnknown
from longrun.operations.store import OperationStore

_ID_LENGTH: Final = 36
"""Of an operation's id, which is a snapshot's too."""


class State(StrEnum):
    """How a snapshot stands; Oracle Analytics publishes no such words."""

    CREATING = "CREATING"
    AVAILABLE = "AVAILABLE"
    RESTORING = "RESTORING"
    FAILED = "FAILED"
    """Its making ended otherwise, or its deletion half-way; it can only be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a snapshot without opening its archive."""

    id: str
    """That of the operation that made it."""
    tenant: str
    name: str
    description: str | None = None
    owner: str
    """The id of the principal who had it made."""
    created: datetime
    archive: Artefact | None = None
    """None until it is complete."""
    contents: Mapping[str, int] = field(default_factory=dict)
    """How many entries of each kind it holds."""
    operation: str
    """The operation that was the last to work on it; it is in use until that has ended."""

    @property
    def key(self) -> str:
        """Where its archive is."""
        return archive_key(self.tenant, self.id)


def archive_key(tenant: str, snapshot_id: str) -> str:
    """Where the archive of a snapshot is."""
    return f"snapshots/{tenant}/{snapshot_id}.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPage:
    """Some of a tenant's snapshots, in the order of their ids."""

    snapshots: Sequence[Snapshot]
    after: str | None
    """Where the next page begins; None: there is none."""


class SnapshotIndex(Protocol):
    """The catalogue's snapshots."""

    def enter(self, snapshot: Snapshot) -> None:
        """Enter a new one; one that is there already is left alone."""
        ...

    def get(self, tenant: str, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, if there is one."""
        ...

    def page(self, tenant: str, *, after: str | None, limit: int) -> SnapshotPage:
        """The tenant's snapshots, from the first after that id on."""
        ...

    def complete(self, snapshot: Snapshot) -> bool:
        """Note the archive and what it holds; False if the snapshot was deleted."""
        ...

    def hold(self, tenant: str, snapshot_id: str, operation: str) -> bool:
        """Note the operation that works on it; False if the snapshot was deleted."""
        ...

    def close(self, snapshot: Snapshot) -> bool:
        """Note that it has no archive any more; False if another operation works on it by now."""
        ...

    def remove(self, snapshot: Snapshot) -> bool:
        """Take it out; False if another operation works on it by now, or it is gone."""
        ...


class Snapshots:
    """Finds, lists and deletes the snapshots of tenants, and holds those that are worked on."""

    def __init__(
        self,
        *,
        index: SnapshotIndex,
        artefacts: Callable[[], ArtefactStore],
        operations: OperationStore,
    ) -> None:
        """
        Args:
            index: The catalogue.
            artefacts: Gives where archives are; asked only where one is removed.
            operations: Tells whether what works on a snapshot has ended.
        """
        self._index = index
        self._artefacts = artefacts
        self._operations = operations

    def enter(self, snapshot: Snapshot) -> None:
        """Make a snapshot known that is about to be made; again is harmless."""
        self._index.enter(snapshot)

    def get(self, tenant: str, snapshot_id: str) -> tuple[Snapshot, State]:
        """A snapshot, and how it stands.

        Raises:
            SnapshotUnknown: There is none.
        """
        snapshot = self._found(tenant, snapshot_id)
        return snapshot, self.state(snapshot)

    def page(
        self, tenant: str, *, after: str | None, limit: int
    ) -> tuple[Sequence[tuple[Snapshot, State]], str | None]:
        """Some of the tenant's snapshots with their states, and where the next page begins."""
        page = self._index.page(tenant, after=after, limit=limit)
        return [(each, self.state(each)) for each in page.snapshots], page.after

    def restorable(self, tenant: str, snapshot_id: str) -> Snapshot:
        """A snapshot that has an archive.

        Raises:
            SnapshotUnknown: There is no such snapshot.
            SnapshotUnfinished: It has none, or not yet.
        """
        snapshot = self._found(tenant, snapshot_id)
        if snapshot.archive is None:
            raise SnapshotUnfinished(snapshot_id)
        return snapshot

    def hold(self, tenant: str, snapshot_id: str, operation: str) -> None:
        """An operation is about to restore it; one that is gone by now, it will not find."""
        self._index.hold(tenant, snapshot_id, operation)

    def delete(self, tenant: str, snapshot_id: str) -> None:
        """Remove a snapshot with its archive.

        The entry goes last: as long as bytes may be left, the snapshot can be deleted again.

        Raises:
            SnapshotUnknown: There is none.
            SnapshotInUse: It is being made, or restored.
        """
        snapshot = self._found(tenant, snapshot_id)
        if self._running(snapshot.operation):
            raise SnapshotInUse(snapshot_id, snapshot.operation)
        if snapshot.archive is not None and not self._index.close(snapshot):
            self._refuse_if_there(snapshot)
        self._artefacts().delete(snapshot.key)
        if not self._index.remove(snapshot):
            self._refuse_if_there(snapshot)

    def state(self, snapshot: Snapshot) -> State:
        """How a snapshot stands: by its archive, and whether what works on it has ended."""
        if snapshot.archive is None:
            return State.CREATING if self._running(snapshot.operation) else State.FAILED
        # For most of a list nothing else is read: nobody ever restored them.
        restored = snapshot.operation != snapshot.id
        return (
            State.RESTORING if restored and self._running(snapshot.operation) else State.AVAILABLE
        )

    def _found(self, tenant: str, snapshot_id: str) -> Snapshot:
        # What is not as long is no id, and might not even fit in a key.
        known = len(snapshot_id) == _ID_LENGTH
        snapshot = self._index.get(tenant, snapshot_id) if known else None
        if snapshot is None:
            raise SnapshotUnknown(snapshot_id)
        return snapshot

    def _refuse_if_there(self, snapshot: Snapshot) -> None:
        """Somebody was quicker: to work on it, or to delete it too."""
        now = self._index.get(snapshot.tenant, snapshot.id)
        if now is not None:
            raise SnapshotInUse(snapshot.id, now.operation)

    def _running(self, operation: str) -> bool:
        try:
            return not self._operations.get(operation).status.terminal
        except OperationUnknown:
            return False
