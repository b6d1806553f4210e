"""Output that operations keep as managed files: one file, or a directory of several."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from longrun.filestore.file_type import FileType
from longrun.filestore.managed_file import DirectoryEntry, ManagedFile, awaited_file, place_of
from longrun.filestore.manifest import MANIFEST, write_manifest
from longrun.filestore.names import clean, relative_path
from longrun.filestore.ports import FileIndex
from longrun.filestore.store import TRANSIENT_LIFETIME
from longrun.operations.artefacts import Artefact, ArtefactStore
from longrun.operations.entity_ids import EntityIds


class KeptOutputs:
    """Makes managed files of what an operation produced.

    Limits: copies are made one after another, some 20 ms each; who has thousands of files writes
    them where `output_key` says.
    """

    def __init__(
        self,
        *,
        artefacts: ArtefactStore,
        index: FileIndex,
        ids: EntityIds,
        lifetime: timedelta = TRANSIENT_LIFETIME,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """See `FileStore`; both are given the same."""
        self._artefacts = artefacts
        self._index = index
        self._ids = ids
        self._lifetime = lifetime
        self._now = now

    def new_id(self) -> int:
        """An id for `keep`, drawn ahead by a step that may be repeated."""
        return self._ids.draw(1).start

    def keep(
        self,
        tenant: str,
        name: str,
        outputs: Mapping[str, Artefact],
        *,
        persistent: bool = False,
        file_id: int | None = None,
    ) -> ManagedFile:
        """Keep an operation's output: one artefact as a file, several as a directory.

        Args:
            tenant: Whose.
            name: Of the directory; a single file is called by its path's last segment.
            outputs: Artefacts by relative path. Each is copied inside the store, but for those
                that already lie where `output_key` says.
            persistent: Keep it until it is deleted.
            file_id: Drawn ahead by `new_id`: the call may then be repeated.

        Raises:
            UnsafePath: One of the paths would leave the directory.
            ArtefactMissing: One of the artefacts is gone.
            ValueError: There is no output at all.
        """
        if not outputs:
            raise ValueError("There is no output to keep.")
        file_id = self.new_id() if file_id is None else file_id
        if (there := self._index.get(tenant, file_id)) is not None:
            return there
        if len(outputs) == 1:
            [(path, artefact)] = outputs.items()
            name = relative_path(path).rsplit("/", 1)[-1]
            file = self._awaited(tenant, name, artefact.media_type, persistent, file_id)
            return self._enter(file.filled(self._copied(artefact, file.key)))
        file = self._awaited(tenant, name, "application/zip", persistent, file_id)
        paths = [relative_path(path) for path in outputs]
        entries = [
            DirectoryEntry(path=path, artefact=self._copied(outputs[path], f"{file.key}/{path}"))
            for path in paths
        ]
        stored = self._artefacts.write(
            place_of(tenant, file_id, persistent=persistent) + MANIFEST,
            write_manifest(entries),
            media_type="application/json",
        )
        return self._enter(
            replace(
                file.filled(stored),
                key=stored.key,
                size=sum(entry.artefact.size for entry in entries),
                entries=len(entries),
            )
        )

    @staticmethod
    def output_key(
        tenant: str, file_id: int, path: str, *, directory: str | None, persistent: bool = False
    ) -> str:
        """Where to write an output at once so that `keep` need not copy it.

        Args:
            tenant: Whose.
            file_id: Drawn by `new_id`.
            path: Relative, as it will be given to `keep`.
            directory: The name that will be given to `keep`, if there will be several outputs.
            persistent: As it will be given to `keep`.
        """
        place = place_of(tenant, file_id, persistent=persistent)
        path = relative_path(path)
        if directory is None:
            return place + path.rsplit("/", 1)[-1]
        return f"{place}{clean(directory)}/{path}"

    def _awaited(
        self, tenant: str, name: str, media_type: str, persistent: bool, file_id: int
    ) -> ManagedFile:
        return awaited_file(
            file_id=file_id,
            tenant=tenant,
            kind=FileType.OUTPUT,
            name=name,
            media_type=media_type,
            persistent=persistent,
            created=self._now(),
            lifetime=self._lifetime,
        )

    def _enter(self, file: ManagedFile) -> ManagedFile:
        self._index.put(file)
        return file

    def _copied(self, artefact: Artefact, key: str) -> Artefact:
        return artefact if artefact.key == key else self._artefacts.copy(artefact, key)
