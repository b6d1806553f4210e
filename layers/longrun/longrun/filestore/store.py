"""The file store: adding, finding, listing and deleting managed files.

What a tenant's file is called and how a reference means it stands in `names`; which bytes are a
valid template or configuration is the injected checks' business; output is kept by `outputs`.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from longrun.filestore.closed import refuse_closed_format
from longrun.filestore.errors import DigestWrong, EmptyUpload, FileInUse, FileNotFound
from longrun.filestore.file_type import FileType
from longrun.filestore.managed_file import ManagedFile, awaited_file, place_of
from longrun.filestore.names import Match, as_id, clean, match, stems_of
from longrun.filestore.ports import FileArtefacts, FileIndex
from longrun.operations.artefacts import ArtefactMissing
from longrun.operations.entity_ids import EntityIds

type Check = Callable[[bytes, str], None]
"""Reads a resource's content, given its name, and raises an error of its own if it is wrong."""

TRANSIENT_LIFETIME = timedelta(days=7)

LARGEST_DIGESTED = 256 * 1024 * 1024
"""Bytes of an uploaded data file that are read for its SHA-256 within the call that first uses it;
some seconds. Of a larger one it is known if the uploader said it, and the store held it to that."""


class FileStore:
    """The managed files of all tenants; every call names the one whose files it means.

    Bytes are stored before they are indexed and leave the index before they are removed, so that
    no reader meets an entry without its bytes. Another tenant's file, one of another type and an
    expired one are all not found.

    Limits: what died between the two steps is bytes nobody can reach; the bucket's lifecycle takes
    the transient ones. `in_use` is asked before a file goes; an operation submitted at that very
    moment finds it missing and says so.
    """

    def __init__(
        self,
        *,
        artefacts: FileArtefacts,
        index: FileIndex,
        ids: EntityIds,
        checks: Mapping[FileType, Check] | None = None,
        lifetime: timedelta = TRANSIENT_LIFETIME,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            artefacts: Where the bytes lie.
            index: The catalogue.
            ids: What numbers files.
            checks: By type, what a resource must pass to be accepted.
            lifetime: Of files that are not persistent.
            now: The clock.
        """
        self._artefacts = artefacts
        self._index = index
        self._ids = ids
        self._checks = checks or {}
        self._lifetime = lifetime
        self._now = now

    def new_id(self) -> int:
        """An id for `add`, drawn ahead by a caller that may repeat the call."""
        return self._ids.draw(1).start

    def add(
        self,
        tenant: str,
        kind: FileType,
        name: str | None,
        content: bytes | BinaryIO,
        *,
        persistent: bool = False,
        media_type: str | None = None,
        file_id: int | None = None,
    ) -> ManagedFile:
        """Store an uploaded file.

        Args:
            tenant: Whose file.
            kind: What it is for.
            name: As the client sent it, if it did.
            content: Data files of any size may be streams; resources are read whole.
            persistent: Keep it until it is deleted.
            media_type: Default: the type's.
            file_id: Drawn ahead by `new_id`: the call may then be repeated.

        Raises:
            EmptyUpload: There is no content.
            ClosedFormat: A resource in the vendor's own format.
            Exception: What the check of this type raises.
        """
        file_id = self.new_id() if file_id is None else file_id
        if (there := self._index.get(tenant, file_id)) is not None:
            return there
        if kind.resource and not isinstance(content, bytes):
            content = content.read()
        file = self._awaited(tenant, kind, name, media_type, persistent, file_id)
        if isinstance(content, bytes):
            self._check(kind, file.name, content)
        stored = self._artefacts.write(file.key, content, media_type=file.media_type)
        if not stored.size:
            self._artefacts.delete(place_of(tenant, file_id, persistent=persistent))
            raise EmptyUpload(kind, file.name)
        return self._enter(file.filled(stored))

    def announce(
        self,
        tenant: str,
        kind: FileType,
        name: str | None,
        *,
        persistent: bool = False,
        media_type: str | None = None,
        sha256: str | None = None,
    ) -> ManagedFile:
        """Number a file whose bytes the client will upload straight under the returned `key`.

        It is not found before its bytes are there, and is checked when it is first found: `get`
        and `find` then raise what `add` would have raised, or `DigestWrong` where another digest
        was promised.
        """
        awaited = self._awaited(tenant, kind, name, media_type, persistent, self.new_id())
        return self._enter(replace(awaited, sha256=(sha256 or "").lower()))

    def get(self, tenant: str, file_id: int, kind: FileType | None = None) -> ManagedFile:
        """The file of an id, of that type if one is asked for.

        Raises:
            FileNotFound: There is none.
        """
        number = as_id(file_id)
        file = None if number is None else self._present(self._index.get(tenant, number), kind)
        if file is None:
            raise FileNotFound(kind, file_id)
        return file

    def known(self, tenant: str, file_id: int) -> ManagedFile:
        """What the index says of an id, even if the bytes are awaited or unchecked: for authority.

        Raises:
            FileNotFound: There is none.
        """
        number = as_id(file_id)
        file = None if number is None else self._index.get(tenant, number)
        if file is None or file.expired(self._now()):
            raise FileNotFound(None, file_id)
        return file

    def find(self, tenant: str, kind: FileType, reference: int | str) -> ManagedFile:
        """The file that an id, a string of digits or a name means.

        A string of digits is an id first, then a name. Of the files that a name fits, one of
        exactly that name goes before those that it fits without their extension, and the newest
        before older ones (see `names.match`).

        Raises:
            FileNotFound: There is none.
        """
        number = as_id(reference)
        if number is not None:
            file = self._present(self._index.get(tenant, number), kind)
            if file is not None:
                return file
        if isinstance(reference, str) and (name := clean(reference)):
            file = self._named(tenant, kind, name)
            if file is not None:
                return file
        raise FileNotFound(kind, reference)

    def list(self, tenant: str, kinds: Collection[FileType]) -> Iterator[ManagedFile]:
        """The tenant's files of these types, by type and name."""
        for file in self._index.list(tenant, kinds):
            if file.expired(self._now()):
                continue
            arrived = self._arrived(file) if file.awaited else file
            if arrived is not None:
                yield arrived

    def delete(self, tenant: str, file_id: int, *, in_use: Callable[[str, int], bool]) -> bool:
        """Remove a file with all its versions.

        Args:
            tenant: Whose.
            file_id: Which.
            in_use: Whether an operation of the tenant still needs the file of this id.

        Returns:
            False if somebody else removed it meanwhile.

        Raises:
            FileNotFound: There is none.
            FileInUse: An operation needs it.
        """
        file = self.known(tenant, file_id)
        if in_use(tenant, file.id):
            raise FileInUse(file.id, file.name)
        removed = self._index.remove(file)
        self._artefacts.delete(place_of(tenant, file.id, persistent=file.persistent))
        return removed

    def _awaited(
        self,
        tenant: str,
        kind: FileType,
        name: str | None,
        media_type: str | None,
        persistent: bool,
        file_id: int,
    ) -> ManagedFile:
        return awaited_file(
            file_id=file_id,
            tenant=tenant,
            kind=kind,
            name=name,
            media_type=media_type,
            persistent=persistent,
            created=self._now(),
            lifetime=self._lifetime,
        )

    def _enter(self, file: ManagedFile) -> ManagedFile:
        self._index.put(file)
        return file

    def _check(self, kind: FileType, name: str, content: bytes) -> None:
        if not content:
            raise EmptyUpload(kind, name)
        refuse_closed_format(kind, name, content)
        if kind in self._checks:
            self._checks[kind](content, name)

    def _named(self, tenant: str, kind: FileType, name: str) -> ManagedFile | None:
        best: tuple[Match, ManagedFile] | None = None
        # The first of the stems is the reference's own: an exact match, the newest first, is there.
        for stem in stems_of(name):
            for candidate in self._index.named(tenant, kind, stem):
                how = match(name, candidate.name)
                if how is None or (best and (how, -candidate.id) >= (best[0], -best[1].id)):
                    continue
                file = self._present(candidate, kind)
                if file is not None:
                    best = (how, file)
                    if how is Match.EXACT:
                        return file
        return best[1] if best else None

    def _present(self, file: ManagedFile | None, kind: FileType | None) -> ManagedFile | None:
        """The file if it is there now and of the type; what was awaited is taken in and checked."""
        if file is None or file.expired(self._now()) or kind not in (None, file.type):
            return None
        if not file.awaited:
            return file
        arrived = self._arrived(file)
        if arrived is None:
            return None
        found = self._looked_through(arrived)
        if found and file.sha256 and found != file.sha256:
            raise DigestWrong(file.type, file.name)
        # What is too large to be looked through here was held to its promise by the store.
        arrived = replace(arrived, sha256=found or file.sha256)
        # From here on its version is pinned: the form may still be good, but nobody sees what it
        # brings now.
        if self._index.arrive(arrived):
            return arrived
        return self._index.get(file.tenant, file.id)

    def _looked_through(self, arrived: ManagedFile) -> str:
        """Check what was uploaded straight to the store; its SHA-256, empty if it is too large."""
        if arrived.type.resource or not arrived.size:
            content = self._artefacts.read(arrived.key, version=arrived.version)
            self._check(arrived.type, arrived.name, content)
            return hashlib.sha256(content).hexdigest()
        if arrived.sha256 or arrived.size > LARGEST_DIGESTED:
            return arrived.sha256
        digest = hashlib.sha256()
        for piece in self._artefacts.stream(arrived.key, version=arrived.version):
            digest.update(piece)
        return digest.hexdigest()

    def _arrived(self, file: ManagedFile) -> ManagedFile | None:
        try:
            return file.filled(self._artefacts.describe(file.key))
        except ArtefactMissing:
            return None
