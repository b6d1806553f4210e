"""The one step of the kind `snapshot.create`: the catalogue of one moment becomes an archive."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from longrun.datasets.snapshots.entries import Entry, EntryKind, cut
from longrun.datasets.snapshots.packing import packed
from longrun.datasets.snapshots.snapshots import Snapshot, archive_key
from longrun.datasets.snapshots.work import Workshop
from longrun.operations.artefacts import Artefact, ArtefactMissing
from longrun.operations.errors import Interrupted, OperationStopped
from longrun.operations.operation import Operation, Phase, Resource

READING: Final = Phase(name="Reading", start=0, end=5)
PACKING: Final = Phase(name="Packing", start=5, end=99)
RESOURCE: Final = "SNAPSHOT"
_CATALOGUE: Final = "The catalogue, which was changing all the time,"
_REPORTED: Final = 100
"""So many times at most progress is noted: each time is a write of the database."""


def create_snapshot(workshop: Workshop, operation: Operation) -> None:
    """Take the snapshot that the operation was accepted for; repeated, it is taken anew.

    Raises:
        OperationStopped: The operation is being canceled, or has ended.
        Interrupted: The catalogue was never still, or something of it went while it was packed.
    """
    try:
        _create(workshop, operation)
    except OperationStopped:
        # Its workflow may have been stopped already.
        abandon_snapshot(workshop, operation)
        raise


def abandon_snapshot(workshop: Workshop, operation: Operation) -> None:
    """Remove what an operation left that did not succeed: no archive stays that nobody asked for.

    The entry stays, so that who asked sees what became of it.
    """
    snapshot = workshop.snapshots.get(operation.tenant, operation.id)
    if snapshot is None or snapshot.archive is None:
        workshop.artefacts.delete(archive_key(operation.tenant, operation.id))


def _create(workshop: Workshop, operation: Operation) -> None:
    workshop.lifecycle.check(operation.id)
    workshop.lifecycle.enter(operation.id, READING)
    password = workshop.lifecycle.secret(operation.id)
    snapshot = _entered(workshop, operation)
    entries = cut(workshop.catalogue, operation.tenant)
    if entries is None:
        raise Interrupted(_CATALOGUE)
    try:
        entries = [_digested(workshop, entry) for entry in entries]
        workshop.lifecycle.enter(operation.id, PACKING, total=max(_bytes(entries), 1))
        archive = workshop.artefacts.write(
            snapshot.key,
            packed(
                entries,
                tenant=snapshot.tenant,
                snapshot=snapshot.id,
                name=snapshot.name,
                created=snapshot.created,
                password=password,
                read=_Reading(workshop, operation, _bytes(entries)).read,
            ),
            media_type="application/zip",
        )
    except ArtefactMissing:
        # Deleted, or replaced twice, since it was read: the next cut does not have it.
        raise Interrupted(_CATALOGUE) from None
    _finish(workshop, replace(snapshot, archive=archive, contents=_contents(entries)))


def _entered(workshop: Workshop, operation: Operation) -> Snapshot:
    order = workshop.operations.input(operation.id)
    workshop.snapshots.enter(
        Snapshot(
            id=operation.id,
            tenant=operation.tenant,
            name=order["name"],
            description=order.get("description"),
            owner=operation.owner,
            created=operation.accepted,
            operation=operation.id,
        )
    )
    snapshot = workshop.snapshots.get(operation.tenant, operation.id)
    assert snapshot is not None
    return snapshot


def _finish(workshop: Workshop, snapshot: Snapshot) -> None:
    """Tell the operation first: an entry without it would be a snapshot of a failed operation."""
    assert snapshot.archive is not None
    contents = {kind: str(count) for kind, count in snapshot.contents.items()}
    workshop.lifecycle.produce(
        snapshot.id,
        resources=[
            Resource(
                type=RESOURCE,
                id=snapshot.id,
                action="CREATED",
                metadata={"name": snapshot.name, "bytes": str(snapshot.archive.size), **contents},
            )
        ],
    )
    workshop.snapshots.complete(snapshot)


def _contents(entries: Sequence[Entry]) -> dict[str, int]:
    counted = Counter(entry.kind for entry in entries)
    return {f"{kind}s": counted[kind] for kind in EntryKind}


def _bytes(entries: Sequence[Entry]) -> int:
    return sum(entry.artefact.size for entry in entries if entry.artefact)


def _digested(workshop: Workshop, entry: Entry) -> Entry:
    """The entry with the digest of its bytes, which the store may not know."""
    artefact = entry.artefact
    if artefact is None or artefact.sha256:
        return entry
    digest = hashlib.sha256()
    for piece in workshop.artefacts.stream(artefact.key, version=artefact.version):
        digest.update(piece)
    return replace(entry, artefact=replace(artefact, sha256=digest.hexdigest()))


class _Reading:
    """Reads artefacts, and notes from time to time how much was read."""

    def __init__(self, workshop: Workshop, operation: Operation, total: int) -> None:
        self._workshop = workshop
        self._operation = operation
        self._step = total // _REPORTED + 1
        self._unsaid = 0

    def read(self, artefact: Artefact) -> Iterator[bytes]:
        stored = self._workshop.artefacts.stream(artefact.key, version=artefact.version)
        for piece in stored:
            yield piece
            self._unsaid += len(piece)
            if self._unsaid >= self._step:
                self._workshop.lifecycle.advance(self._operation.id, PACKING.name, self._unsaid)
                self._unsaid = 0
