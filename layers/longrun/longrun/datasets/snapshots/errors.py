"""What can be wrong with a snapshot.

    SnapshotError
    ├── SnapshotUnknown    no such snapshot of this tenant
    ├── SnapshotInUse      an operation is making it, or restores it
    ├── SnapshotUnfinished an archive that was never completed cannot be restored
    └── ArchiveRefused     why one is not restored; the class's name is the operation's code
        ├── WrongPassword  the key does not open with it
        ├── ArchiveDamaged it is not whole, or not as it was made
        ├── ForeignArchive it is another tenant's, or another snapshot's
        └── SnapshotGone   it was deleted meanwhile

No message shows a password. Contracts choose statuses and words.
"""


class SnapshotError(Exception):
    """Base of the snapshots' errors."""


class SnapshotUnknown(SnapshotError):
    """There is no such snapshot of this tenant."""

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(f"There is no snapshot {snapshot_id!r}.")
        self.snapshot_id = snapshot_id


class SnapshotInUse(SnapshotError):
    """An operation is making the snapshot, or restores it."""

    def __init__(self, snapshot_id: str, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id!r} is at work on snapshot {snapshot_id!r}.")
        self.snapshot_id = snapshot_id
        self.operation_id = operation_id


class SnapshotUnfinished(SnapshotError):
    """The snapshot has no archive: it is being made, or its making failed."""

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(f"Snapshot {snapshot_id!r} is not complete.")
        self.snapshot_id = snapshot_id


class ArchiveRefused(SnapshotError):
    """The archive is not restored."""


class WrongPassword(ArchiveRefused):
    """The archive's key does not open with the password."""

    def __init__(self) -> None:
        super().__init__("The password does not open the snapshot. Nothing was changed.")


class ArchiveDamaged(ArchiveRefused):
    """The archive is not whole, or not as it was made."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The snapshot's archive is damaged: {reason}. Nothing was changed.")
        self.reason = reason


class ForeignArchive(ArchiveRefused):
    """The archive belongs to another tenant, or is of another snapshot."""

    def __init__(self, what: str) -> None:
        super().__init__(f"What stands in the snapshot's place is {what}. Nothing was changed.")


class SnapshotGone(ArchiveRefused):
    """The snapshot was deleted before it was restored."""

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(f"Snapshot {snapshot_id!r} was deleted meanwhile. Nothing was changed.")
        self.snapshot_id = snapshot_id
