"""What the file store needs of the outside; `longrun.aws` implements it."""

from collections.abc import Collection, Iterator
from typing import Protocol

from longrun.filestore.file_type import FileType
from longrun.filestore.managed_file import ManagedFile
from longrun.operations.artefacts import Artefact, ArtefactStore


class FileArtefacts(ArtefactStore, Protocol):
    """An artefact store that also says what stands under a key without reading it."""

    def describe(self, key: str) -> Artefact:
        """The newest version under the key; its `sha256` is empty where it is not known.

        Raises:
            ArtefactMissing: There is none.
        """
        ...


class FileIndex(Protocol):
    """The catalogue of files. Expired ones may still be in it: whoever asks looks at the time."""

    def put(self, file: ManagedFile) -> None:
        """Enter a file under its id and its name, both or neither; the same again is harmless.

        Raises:
            FileIdTaken: Another file has the id.
        """
        ...

    def arrive(self, file: ManagedFile) -> bool:
        """Replace an awaited file by what arrived; False if it is not awaited any more."""
        ...

    def get(self, tenant: str, file_id: int) -> ManagedFile | None:
        """The file of that id, if it is this tenant's."""
        ...

    def named(self, tenant: str, kind: FileType, stem: str) -> Iterator[ManagedFile]:
        """The files of a type whose names have this stem, newest first."""
        ...

    def list(self, tenant: str, kinds: Collection[FileType]) -> Iterator[ManagedFile]:
        """The files of these types, by type and name, read page by page."""
        ...

    def remove(self, file: ManagedFile) -> bool:
        """Take a file out, id and name, both or neither; False if it was not there."""
        ...
