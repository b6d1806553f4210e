"""Reading managed files: a directory's entries, and a directory as a zip archive."""

from collections.abc import Iterator, Sequence

from longrun.filestore.archive import zipped
from longrun.filestore.errors import FileNotFound
from longrun.filestore.managed_file import DirectoryEntry, ManagedFile
from longrun.filestore.manifest import read_manifest
from longrun.operations.artefacts import ArtefactStore


def directory_entries(artefacts: ArtefactStore, file: ManagedFile) -> Iterator[DirectoryEntry]:
    """The files of a directory, in the order they were kept; of a file: itself."""
    if file.entries is None:
        yield DirectoryEntry(path=file.name, artefact=file.artefact)
        return
    yield from read_manifest(artefacts.read(file.key, version=file.version))


def directory_entry(artefacts: ArtefactStore, file: ManagedFile, path: str) -> DirectoryEntry:
    """One file of a directory.

    Raises:
        FileNotFound: The directory has none of that path, or is a file.
    """
    if file.entries is not None:
        for entry in directory_entries(artefacts, file):
            if entry.path == path:
                return entry
    raise FileNotFound(None, f"{file.id}/{path}")


def stream_directory(
    artefacts: ArtefactStore, file: ManagedFile, entries: Sequence[DirectoryEntry]
) -> Iterator[bytes]:
    """A directory as a zip archive; the length is what `archive.zipped_size` says.

    Args:
        artefacts: Where the files are.
        file: The directory.
        entries: Its own.

    Raises:
        ArtefactMissing: The bytes of a file are gone, by the bucket's lifecycle or a deletion
            since: by the iterator, when the file's turn comes.
    """
    return zipped(
        entries,
        lambda entry: artefacts.stream(entry.artefact.key, version=entry.artefact.version),
        modified=file.created,
    )
