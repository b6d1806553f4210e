"""The step of the kind `snapshot.restore`: the archive's catalogue takes the present one's place.

First every byte is put in place, where nothing refers to it; what is refused, is refused by then.
Then the catalogue is exchanged in one moment (`entries.Catalogue`). A step that died is repeated:
before the exchange from the beginning, after it only what is left of folding in.
"""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from longrun.datasets.data_sets import state_key
from longrun.datasets.snapshots import resources
from longrun.datasets.snapshots.archive_file import ArchiveFile
from longrun.datasets.snapshots.entries import Entry, EntryKind
from longrun.datasets.snapshots.errors import SnapshotGone
from longrun.datasets.snapshots.snapshots import archive_key
from longrun.datasets.snapshots.unpacking import Packed, unpacked
from longrun.datasets.snapshots.work import Workshop
from longrun.operations.artefacts import Artefact, ArtefactMissing, ArtefactStore
from longrun.operations.errors import OperationStopped
from longrun.operations.operation import Operation, Phase, Resource

UNPACKING: Final = Phase(name="Unpacking", start=0, end=80)
EXCHANGING: Final = Phase(name="Exchanging", start=80, end=99)
SYSTEM: Final = "SYSTEM"
_REPORTED: Final = 100


def restore_snapshot(workshop: Workshop, operation: Operation) -> None:
    """Restore the snapshot that the operation was accepted for, wholly or not at all.

    Raises:
        ArchiveRefused: It is not restored; nothing was changed.
        OperationStopped: The operation is being canceled, or has ended; nothing was changed.
        Interrupted: A passing fault; repeated, the step goes on from where it was.
    """
    tenant, restore = operation.tenant, operation.id
    if not workshop.catalogue.committed(tenant, restore):
        try:
            workshop.lifecycle.check(restore)
            entries = _put_in_place(workshop, operation)
            _exchange(workshop, operation, entries)
        except OperationStopped:
            # It can be committed no more, and its workflow may have been stopped already.
            tidy_restore(workshop, operation)
            raise
    _tell(workshop, operation)
    workshop.catalogue.fold(tenant, restore)


def tidy_restore(workshop: Workshop, operation: Operation) -> None:
    """Clear up after an operation that has ended, however it did: repeatable.

    What was committed is folded in; of what was not, nothing is left.
    """
    tenant, restore = operation.tenant, operation.id
    if workshop.catalogue.committed(tenant, restore):
        workshop.catalogue.fold(tenant, restore)
        doomed = _noted(workshop.artefacts, _left_key(restore)).get("unused", [])
    else:
        workshop.catalogue.give_up(tenant, restore)
        doomed = _noted(workshop.artefacts, _placed_key(restore)).get("placed", [])
    for prefix in doomed:
        workshop.artefacts.delete(prefix)
    workshop.artefacts.delete(f"work/{restore}/")


def _put_in_place(workshop: Workshop, operation: Operation) -> list[Entry]:
    """Read the whole archive and put its bytes where the new catalogue will refer to them."""
    tenant, restore = operation.tenant, operation.id
    snapshot: str = workshop.operations.input(restore)["snapshot"]
    if not workshop.snapshots.hold(tenant, snapshot, restore):
        raise SnapshotGone(snapshot)
    password = workshop.lifecycle.secret(restore)
    placing = _Placing(workshop, operation)
    key = archive_key(tenant, snapshot)
    try:
        archive = ArchiveFile(workshop.artefacts, key)
    except ArtefactMissing:
        raise SnapshotGone(snapshot) from None
    with io.BufferedReader(archive, 1 << 20) as file:
        entries = unpacked(
            file,
            tenant=tenant,
            snapshot=snapshot,
            password=password,
            begin=placing.begin,
            keep=placing.keep,
        )
    return list(entries)


def _exchange(workshop: Workshop, operation: Operation, entries: Sequence[Entry]) -> None:
    tenant, restore = operation.tenant, operation.id
    workshop.lifecycle.enter(restore, EXCHANGING)
    exchange = workshop.catalogue.exchange(tenant, restore)
    left = {
        "unused": exchange.stage(entries),
        "counts": {f"{kind}s": sum(entry.kind is kind for entry in entries) for kind in EntryKind},
    }
    _note(workshop.artefacts, _left_key(restore), left)
    exchange.commit()


def _tell(workshop: Workshop, operation: Operation) -> None:
    """The exchange counts: so does the operation, as soon as can be.

    A cancel that came after the commit comes too late, as long as the execution still runs.
    """
    snapshot: str = workshop.operations.input(operation.id)["snapshot"]
    left = _noted(workshop.artefacts, _left_key(operation.id))
    counts: dict[str, int] = left.get("counts", {})
    resource = Resource(
        type=SYSTEM,
        id=snapshot,
        action="RESTORED",
        metadata={kind: str(count) for kind, count in counts.items()},
    )
    with suppress(OperationStopped):
        workshop.lifecycle.produce(operation.id, resources=[resource])
    workshop.lifecycle.succeed(operation.id)


class _Placing:
    """Puts the bytes of an archive's entries in place, and notes where before it does."""

    def __init__(self, workshop: Workshop, operation: Operation) -> None:
        self._workshop = workshop
        self._operation = operation
        self._places: dict[tuple[EntryKind, str], str] = {}
        self._standing: dict[tuple[EntryKind, str], Entry] = {}
        self._step = 1
        self._unsaid = 0

    def begin(self, packed: Sequence[Packed]) -> None:
        """Decide where all of them go."""
        restore = self._operation.id
        for entry in self._workshop.catalogue.entries(self._operation.tenant):
            self._standing[entry.kind, entry.id] = entry
        for number, each in enumerate(packed):
            if each.member is not None:
                self._places[each.entry.kind, each.entry.id] = self._place(number, each)
        placed = {"placed": list(self._places.values())}
        _note(self._workshop.artefacts, _placed_key(restore), placed)
        total = sum(each.member.size for each in packed if each.member)
        self._step = total // _REPORTED + 1
        self._workshop.lifecycle.enter(restore, UNPACKING, total=max(total, 1))

    def keep(self, packed: Packed, pieces: Iterator[bytes]) -> Artefact:
        """Put the bytes of one in place, unless they are there."""
        assert packed.member is not None
        there = self._there(packed)
        if there is not None:
            for _ in self._told(pieces):  # read all the same: what is damaged is refused
                pass
            return there
        place = self._places[packed.entry.kind, packed.entry.id]
        key = place
        if packed.entry.kind is EntryKind.RESOURCE:
            key = place + str(packed.entry.document["name"])
        media_type = packed.member.media_type
        return self._workshop.artefacts.write(key, self._told(pieces), media_type=media_type)

    def _place(self, number: int, packed: Packed) -> str:
        tenant, restore = self._operation.tenant, self._operation.id
        if packed.entry.kind is EntryKind.RESOURCE:
            return resources.restored_place(packed.entry, tenant, restore)
        return state_key(tenant, f"{restore}-{number:06}")

    def _there(self, packed: Packed) -> Artefact | None:
        """The same bytes, where they stand; the exchange sees to it that they still do."""
        member = packed.member
        standing = self._standing.get((packed.entry.kind, packed.entry.id))
        if member is None or standing is None or standing.artefact is None:
            return None
        artefact = standing.artefact
        if (artefact.size, artefact.sha256) != (member.size, member.sha256):
            return None
        # Of a resource all that it is stands in its item, which stays as it is.
        same = standing.document == packed.entry.document
        return artefact if same or packed.entry.kind is EntryKind.DATA_SET else None

    def _told(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            self._unsaid += len(piece)
            if self._unsaid >= self._step:
                advance = self._workshop.lifecycle.advance
                advance(self._operation.id, UNPACKING.name, self._unsaid)
                self._unsaid = 0


def _placed_key(restore: str) -> str:
    return f"work/{restore}/placed.json"


def _left_key(restore: str) -> str:
    return f"work/{restore}/left.json"


def _note(artefacts: ArtefactStore, key: str, document: dict[str, Any]) -> None:
    artefacts.write(key, json.dumps(document).encode(), media_type="application/json")


def _noted(artefacts: ArtefactStore, key: str) -> dict[str, Any]:
    try:
        noted: dict[str, Any] = json.loads(artefacts.read(key))
    except ArtefactMissing:
        return {}
    return noted
